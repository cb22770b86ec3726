"""What the user can put right: one line naming what was expected, what came and what to do."""

import signal
import sys
from collections.abc import Callable


class ExportError(Exception):
    def __init__(self, expected: str, received: str, remedy: str):
        super().__init__(f"Expected {expected} but {received}. {remedy}")


def first_line(error: Exception) -> str:
    """Of what a library says, to be quoted in a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".:")


def run_or_explain(work: Callable[[], None]) -> None:
    """Runs a command's work; what the user can put right becomes one line on stderr and exit code 1."""
    # So that a half-written bundle is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        work()
    except ExportError as error:
        _leave(str(error))
    except ModuleNotFoundError as error:
        _leave(f"Expected the Python packages of models/export/requirements.txt but {error}. Install them with: pip install -r that file.")
    except KeyboardInterrupt:
        sys.exit(130)


def _leave(message: str) -> None:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(1)


def say(text: str) -> None:
    """Progress goes to stderr: stdout is for the result."""
    print(text, file=sys.stderr, flush=True)
