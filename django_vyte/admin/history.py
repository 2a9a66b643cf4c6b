"""EventChange rows as readable lines, for the history tables on the pages of events, deliveries and teams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_vyte.jobs.models import JobQuerySet
from django_vyte.models import Event, EventChange


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
    return [_line(name, value) for name, value in change.changes.items()]


def _line(name: str, value: Any) -> str:
    if not (isinstance(value, list) and len(value) == 2) or name == "data":
        parts = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return _("Also changed at Vyte: %s") % parts
    old, new = value
    if isinstance(old, list) and isinstance(new, list):
        more = [f"+ {item}" for item in new if item not in old]
        less = [f"− {item}" for item in old if item not in new]
        return f"{_label(name)}: {', '.join(more + less) or _('another order')}"
    if old is None:
        return f"{_label(name)}: {_words(name, new)}"
    return f"{_label(name)}: {_words(name, old)} → {_words(name, new)}"


def _label(name: str) -> str:
    try:
        field = Event._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if isinstance(field, models.Field):
        return capfirst(str(field.verbose_name))
    return capfirst(str(field.related_model._meta.verbose_name_plural))


def _words(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("(none)")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "status":
        return str(dict(Event.Status.choices).get(value, value))
    if name.endswith("_at"):
        try:
            return date_format(timezone.localtime(dt.datetime.fromisoformat(value)), "DATETIME_FORMAT")
        except (TypeError, ValueError):
            return str(value)
    return str(value)
