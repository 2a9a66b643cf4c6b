"""Stops the processes of a demo that was killed before it could do so itself.

A process of its own, run by its path so that it imports nothing of the project. The demo writes the process groups that
it starts (``+42``) and has stopped (``-42``) to its input, whose end says that the demo is gone.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable


def main() -> None:
    """What is left when the input ends is stopped, and the folder in the first argument goes with it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    if groups:
        stop(groups, float(sys.argv[2]))
        shutil.rmtree(sys.argv[1], ignore_errors=True)


def stop(groups: Iterable[int], seconds: float) -> None:
    """Ask the groups to stop, and kill those that have not after so many seconds."""
    left = [group for group in groups if send(group, signal.SIGTERM)]
    deadline = time.monotonic() + seconds
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if send(group, 0)]
    for group in left:
        send(group, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Whether the group was there."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
