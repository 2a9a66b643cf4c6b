"""``EVENTS SECONDS``: a local Vyte in a process of its own that takes so long to answer about an event."""

from __future__ import annotations

import sys

from django_vyte.sandbox import Sandbox


def main(events: int, seconds: float) -> None:
    """Prints its address and a key, and serves until its standard input ends."""
    sandbox = Sandbox()
    sandbox.fill(events)
    sandbox.faults.add(path=r"^/v2/events/\w+$", delay=seconds, times=None)
    with sandbox.serve() as server:
        print(server.url, sandbox.api_key, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
