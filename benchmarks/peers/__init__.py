"""Peers: the same work, written plainly, the way it is usually done."""
