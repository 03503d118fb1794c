"""Floats: how large the numbers of a spec may be."""

MAX_EXACT_INT = 2**53  # every whole number up to here is a float of its own
MAX_FLOAT = 1e100  # what is worked out from a few such numbers is still a float
