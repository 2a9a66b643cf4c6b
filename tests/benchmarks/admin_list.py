"""The first page of the admin's list of events, as the table grows."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import figures
from tests.benchmarks.rows import Row
from tests.benchmarks.surroundings import DATABASE, EVENTS, NotThere, measure, own_site

FEW = 1_000
# A mirror keeps what a synchronisation of years ago brought: ten times as many as are listed.
MANY = 10 * EVENTS


def rows() -> Iterator[Row]:
    """A page costs what it shows, whatever else there is."""
    title = f"admin list ({DATABASE}): {FEW:,} and {MANY:,} events"
    try:
        with own_site() as site:
            few, many = (measure(site, "listing", str(count)) for count in (FEW, MANY))
    except NotThere as error:
        yield figures.missed(title, str(error))
        return
    yield figures.time(title, few["seconds"], many["seconds"], at_most=1.5, unit="ms")
    yield figures.same(f"{title}, queries", few["queries"], many["queries"])
