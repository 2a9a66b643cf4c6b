"""The first synchronisation of a team, and one that finds nothing changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

from tests.benchmarks import figures
from tests.benchmarks.environment import DATABASE, EVENTS, ServerMissing, measure, own_site
from tests.benchmarks.full_vyte import full_vyte
from tests.benchmarks.rows import Row, within

FEW = 1_000
# The few are over quickly, and the many take long enough to be measured once.
ROUNDS = 3
LONG = 20_000

Figures = dict[str, float]


def rows() -> Iterator[Row]:
    """Rows in a second against the same rows made beforehand; what more events cost; what an unchanged event costs."""
    title = f"first sync ({DATABASE})"
    try:
        with own_site() as site, full_vyte(FEW) as small, full_vyte(EVENTS) as large:
            few = [sync(site, *small) for _ in range(ROUNDS)]
            turns = range(1 if EVENTS >= LONG else ROUNDS)
            pairs = [(sync(site, *large), measure(site, "syncing", "floor")) for _ in turns]
    except ServerMissing as error:
        yield figures.missed(title, str(error))
        return
    many, floors = [ours for ours, _ in pairs], [floor for _, floor in pairs]
    yield figures.rate(
        f"{title}: rows of {EVENTS:,} events",
        middle(floors, "rows", "first"),
        middle(many, "rows", "first"),
        at_least=0.5,
        unit="rows",
    )
    yield figures.time(
        f"{title}: an event of {FEW:,}, of {EVENTS:,}",
        middle(few, "first", "events"),
        middle(many, "first", "events"),
        at_most=1.2,
        unit="us",
    )
    memory = [median(each["memory"] for each in group) for group in (few, many)]
    yield within(f"{title}: memory for {FEW:,} and {EVENTS:,}", *memory, more=60)
    yield figures.time(
        f"{title}: an event at first, unchanged",
        middle(many, "first", "events"),
        middle(many, "again", "events"),
        at_most=0.2,
        unit="us",
    )
    yield figures.same(f"{title}: writes of unchanged events", 0, int(max(each["writes"] for each in many)))


def sync(site: Mapping[str, str], url: str, key: str) -> Figures:
    """Mirror a local Vyte in a fresh process, whose memory is then that of this work."""
    done: Figures = measure({**site, "BENCH_VYTE": url}, "syncing", "ours", key)
    return done


def middle(measured: list[Figures], one: str, by: str) -> float:
    """The median of a figure for each of another one."""
    return median(each[one] / each[by] for each in measured)
