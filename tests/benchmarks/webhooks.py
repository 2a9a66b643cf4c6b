"""Webhook calls: how many the view answers in a second, and how many one worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

import requests

from tests.benchmarks import figures
from tests.benchmarks.environment import (
    DATABASE,
    EVENTS,
    ServerMissing,
    measure,
    own_site,
    require_server,
    started,
    worker,
)
from tests.benchmarks.full_vyte import full_vyte
from tests.benchmarks.rows import Row

CALLS = max(200, min(800, EVENTS // 10))
# So many that it does not matter how long the last message waits for others to join it.
ANSWERED = 4000
ROUNDS = 3
SLOW_SECONDS = 2.0
WITHIN_NOISE = 0.9


def rows() -> Iterator[Row]:
    """The view, the view while Vyte is slow, and one worker process."""
    title = f"webhooks ({DATABASE})"
    try:
        require_server("redis")
        with own_site() as site, full_vyte(2 * CALLS) as (url, key):
            site["BENCH_VYTE"] = url
            try:
                yield from answering(title, site, url, key)
                measure(site, "broker")
                yield from working(title, site, url, key)
            finally:
                measure(site, "broker")
    except ServerMissing as error:
        yield figures.missed(title, str(error))


def answering(title: str, site: Mapping[str, str], url: str, key: str) -> Iterator[Row]:
    """The view beside the floor; then with a worker, whose calls of the API take two seconds each."""
    with started(site, "web", key) as server:
        pairs = [
            (seconds(site, server, "floor", "floor"), seconds(site, server, "ours", "celery"))
            for _ in range(ROUNDS)
        ]
        floor, ours = (1 / median(each) for each in zip(*pairs, strict=True))
        yield figures.rate(f"{title}: calls answered", floor, ours, at_least=0.75, unit="calls")
        requests.post(f"{url}/_sandbox/faults", json={"delay": SLOW_SECONDS, "times": None}, timeout=5)
        with worker(site):
            slow = 1 / median(seconds(site, server, "ours") for _ in range(ROUNDS))
        requests.delete(f"{url}/_sandbox/faults", timeout=5)
        name = f"{title}: answered, API takes {SLOW_SECONDS:g} s"
        yield figures.rate(name, floor, slow, at_least=WITHIN_NOISE * 0.75, unit="calls")


def working(title: str, site: Mapping[str, str], url: str, key: str) -> Iterator[Row]:
    """One worker process beside a loop by hand, with one call about each event and with ten."""
    done = measure(site, "processing", str(CALLS), url, key)
    yield figures.rate(f"{title}: to the receiver", done["floor"], done["ours"], at_least=0.4, unit="calls")
    yield figures.rate(
        f"{title}: ten calls an event", done["floor_burst"], done["ours_burst"], at_least=0.4, unit="calls"
    )


def seconds(site: Mapping[str, str], server: Mapping[str, Any], whose: str, queue: str = "") -> float:
    """How long a call takes where four are made at a time; with ``queue``, all messages are there by then."""
    waited_for = [queue] if queue else []
    taken: float = measure(site, "calling", str(server["port"]), server[whose], str(ANSWERED), *waited_for)
    return taken
