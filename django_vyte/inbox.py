"""The life of a call: stored before it is answered, claimed by one worker, retried, finished or given up in sight."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from django_vyte import bodies, claims, processing
from django_vyte.models import Delivery
from django_vyte.sources import SOURCES, Outcome, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_vyte.models.delivery import DeliveryQuerySet

# Seconds after which a worker leaves what it has not begun with to the next turn.
TURN = 1.0


def draft(source: str, team_id: int | None, raw: bytes, headers: Mapping[str, str]) -> Delivery:
    """A call as it is kept, less the credentials in it; the row is not stored yet."""
    body = bodies.read(raw)
    asks, problems = read(SOURCES[source], body)
    subject = asks[0].subject if len(asks) == 1 and not problems else ""
    return Delivery(source=source, team_id=team_id, subject=subject, body=body.text, headers=dict(headers))


def store(source: str, team_id: int | None, raw: bytes, headers: Mapping[str, str]) -> Delivery:
    """Keep a call: one INSERT, whatever the body is."""
    delivery = draft(source, team_id, raw, headers)
    delivery.save(force_insert=True)
    return delivery


def process(*keys: int) -> Outcome:
    """Process these deliveries, each with all others about the same thing, and others of their teams that are due.

    A team for which somebody is at work already, or more is to be done than was asked for, leaves another one a turn
    first. Nothing is locked while Vyte is asked.
    """
    outcome = Outcome(more=list(keys[claims.MOST_THINGS :]))
    named: defaultdict[int | None, list[Delivery]] = defaultdict(list)
    for delivery in Delivery.objects.unfinished().filter(pk__in=keys[: claims.MOST_THINGS]):
        if delivery.is_due:
            named[delivery.team_id].append(delivery)
    plans = [claims.plan(team_id, rows) for team_id, rows in named.items()]
    if any(plan.is_crowded for plan in plans):
        other = claims.turns.next_team(but=named)
        if other is not None:
            outcome.add(take_turn(other))
    until = time.monotonic() + TURN
    for number, plan in enumerate(plans):
        if number and time.monotonic() > until:
            outcome.more += [thing.first for things in plan.portions for thing in things if thing.is_named]
        else:
            outcome.add(_follow(plan, until))
    return outcome


def take_turn(team_id: int | None) -> Outcome:
    """Process what has been due for longest for a team, for about a second."""
    return _follow(claims.plan(team_id), time.monotonic() + TURN)


def _follow(plan: claims.Plan, until: float) -> Outcome:
    """Work on one portion after the other until the turn is over; those named by a message are gone on with later."""
    outcome = Outcome()
    for number, things in enumerate(plan.portions):
        if number and time.monotonic() > until:
            outcome.more += [thing.first for thing in things if thing.is_named]
        else:
            outcome.add(processing.work(things, until))
    return outcome


def replay(deliveries: DeliveryQuerySet) -> list[int]:
    """Open deliveries again, whatever became of them; the primary keys of those to process.

    Those whose body was pruned stay closed.
    """
    pruned = Q(body="", status__in=[Delivery.Status.DONE, Delivery.Status.IGNORED])
    idle = deliveries.exclude(status=Delivery.Status.WORKING).exclude(pruned)
    keys = list(idle.order_by("pk").values_list("pk", flat=True))
    idle.filter(pk__in=keys).update(
        status=Delivery.Status.RECEIVED,
        attempts=0,
        next_attempt_at=timezone.now(),
        error="",
        finished_at=None,
        lease="",
    )
    return keys
