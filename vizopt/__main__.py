"""The `vizopt` command, and `python -m vizopt`."""

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; Ctrl-C and an end from outside are one line, wherever they come."""
    signal.signal(signal.SIGTERM, _interrupt)
    code, message = 1, ""
    try:
        from vizopt.cli import run

        code = run()
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        said = str(error) or "interrupted: what was not complete has been removed"
        message = f"vizopt: {said}\n"
    except OSError as error:  # standard output cannot be written
        message = f"vizopt: {error.strerror}\n"
        sys.stdout = None
    sys.stderr.write(message)  # after the block: a progress bar ends with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to interrupt
    sys.exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
