"""Data sets: samples drawn from a rule, one set a file."""
