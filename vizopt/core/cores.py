"""Cores: how many of the machine's this process may use."""

import os


def available_cores() -> int:
    """By its affinity, where the system has one; else all of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
