"""When users can be booked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from django_vyte.client.types.scalars import Clock, Minutes, Zone


class AvailabilitySlot(TypedDict, total=False):
    """Hours in which bookings are taken; only the time of day of the instants counts."""

    _id: str
    start_time: str
    end_time: str


class AvailabilityDay(TypedDict, total=False):
    """One day of the week."""

    enabled: bool
    slots: list[AvailabilitySlot]


class AvailabilityDays(TypedDict, total=False):
    """The days of the week."""

    monday: AvailabilityDay
    tuesday: AvailabilityDay
    wednesday: AvailabilityDay
    thursday: AvailabilityDay
    friday: AvailabilityDay
    saturday: AvailabilityDay
    sunday: AvailabilityDay


class Availability(TypedDict):
    """When a user can be booked; buffers are minutes."""

    days: AvailabilityDays
    timezone: str
    today_as_busy: bool
    past_as_busy: bool
    all_day_busy: bool
    days_after_as_busy: NotRequired[int]
    buffer_before: int
    buffer_after: int
    _id: NotRequired[str]
    belongs_to: NotRequired[str]
    dates: NotRequired[list[Any]]
    trim_scheduler: NotRequired[bool]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class NewAvailabilitySlot(TypedDict):
    """Hours in which bookings are taken, on the clock of the availability's time zone."""

    start_time: Clock
    end_time: Clock


class NewAvailabilityDay(TypedDict):
    """One day of the week."""

    enabled: bool
    slots: NotRequired[Sequence[NewAvailabilitySlot]]


class NewAvailabilityDays(TypedDict, total=False):
    """The days of the week."""

    monday: NewAvailabilityDay
    tuesday: NewAvailabilityDay
    wednesday: NewAvailabilityDay
    thursday: NewAvailabilityDay
    friday: NewAvailabilityDay
    saturday: NewAvailabilityDay
    sunday: NewAvailabilityDay


class NewAvailability(TypedDict, total=False):
    """When a user is to be booked.

    ``today_as_busy``, ``past_as_busy`` and ``all_day_busy`` (days with an all-day event in the calendar) refuse
    bookings, as do days more than ``days_after_as_busy`` ahead. The buffers are free minutes around meetings.
    """

    days: NewAvailabilityDays
    timezone: Zone
    today_as_busy: bool
    past_as_busy: bool
    all_day_busy: bool
    days_after_as_busy: int
    buffer_before: Minutes
    buffer_after: Minutes
