"""The first page of each admin list, with few and with many rows."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import figures
from tests.benchmarks.environment import DATABASE, EVENTS, ServerMissing, measure, own_site
from tests.benchmarks.rows import Row

FEW = 1_000
# A mirror keeps what a synchronisation of years ago brought: ten times as many as are listed.
MANY = 10 * EVENTS


def rows() -> Iterator[Row]:
    """A page costs what it shows, whatever else there is."""
    title = f"admin ({DATABASE}), {MANY:,} beside {FEW:,}"
    try:
        with own_site() as site:
            # The few before and after the many: the quicker of both, so that a busy moment flatters nobody.
            few, many, again = (measure(site, "listing", str(count)) for count in (FEW, MANY, FEW))
    except ServerMissing as error:
        yield figures.missed(title, str(error))
        return
    for name, ours in many.items():
        least = min(few[name]["seconds"], again[name]["seconds"])
        yield figures.growth(f"{title} {name}", least, ours["seconds"], at_most=1.5, unit="ms")
        yield figures.same(f"{title} {name}, queries", few[name]["queries"], ours["queries"])
