"""When meetings take place: the column and the queries that say what is over."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from django_vyte.payloads.days import LONG, lasts_until

OVER_AT = Coalesce("lasts_until", "ends_at", "starts_at")
SOONEST_FIRST = ("starts_at", "pk")

M = TypeVar("M", bound=models.Model)


class LastsUntilField(models.DateTimeField):  # type: ignore[type-arg]  # no subscript at run time
    """Computed from the event's other times when it is saved; the mirror, which also copies rows, sets it as well."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value to store, which the instance gets as well."""
        event: Any = model_instance
        value = lasts_until(event.starts_at, event.ends_at, all_day=event.all_day, zone=event.timezone)
        setattr(event, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """As a plain DateTimeField: migrations need to know no more."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs


class TimedQuerySet(models.QuerySet[M]):
    """Queries by time whose cost does not grow with the table.

    They read the index on ``starts_at`` from where the first meeting in question can have started: a day before, or at
    the start of the longest that has not ended. With a condition on the end alone databases read all of the past.
    """

    def not_over(self, now: dt.datetime | None = None) -> Self:
        """Meetings that end, or without an end begin, after ``now``; days end where the meeting takes place."""
        now = now or timezone.now()
        begun = self.filter(starts_at__gte=self._earliest_start(now))
        return begun.alias(over_at=OVER_AT).filter(over_at__gt=now)

    def over(self, now: dt.datetime | None = None) -> Self:
        """Meetings that took place before ``now``."""
        now = now or timezone.now()
        return self.alias(over_at=OVER_AT).filter(starts_at__lte=now, over_at__lte=now)

    def between(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Meetings that take place, at least in part, from ``start`` up to ``end``."""
        begun = self.filter(starts_at__gte=self._earliest_start(start), starts_at__lt=end)
        return begun.alias(over_at=OVER_AT).filter(
            models.Q(over_at__gt=start) | models.Q(starts_at__gte=start)
        )

    def _earliest_start(self, when: dt.datetime) -> Coalesce:
        """The earliest start of a meeting that may not be over by ``when``."""
        edge = when - LONG
        long = self.model._base_manager.filter(lasts_until__gt=when, starts_at__lt=edge)
        # Sort by an expression on purpose: with a plain starts_at SQLite walks that index from the oldest meeting.
        first = long.order_by(Coalesce("starts_at", "lasts_until")).values("starts_at")[:1]
        return Coalesce(models.Subquery(first), edge)
