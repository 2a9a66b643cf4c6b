"""The meetings of one or of many objects, the most relevant ones first, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from django_vyte.models.event import Event, EventGroup, EventQuerySet

# Meetings of an object that are shown unless a page asks for another number.
LIMIT = 20


@dataclass(slots=True)
class Meetings:
    """The first meetings of an object: upcoming ones soonest first, planned ones, others latest first.

    ``count`` and ``upcoming_count`` are numbers of all its meetings, of which ``events`` may lack some.
    """

    events: list[Event] = field(default_factory=list)
    count: int = 0
    upcoming_count: int = 0

    @property
    def next(self) -> Event | None:
        """The upcoming meeting that is soonest."""
        return self.events[0] if self.upcoming_count and self.events else None


def most_relevant_first(events: EventQuerySet) -> EventQuerySet:
    """The events in the order of ``Meetings``."""
    return events.order_by(*_order(timezone.now()))


def prefetch_meetings(objects: Iterable[Any], limit: int = LIMIT) -> None:
    """Set ``vyte_meetings`` of ``SchedulableModel`` instances, each with ``limit`` meetings, in two queries.

    ``{% vyte_events %}`` then makes none. ``limit`` is 1 or more.
    """
    found: dict[str, Meetings] = {}
    for each in objects:
        each.vyte_meetings = found.setdefault(str(each.vyte_group_id), Meetings())
    now = timezone.now()
    ranked = EventGroup.objects.filter(group_id__in=list(found)).annotate(
        place=Window(RowNumber(), F("group_id"), list(_order(now, "event__"))),
        count=Window(Count("pk"), F("group_id")),
        upcoming_count=Window(Count(Case(When(_upcoming(now, "event__"), then=Value(1)))), F("group_id")),
    )
    rows = list(
        ranked.filter(place__lte=limit)
        .order_by("group_id", "place")
        .values_list("group_id", "event", "count", "upcoming_count")
    )
    events = Event.objects.in_bulk({event for _, event, _, _ in rows})
    for group, event, count, upcoming_count in rows:
        meetings = found[group]
        meetings.count, meetings.upcoming_count = count, upcoming_count
        if event in events:
            meetings.events.append(events[event])


def _upcoming(now: dt.datetime, prefix: str) -> Q:
    over_at = Coalesce(*(f"{prefix}{name}" for name in ("lasts_until", "ends_at", "starts_at")))
    return ~Q(**{f"{prefix}status": Event.Status.CANCELLED}) & Q(GreaterThan(over_at, Value(now)))


def _order(now: dt.datetime, prefix: str = "") -> tuple[Any, ...]:
    upcoming = _upcoming(now, prefix)
    planned = Q(**{f"{prefix}status": Event.Status.PLANNING})
    rank = Case(When(upcoming, then=0), When(planned, then=1), default=2, output_field=IntegerField())
    soonest = Case(When(upcoming, then=F(f"{prefix}starts_at")))
    return rank.asc(), soonest.asc(), F(f"{prefix}starts_at").desc(), F(f"{prefix}pk").desc()
