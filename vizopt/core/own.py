"""Own kinds: what was registered besides the kinds that come with vizopt."""

# By table, as `vizopt list` names it: the classes by name.
OWN: dict[str, dict[str, type]] = {}
# Every class that was registered, those too that another one of their name has replaced since.
REGISTERED: dict[type, str] = {}


def state() -> tuple[type, ...]:
    """What is kept of scenes' keys holds as long as this is the same."""
    return tuple(REGISTERED)
