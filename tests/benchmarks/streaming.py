"""A list of 100,000 events: how fast it is read, and in how much memory."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import requests

from django_vyte.client import VyteClient
from tests.benchmarks.full_vyte import full_vyte
from tests.benchmarks.rows import Row, side_by_side, within

EVENTS = 100_000
FEW = 1_000
# At least 0.6 of what the floor reads in a second.
AT_MOST = 1 / 0.6
ROUNDS = 3


def rows() -> Iterator[Row]:
    """Both processes are fresh for each number, for memory that was used once stays counted."""
    with full_vyte(EVENTS) as server:
        yield side_by_side(
            f"streaming: read {EVENTS:,} events (throughput >= 0.6)",
            lambda: in_a_process("floor", *server),
            lambda: in_a_process("ours", *server),
            at_most=AT_MOST,
            rounds=ROUNDS,
            unit="s",
        )
        few = in_a_process("ours", *server, FEW)
        many = in_a_process("ours", *server)
    yield within(f"streaming: memory, {EVENTS:,} beside {FEW:,}", few, many, more=40)


def in_a_process(code: str, url: str, key: str, limit: int = 0) -> float:
    """Runs one of ``CODES`` in a fresh process; the most memory it had, in MB."""
    command = [sys.executable, "-m", "tests.benchmarks.streaming", code, url, key, str(limit)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


def floor(url: str, key: str, query: dict[str, int]) -> int:
    """The plain way: all at once."""
    body = requests.get(f"{url}/v2/events", headers={"Authorization": key}, params=query, timeout=60).content
    return len(msgspec.json.decode(body))


def ours(url: str, key: str, query: dict[str, int]) -> int:
    """One event after the other."""
    warnings.simplefilter("ignore")  # as many as asked for may be all there are
    events = VyteClient(key, api_url=url).events.iterate(**query)  # type: ignore[arg-type]
    return len([None for _ in events])


CODES: dict[str, Callable[[str, str, dict[str, int]], int]] = {"floor": floor, "ours": ours}


def _main(code: str, url: str, key: str, limit: str) -> None:
    count = CODES[code](url, key, {"limit": int(limit)} if limit != "0" else {})
    assert count >= (int(limit) or EVENTS)
    # Not ru_maxrss: that begins with the size of the process which started this one.
    [most] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(most) / 1024)


if __name__ == "__main__":
    _main(*sys.argv[1:])
