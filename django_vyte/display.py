"""Meetings as people read them: times in a zone that is named, days with their end, votes, a link to Vyte."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from django_vyte import links, payloads
from django_vyte.models import Event
from django_vyte.payloads import days, zones


@dataclass(frozen=True, slots=True)
class Moment:
    """A time or a day as text, and as the ``datetime`` attribute of a ``<time>`` element has it."""

    text: str
    iso: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class When:
    """When a meeting takes place; ``zone`` is ``Paris, UTC+01:00`` and empty for whole days.

    ``end`` is None without an end, and for a single day.
    """

    start: Moment
    end: Moment | None
    zone: str
    all_day: bool

    def __str__(self) -> str:
        text = f"{self.start} – {self.end}" if self.end else str(self.start)
        return f"{text} ({self.zone})" if self.zone else text


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed date; ``when`` is None where it cannot be read. ``yes`` of ``asked`` people can."""

    when: When | None
    yes: int
    no: int
    asked: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """An event for a page: ``status`` is in words, ``proposals`` and ``as_of`` are those of a planned meeting.

    ``url`` is its page at Vyte. ``unknown_zone`` is the name of its time zone if no zone is known by it.
    """

    event: Event
    status: str
    when: When | None
    proposals: list[Proposal]
    as_of: When | None
    url: str
    unknown_zone: str


def meeting(event: Event, shown_in: dt.tzinfo | None = None) -> Meeting:
    """An event with its times in its own zone, or in ``shown_in``. Makes no query."""
    zone, planned = event.timezone, event.status == event.Status.PLANNING
    proposals = _proposals(event, shown_in) if planned else []
    took_place = event.status == event.Status.CONFIRMED and event.is_over
    return Meeting(
        event=event,
        status=gettext("over") if took_place else event.get_status_display(),
        when=_when(event.starts_at, event.ends_at, event.all_day, zone, shown_in),
        proposals=proposals,
        as_of=_when(event.as_of, None, False, zone, shown_in) if proposals else None,
        url=links.event_url(event.vyte_id),
        unknown_zone=unknown_zone(zone),
    )


def _proposals(event: Event, shown_in: dt.tzinfo | None) -> list[Proposal]:
    invited = len(payloads.invitees(event.data))
    return [
        Proposal(
            _when(option.start, option.end, option.all_day, event.timezone, shown_in),
            option.yes,
            option.no,
            # The organiser votes, too, and need not be among the invitees.
            max(invited, option.yes + option.no),
        )
        for option in event.dates
    ]


def _when(
    start: dt.datetime | None, end: dt.datetime | None, all_day: bool, zone: str, shown_in: dt.tzinfo | None
) -> When | None:
    return when(start, end, all_day=all_day, zone=zone, shown_in=shown_in) if start else None


def when(
    start: dt.datetime,
    end: dt.datetime | None = None,
    *,
    zone: str,
    all_day: bool = False,
    shown_in: dt.tzinfo | None = None,
) -> When:
    """A meeting from ``start`` to ``end`` in the zone named ``zone``, or in ``shown_in``.

    Where no zone has that name, times are in the current time zone. Days are those of the meeting's zone everywhere.
    """
    if all_day:
        first, last = days.days(start, end, zone)
        return When(_day(first), _day(last) if last > first else None, "", all_day=True)
    there = shown_in or zone_of(zone)
    start = start.astimezone(there)
    names = [zones.label(there, start)]
    until = None
    if end is not None:
        end = end.astimezone(there)
        until = _moment(end, "TIME_FORMAT" if end.date() == start.date() else "DATETIME_FORMAT")
        # The clocks change during the meeting.
        names += [zones.offset(end)] if end.utcoffset() != start.utcoffset() else []
    return When(_moment(start, "DATETIME_FORMAT"), until, " – ".join(names), all_day=False)


def zone_of(name: str) -> dt.tzinfo:
    """The zone in which times of a meeting are shown: its own, or the current one where its name is not known."""
    return zones.find(name) or timezone.get_current_timezone()


def unknown_zone(name: str) -> str:
    """The name if no zone is known by it; empty for a known or absent one."""
    return name if name and zones.find(name) is None else ""


def _moment(value: dt.datetime, format_name: str) -> Moment:
    return Moment(date_format(value, format_name), value.isoformat(timespec="seconds"))


def _day(value: dt.date) -> Moment:
    return Moment(date_format(value, "DATE_FORMAT"), value.isoformat())
