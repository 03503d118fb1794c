"""Limits: what a process has to be allowed, asked before anything is loaded."""

from vizopt.core.errors import VizoptError

# Bytes of address space that it takes to draw and check a clip of 1280×720 on two cores, measured
# by halving. With less it is libraries that end: by lines of their own, or by a fault.
MIN_BYTES = 800_000_000


def check_limits() -> None:
    """Raises VizoptError where the address space is limited to less than a clip takes."""
    try:
        from resource import RLIM_INFINITY, RLIMIT_AS, getrlimit
    except ImportError:  # Windows has no such limit
        return
    allowed = getrlimit(RLIMIT_AS)[0]
    if allowed != RLIM_INFINITY and allowed < MIN_BYTES:
        raise VizoptError(
            f"{allowed / 1e6:.0f} MB of address space are too little: at least "
            f"{MIN_BYTES / 1e6:.0f} MB are needed: see ulimit -v"
        )
