"""The calendars that users connected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict


class Subcalendar(TypedDict):
    """A calendar inside a connected account; a ``busy`` one takes free times away."""

    name: str
    source: NotRequired[str]
    source_id: NotRequired[str]
    _id: NotRequired[str]
    primary: NotRequired[bool]
    display: NotRequired[bool]
    busy: NotRequired[bool]
    writable: NotRequired[bool]
    color_id: NotRequired[str]
    bcolor: NotRequired[str]
    fcolor: NotRequired[str]


class Calendar(TypedDict):
    """A connected account: Vyte's own, Google, Office 365, … ``access_broken`` wants it connected again."""

    _id: str
    name: str
    source: str
    primary: bool
    access_broken: bool
    subcalendars: list[Subcalendar]
    source_id: NotRequired[str]
    token: NotRequired[str]


class CalendarList(TypedDict):
    """The calendars of a user; ``sync_suggestions`` writes suggested dates into them."""

    _id: str
    belongs_to: str
    sync_suggestions: bool
    calendars: list[Calendar]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class SubcalendarChange(TypedDict, total=False):
    """What is to change in a subcalendar."""

    _id: str
    name: str
    primary: bool
    display: bool
    busy: bool


class CalendarChange(TypedDict, total=False):
    """What is to change in a calendar."""

    _id: str
    name: str
    primary: bool
    access_broken: bool
    subcalendars: Sequence[SubcalendarChange]


class CalendarListChange(TypedDict, total=False):
    """What is to change in the calendars of a user."""

    sync_suggestions: bool
    calendars: Sequence[CalendarChange]
