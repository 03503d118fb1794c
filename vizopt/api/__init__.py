"""What Python's users call, and what the commands of the same names call."""
