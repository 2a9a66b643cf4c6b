"""Free times, in the one shape in which the client answers them."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class SlotTime(TypedDict):
    """One end of a slot, an instant in the zone asked for."""

    dateTime: str


class Slot(TypedDict):
    """A free time."""

    start: SlotTime
    end: SlotTime


class NextAvailability(TypedDict):
    """When the next free time is: its day, ``YYYY-MM-DD``, and the time itself."""

    availableDate: str
    availableSlot: Slot


# What Vyte repeats of the question; "from" is no name that a class can have.
_Days = TypedDict("_Days", {"from": str, "to": str}, total=False)


class _Answer(TypedDict):
    nextAvailability: NextAvailability | None
    timezone: NotRequired[str]


class Slots(_Answer, _Days):
    """Free times in a row; ``nextAvailability`` when Vyte tells when the next one is."""

    slots: list[Slot]


class DaySlots(TypedDict):
    """The free times of one day."""

    slots: list[Slot]


class SlotsByDay(_Answer, _Days):
    """Free times by day, ``YYYY-MM-DD``; ``nextAvailability`` when Vyte tells when the next one is."""

    days: dict[str, DaySlots]
