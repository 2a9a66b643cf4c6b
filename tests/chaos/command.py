"""What the commands have in common: they take down what they made, whatever ends them, and say how it went."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence

from example_project.demo.processes import Trouble


def carried_out(work: Callable[[], Sequence[str]]) -> int:
    """The exit code of work that answers its violations: 0 without any, 1 with some or when nothing was proved."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_once)
    try:
        return 1 if work() else 0
    except (TimeoutError, Trouble) as error:
        print(f"FAILED before anything was proved: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing is proved.", file=sys.stderr)
        return 130


def stop_once(number: int, frame: object) -> None:
    """Unwind, and let no further signal keep databases and processes from being taken down."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt
