"""Whose turn it is, and how long it lasts: what a message or the sweep makes a worker do."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import connections
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from django_vyte.inbox import claims, processing
from django_vyte.inbox.sources import Outcome
from django_vyte.jobs.models import held_now
from django_vyte.models import Delivery, Team

if TYPE_CHECKING:
    from collections.abc import Collection

# Seconds after which a worker leaves what it has not begun with to the next turn.
TURN = 1.0
# How many teams are looked at before one that waits for its turn is left to the next message.
MOST_TEAMS = 20


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
        other = rota.next_team(but=named)
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


def teams() -> list[int]:
    """The teams with something still to be done, each found by one look into an index, whatever waits for it."""
    # What is done has no time: a single look at the other end of the index tells.
    done_first = connections[Delivery.objects.db].features.order_by_nulls_first
    calls = Delivery.objects.filter(team=OuterRef("pk"))
    calls = calls.order_by("-next_attempt_at" if done_first else "next_attempt_at")
    some = Subquery(calls.values("next_attempt_at")[:1])
    waiting = Team.objects.annotate(some=some).filter(some__isnull=False)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


class Rota:
    """Whose turn it is: one team after the other, as far as this process knows, so that none waits for ever."""

    def __init__(self) -> None:
        self._last = 0

    def next_team(self, but: Collection[int | None]) -> int | None:
        """A team for which something is due and nobody at work; None when there is none among the next few.

        Those in ``but`` are passed over.
        """
        others = sorted(set(teams()).difference(but), key=lambda team: (team <= self._last, team))
        for team in others[:MOST_TEAMS]:
            self._last = team
            calls = Delivery.objects.filter(team=team)
            is_due = calls.filter(next_attempt_at__lte=timezone.now()).exists()
            if is_due and not calls.filter(held_now()).exists():
                return team
        return None


rota = Rota()
