"""Reads answers of ``vyte.slots`` as aware datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django_vyte.client.types import Slots, SlotsByDay
from django_vyte.exceptions import UnexpectedAnswer


class FreeTime(NamedTuple):
    """A free time: aware datetimes, with the offset that Vyte wrote."""

    start: datetime
    end: datetime


def free_times(answer: Slots | SlotsByDay) -> list[FreeTime]:
    """The free times of an answer of ``slots.list``, ``by_day`` or ``next``, the earliest first.

    Raises ``UnexpectedAnswer`` for one that cannot be read.
    """
    data: Mapping[str, Any] = answer
    try:
        days = [*(data.get("days") or {}).values()]
        return sorted(_read(slot) for part in [data, *days] for slot in part.get("slots") or [])
    except (AttributeError, TypeError):
        raise UnexpectedAnswer("free times of Vyte's cannot be read: no lists of slots") from None


def next_free_time(answer: Slots | SlotsByDay) -> FreeTime | None:
    """The first free time of such an answer, else the one that Vyte says comes next, else ``None``.

    Raises ``UnexpectedAnswer`` for one that cannot be read.
    """
    times = free_times(answer)
    if times:
        return times[0]
    coming = answer.get("nextAvailability")
    return _read(coming["availableSlot"]) if coming else None


def _read(slot: Any) -> FreeTime:
    try:
        start, end = (datetime.fromisoformat(slot[name]["dateTime"]) for name in ("start", "end"))
    except (KeyError, TypeError, ValueError):
        raise UnexpectedAnswer("a free time of Vyte's cannot be read: no start and end in ISO 8601") from None
    if start.utcoffset() is None or end.utcoffset() is None:
        raise UnexpectedAnswer("a free time of Vyte's cannot be read: no offset from UTC")
    return FreeTime(start, end)
