"""Floats: how large the numbers of a spec may be."""

EXACT = 2**53  # every whole number up to here is a float of its own
LARGEST = 1e100  # what is worked out from a few such numbers is still a float
