"""What both commands share: they remove what they made, whatever ends them, and answer an exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence

from example_project.demo.processes import DemoError


def exit_code_of(work: Callable[[], Sequence[str]]) -> int:
    """The exit code of ``work``, which answers its violations: 0 for none, 1 for some or when it could not run."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_once)
    try:
        return 1 if work() else 0
    except (TimeoutError, DemoError) as error:
        print(f"FAILED before anything was proved: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing is proved.", file=sys.stderr)
        return 130


def stop_once(number: int, frame: object) -> None:
    """Unwind, and ignore further signals, so that databases and processes are removed."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt
