"""The first synchronisation of a team, and one that finds nothing changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

from tests.benchmarks import figures
from tests.benchmarks.environment import DATABASE, EVENTS, ServerMissing, measure, own_site
from tests.benchmarks.full_vyte import full_vyte
from tests.benchmarks.rows import Row, within

FEW = 1_000
# So many take long enough to be measured once.
ROUNDS = 3
LONG = 20_000
# Of the rows a second that the database can take: COPY on PostgreSQL, INSERT elsewhere.
SHARE = 1 / 3 if DATABASE == "postgresql" else 1 / 2

Figures = dict[str, float]


def rows() -> Iterator[Row]:
    """Rows in a second against the database's limit, an unchanged event against a bare comparison, and growth."""
    title = f"first sync ({DATABASE})"
    few: list[Figures] = []
    many: list[Figures] = []
    written: list[Figures] = []
    compared: list[Figures] = []
    try:
        with own_site() as site, full_vyte(FEW) as small, full_vyte(EVENTS) as large:
            for _ in range(1 if EVENTS >= LONG else ROUNDS):
                few.append(sync(site, *small))
                many.append(sync(site, *large))
                compared.append(sync(site, *large, whose="unchanged"))
                written.append(measure(site, "syncing", "floor"))
    except ServerMissing as error:
        yield figures.missed(title, str(error))
        return
    yield figures.rate(
        f"{title}: rows of {EVENTS:,} events",
        middle(written, "rows", "first"),
        middle(many, "rows", "first"),
        at_least=SHARE,
        unit="rows",
    )
    yield figures.time(
        f"{title}: an unchanged event",
        middle(compared, "again", "events"),
        middle(many, "again", "events"),
        at_most=2.5,
        unit="us",
    )
    yield figures.same(f"{title}: writes of unchanged events", 0, int(max(each["writes"] for each in many)))
    yield figures.growth(
        f"{title}: an event, {EVENTS:,} beside {FEW:,}",
        middle(few, "first", "events"),
        middle(many, "first", "events"),
        at_most=1.2,
        unit="us",
    )
    memory = [median(each["memory"] for each in group) for group in (few, many)]
    yield within(f"{title}: memory, {EVENTS:,} beside {FEW:,}", *memory, more=60)


def sync(site: Mapping[str, str], url: str, key: str, *, whose: str = "ours") -> Figures:
    """Mirror a local Vyte in a fresh process, whose memory is then that of this work."""
    done: Figures = measure({**site, "BENCH_VYTE": url}, "syncing", whose, key)
    return done


def middle(measured: list[Figures], one: str, by: str) -> float:
    """The median of a figure for each of another one."""
    return median(each[one] / each[by] for each in measured)
