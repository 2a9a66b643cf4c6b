"""A local Vyte with many events, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_vyte(events: int, seconds: float = 0) -> Iterator[tuple[str, str]]:
    """A local Vyte with that many generated events while the block runs: its address, and a key.

    It takes so many seconds to answer about one event.
    """
    command = [sys.executable, "-m", "tests.benchmarks.full_vyte", str(events), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            url, key = process.stdout.readline().split()
            yield url, key
        finally:
            process.stdin.close()  # which ends it


def _main() -> None:
    from django_vyte.sandbox import Sandbox

    sandbox = Sandbox()
    sandbox.fill(int(sys.argv[1]))
    if seconds := float(sys.argv[2]):
        sandbox.faults.add(path=r"^/v2/events/\w+$", delay=seconds, times=None)
    with sandbox.serve() as server:
        print(server.url, sandbox.api_key, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _main()
