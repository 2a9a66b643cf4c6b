"""Free times."""

from __future__ import annotations

from typing import TypedDict


class SlotTime(TypedDict, total=False):
    """One end of a slot."""

    dateTime: str


class Slot(TypedDict, total=False):
    """A free time."""

    start: SlotTime
    end: SlotTime


class NextAvailability(TypedDict, total=False):
    """When the next free time is, told when none is in the days asked for."""

    availableDate: str
    availableSlot: Slot


class Slots(TypedDict, total=False):
    """Free times in a row."""

    slots: list[Slot]
    timezone: str
    nextAvailability: NextAvailability


class DaySlots(TypedDict, total=False):
    """The free times of one day."""

    slots: list[Slot]


class SlotsByDay(TypedDict, total=False):
    """Free times by day, ``YYYY-MM-DD``."""

    days: dict[str, DaySlots]
    timezone: str
    nextAvailability: NextAvailability
