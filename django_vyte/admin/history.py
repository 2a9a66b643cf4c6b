"""EventChange rows as readable lines, for the history tables on the pages of events, deliveries and teams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_vyte.admin.events.options import time_range
from django_vyte.jobs.models import JobQuerySet
from django_vyte.models import Event, EventChange
from django_vyte.payloads import days


@dataclass(frozen=True, slots=True)
class Row:
    """A change, with one line per changed field."""

    change: EventChange
    lines: list[str]


def for_display(changes: JobQuerySet[EventChange]) -> JobQuerySet[EventChange]:
    """With the related rows that a history table shows, without their large columns."""
    related = changes.select_related("event", "event__team", "actor", "delivery")
    return related.defer("event__data", "delivery__body", "delivery__headers")


def rows(changes: Iterable[EventChange]) -> list[Row]:
    """The changes with their lines."""
    return [Row(change, lines(change)) for change in changes]


def lines(change: EventChange) -> list[str]:
    """Old and new values, one line per field."""
    # Whole days have no hours, unless they became or were ordinary times in this change.
    zone = change.event.timezone if change.event.all_day and "all_day" not in change.changes else None
    return [_line(name, value, zone) for name, value in change.changes.items()]


def _line(name: str, value: Any, days_in: str | None) -> str:
    if not (isinstance(value, list) and len(value) == 2) or name == "data":
        parts = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return _("Also changed at Vyte: %s") % parts
    old, new = value
    if isinstance(old, list) and isinstance(new, list):
        more = [f"+ {item}" for item in new if item not in old]
        less = [f"− {item}" for item in old if item not in new]
        return f"{_label(name)}: {', '.join(more + less) or _('another order')}"
    if old is None:
        return f"{_label(name)}: {_words(name, new, days_in)}"
    return f"{_label(name)}: {_words(name, old, days_in)} → {_words(name, new, days_in)}"


def _label(name: str) -> str:
    try:
        field = Event._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if isinstance(field, models.Field):
        return capfirst(str(field.verbose_name))
    return capfirst(str(field.related_model._meta.verbose_name_plural))


def _words(name: str, value: Any, days_in: str | None) -> str:
    if value in (None, ""):
        return _("(none)")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "status":
        return str(dict(Event.Status.choices).get(value, value))
    if name.endswith("_at"):
        try:
            return _time(name, dt.datetime.fromisoformat(value), days_in)
        except (TypeError, ValueError):
            return str(value)
    return str(value)


def _time(name: str, moment: dt.datetime, days_in: str | None) -> str:
    """A time with the current zone; a day where the event lasts whole days in the zone ``days_in``."""
    if days_in is None:
        return time_range(moment, None, all_day=False, zone="")
    _first, last = days.days(moment - days.A_DAY, moment, days_in)
    return date_format(last if name == "ends_at" else days.day(moment, days_in))
