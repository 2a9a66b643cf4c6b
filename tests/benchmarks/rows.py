"""One row of the table, and how its numbers are measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6}


@dataclass(frozen=True)
class Row:
    """``floor`` and ``ours`` as text, the requirement (``asked``), and whether it is met."""

    name: str
    floor: str
    ours: str
    ratio: str
    asked: str
    met: bool


def side_by_side(
    name: str,
    floor: Callable[[], object],
    ours: Callable[[], object],
    *,
    at_most: float,
    rounds: int,
    calls: int = 1,
    unit: str = "ms",
) -> Row:
    """The time of our code as a multiple of the floor's."""
    low, high = in_turn(floor, ours, rounds, calls)
    return Row(
        name,
        _shown(low, unit),
        _shown(high, unit),
        f"{high / low:.2f}",
        f"ratio <= {at_most:.2f}",
        high <= at_most * low,
    )


def alone(name: str, seconds: float, *, below: float, unit: str) -> Row:
    """A time with an upper bound and no floor."""
    return Row(name, "", _shown(seconds, unit), "", f"< {_shown(below, unit)}", seconds < below)


def within(name: str, few: float, many: float, *, more: float) -> Row:
    """Memory with many, in MB, at most ``more`` above that with few: there is no floor."""
    asked = f"few + {more:g} MB"
    return Row(name, "", f"{many:.1f} MB", f"{many / few:.2f}", asked, many <= few + more)


def in_turn(
    floor: Callable[[], object], ours: Callable[[], object], rounds: int, calls: int
) -> tuple[float, float]:
    """Medians of both, taken in turn so that a busy moment of the machine hits both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for code, seconds in zip((floor, ours), taken, strict=True):
            seconds.append(seconds_for(code, calls))
    return statistics.median(taken[0]), statistics.median(taken[1])


def seconds_for(code: Callable[[], object], calls: int = 1) -> float:
    """How long one call takes, of so many in a row."""
    began = perf_counter()
    for _ in range(calls):
        code()
    return (perf_counter() - began) / calls


def _shown(seconds: float, unit: str) -> str:
    return f"{seconds * UNITS[unit]:.2f} {unit}"
