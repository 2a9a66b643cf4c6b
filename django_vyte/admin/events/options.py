"""The dates and places proposed for a meeting, in words, with their votes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_vyte import payloads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_vyte.models import Event
    from django_vyte.payloads import DateOption


@dataclass(frozen=True, slots=True)
class Proposal:
    """One date or place; ``text`` is fit for people, ``chosen`` says that it was settled on."""

    id: str
    text: str
    yes: int
    no: int
    chosen: bool
    past: bool = False

    @property
    def label(self) -> str:
        """The proposal with its votes."""
        votes = _("%(yes)d yes, %(no)d no") % {"yes": self.yes, "no": self.no}
        label = f"{self.text} ({votes})"
        return _("%s – in the past") % label if self.past else label


def dates(event: Event) -> list[Proposal]:
    """The dates of an event, in Vyte's order, in the time zone of whoever looks."""
    zone = event.timezone
    return [
        Proposal(
            option.id, _date(option, zone), option.yes, option.no, option.chosen, past=_is_past(option, zone)
        )
        for option in event.dates
    ]


def places(event: Event) -> list[Proposal]:
    """The places of an event, in Vyte's order."""
    return [
        Proposal(option.id, _place(option.name, option.address), option.yes, option.no, option.chosen)
        for option in event.places
    ]


def favourite(proposals: Sequence[Proposal]) -> str:
    """The id of the proposal that is not past, then with most votes for it, then fewest against it, then the first."""
    return max(proposals, key=lambda each: (not each.past, each.yes, -each.no)).id if proposals else ""


def settled(event: Event) -> str:
    """From when to when an event takes place; empty while that is open."""
    return span(event.starts_at, event.ends_at, all_day=event.all_day, zone=event.timezone)


def span(start: dt.datetime | None, end: dt.datetime | None, *, all_day: bool, zone: str) -> str:
    """From when to when, as short as it stays clear: days are those of ``zone``, times those of whoever looks."""
    if start is None:
        return ""
    if all_day:
        return _("%(day)s, all day") % {"day": date_format(payloads.day(start, zone))}
    start = timezone.localtime(start)
    words = date_format(start, "DATETIME_FORMAT")
    if end is not None:
        end = timezone.localtime(end)
        words += " – " + date_format(end, "TIME_FORMAT" if end.date() == start.date() else "DATETIME_FORMAT")
    return f"{words} {start.tzname()}"


def _date(option: DateOption, zone: str) -> str:
    text = span(option.start, option.end, all_day=option.all_day, zone=zone)
    return text or _("a date that cannot be read")


def _is_past(option: DateOption, zone: str) -> bool:
    last = option.end or option.start
    if last is None:
        return False
    return payloads.day(last, zone) < timezone.localdate() if option.all_day else last < timezone.now()


def _place(name: str, address: str) -> str:
    return ", ".join(filter(None, [name, address])) or _("a place without a name")
