"""Proposed dates and places of an event as text, with their votes, and the time of an event as text.

Used by the event's page, the confirm page and the messages after an action.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from django_vyte import display
from django_vyte.models import Event
from django_vyte.payloads import DateOption, days, zones


@dataclass(frozen=True, slots=True)
class Option:
    """A proposed date or place; ``chosen`` once the event is confirmed with it."""

    id: str
    text: str
    yes: int
    no: int
    chosen: bool
    past: bool = False

    @property
    def label(self) -> str:
        """The text with its votes, for a radio button."""
        votes = _("%(yes)d yes, %(no)d no") % {"yes": self.yes, "no": self.no}
        label = f"{self.text} ({votes})"
        return _("%s – in the past") % label if self.past else label


def date_options(event: Event) -> list[Option]:
    """The proposed dates in Vyte's order, in the current time zone."""
    return [_date_option(option, event.timezone) for option in event.dates]


def place_options(event: Event) -> list[Option]:
    """The proposed places in Vyte's order."""
    return [
        Option(option.id, _place_text(option.name, option.address), option.yes, option.no, option.chosen)
        for option in event.places
    ]


def most_voted(options: Sequence[Option]) -> str:
    """The id of the option with most yes votes, then fewest no votes, then the first; past dates come last."""
    best = max(options, key=lambda option: (not option.past, option.yes, -option.no), default=None)
    return best.id if best else ""


def event_time(event: Event) -> str:
    """Start and end of the event; empty while no date is confirmed."""
    return time_range(event.starts_at, event.ends_at, all_day=event.all_day, zone=event.timezone)


def zone_note(event: Event) -> str:
    """What to know about days and times where the event's time zone has a name that is not known here, else empty."""
    name = display.unknown_zone(event.timezone)
    return _("in the time zone “%s”, which is not known here: UTC stands in") % name if name else ""


def time_range(start: dt.datetime | None, end: dt.datetime | None, *, all_day: bool, zone: str) -> str:
    """Start and end in the current time zone, which is named; the days of an all-day event in ``zone``, its own."""
    if start is None:
        return ""
    current = timezone.get_current_timezone()
    when = display.when(start, end, all_day=all_day, zone=zone, shown_in=current)
    text = f"{when.start} – {when.end}" if when.end else str(when.start)
    return _("%(day)s, all day") % {"day": text} if all_day else f"{text} {zone_name(start)}"


def zone_name(moment: dt.datetime) -> str:
    """The current time zone at that moment, as short as people know it: ``CET``, or ``UTC-03:00``."""
    local = timezone.localtime(moment)
    name = local.tzname() or ""
    return name if name.isalpha() else zones.offset(local)


def _date_option(option: DateOption, zone: str) -> Option:
    text = time_range(option.start, option.end, all_day=option.all_day, zone=zone)
    return Option(
        option.id,
        text or _("a date that cannot be read"),
        option.yes,
        option.no,
        option.chosen,
        past=_is_past(option, zone),
    )


def _is_past(option: DateOption, zone: str) -> bool:
    if option.start is None:
        return False
    if option.all_day:
        return days.span(option.start, option.end, zone)[1] <= timezone.now()
    return (option.end or option.start) < timezone.now()


def _place_text(name: str, address: str) -> str:
    return ", ".join(filter(None, [name, address])) or _("a place without a name")
