"""Comparing a part of the mirror with Vyte, time and again, and repairing what a missed webhook left stale.

Upcoming events come first: one list shows them all, those included that nobody told this site of. What is left of a
budget of requests goes round all the other mirrored events, one by one.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone

from django_vyte import db, mirror, payloads
from django_vyte.conf import get_settings
from django_vyte.exceptions import VyteError
from django_vyte.models import ApiKey, Event, EventChange, Team
from django_vyte.payloads import values
from django_vyte.sync.event import sync_event
from django_vyte.sync.listing import Listing
from django_vyte.sync.team import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django_vyte.client import VyteClient

logger = logging.getLogger(__name__)

# How many events of a team are asked for one by one, and for how many seconds at most: calls may wait for this worker.
MAX_REQUESTS = 50
TIME_LIMIT = 30
# How many further questions a list of upcoming events that was cut short is worth.
MAX_LIST_REQUESTS = 20
# Messages that piled up while no worker ran lead to one patrol.
MIN_INTERVAL = dt.timedelta(minutes=1)
# For how long events that Vyte has no more are asked for again.
RECHECK_MISSING = dt.timedelta(days=7)
Cause = EventChange.Cause


@dataclass(slots=True)
class PatrolResult:
    """What a comparison came to: events compared, what was saved of them, and what kept others from it."""

    compared: int = 0
    saved: mirror.MirrorResult = field(default_factory=mirror.MirrorResult)
    failures: list[str] = field(default_factory=list)

    @property
    def problem(self) -> str:
        """The failures in one sentence or two; empty without any."""
        more = f" ({len(self.failures) - 1} more like this)" if self.failures[1:] else ""
        return self.failures[0] + more if self.failures else ""


def due_teams() -> list[int]:
    """The primary keys of the teams whose turn it is and that have a key, the longest unpatrolled first."""
    linked = ApiKey.objects.filter(status=ApiKey.Status.ACTIVE).values("team")
    oldest = F("patrolled_at").asc(nulls_first=True)
    rows = Team.objects.filter(_is_due(timezone.now()), pk__in=linked)
    return list(rows.order_by(oldest, "pk").values_list("pk", flat=True))


def _max_duration() -> dt.timedelta:
    """How long a worker may be at a team: for a list, for a further one that is begun in time, and for the others."""
    settings = get_settings()
    return dt.timedelta(seconds=2 * settings.LIST_DEADLINE + settings.LEASE_SECONDS)


def _is_due(now: dt.datetime) -> Q:
    """Which teams nobody is at, or was a moment ago."""
    # Times that lie further ahead than they ever are set come from a clock that was put back.
    free = Q(patrol_until=None) | Q(patrol_until__lte=now) | Q(patrol_until__gt=now + 2 * _max_duration())
    rested = (
        Q(patrolled_at=None)
        | Q(patrolled_at__lte=now - MIN_INTERVAL)
        | Q(patrolled_at__gt=now + MIN_INTERVAL)
    )
    return free & rested


@contextmanager
def claimed(team_id: int) -> Iterator[Team | None]:
    """The team, for nobody else to patrol meanwhile; None while somebody else does, or did a moment ago.

    A worker that dies leaves the team to the next one, once its lease has run out.
    """
    now, rows = timezone.now(), Team.objects.filter(pk=team_id)
    until = now + _max_duration()
    if not rows.filter(_is_due(now)).update(patrol_until=until):
        yield None
        return
    team = rows.get()
    try:
        yield team
    finally:
        rows.filter(patrol_until=until).update(
            patrolled_to=team.patrolled_to, patrolled_at=timezone.now(), patrol_until=None
        )


def patrol_team(team: Team) -> PatrolResult:
    """Compare the upcoming events of a team, and the next ones of the others, with Vyte, and mirror what differs.

    What fails keeps nothing else from its turn. ``team.patrolled_to`` is moved on, in memory. Raises VyteError when
    the team has no key that can be used.
    """
    found, listed = PatrolResult(), set[str]()
    with team.client() as client:
        if _attempt(found, "Upcoming events", partial(_compare_upcoming, team, client, listed, found)):
            _compare_others(team, client, listed, found)
    return found


def _attempt(found: PatrolResult, what: str, work: Callable[[], object]) -> bool:
    """Do one part of the work; whether it makes sense to go on with others."""
    try:
        work()
    except VyteError as error:
        found.failures.append(str(error) if error.aborts_run else f"{what}: {error}")
        return not error.aborts_run
    except Exception as error:
        logger.exception("%s could not be compared", what)
        found.failures.append(f"{what}: {type(error).__name__}")
        db.let_go_of_broken()
    return True


def _compare_upcoming(team: Team, client: VyteClient, listed: set[str], found: PatrolResult) -> None:
    """Mirror the upcoming events, which adds their ids to ``listed``; a list that is cut short costs some questions."""
    listing = Listing(client, team, {"filter": "upcoming"}, budget=MAX_LIST_REQUESTS, seconds=TIME_LIMIT)
    listed_events = iter(listing)
    while batch := list(islice(listed_events, BATCH)):
        saved = mirror.save(
            team.pk, [mirror.Answer(answer, as_of, _origin(team, answer)) for as_of, answer in batch]
        )
        listed.update(listing.seen)
        found.compared += len(batch)
        found.failures += saved.problems
        found.saved += saved


def _origin(team: Team, answer: object) -> mirror.Origin:
    """Why an event differs from the mirror: before the team was linked, nobody could be told of a change."""
    changed = payloads.revision(values.as_dict(answer))
    missed = changed is not None and changed >= team.created_at
    return mirror.Origin(Cause.PATROL if missed else Cause.SYNC)


def _compare_others(team: Team, client: VyteClient, listed: set[str], found: PatrolResult) -> None:
    """Ask one by one for upcoming events that were not listed, at random, and for the next ones of all others."""
    unlisted = _unlisted(team, listed)
    chosen = random.sample(unlisted, min(len(unlisted), MAX_REQUESTS // 2))
    turns = _next(team, listed.union(chosen), MAX_REQUESTS - len(chosen))
    end = time.monotonic() + TIME_LIMIT
    # In turn, so that neither kind keeps the other waiting where Vyte is slow.
    pairs = zip_longest(turns, ((None, key) for key in chosen))
    for pk, vyte_id in filter(None, chain.from_iterable(pairs)):
        if time.monotonic() > end:
            return
        # Whatever comes of it: one event that is always refused keeps no other from its turn.
        team.patrolled_to = pk or team.patrolled_to
        if not _attempt(found, f"Event {vyte_id}", partial(_compare_one, team, client, vyte_id, found)):
            return


def _compare_one(team: Team, client: VyteClient, vyte_id: str, found: PatrolResult) -> None:
    origin = mirror.Origin(Cause.PATROL)
    found.saved += sync_event(team.pk, vyte_id, origin=origin, client=client)
    found.compared += 1


def _unlisted(team: Team, listed: set[str]) -> list[str]:
    rows = Event.objects.filter(team=team, missing_since__isnull=True).upcoming().order_by()
    return [vyte_id for vyte_id in rows.values_list("vyte_id", flat=True) if vyte_id not in listed]


def _next(team: Team, done: set[str], most: int) -> list[tuple[int, str]]:
    """The events after the one compared last, and from the beginning after the last of all."""
    # A 404 of a few days ago may have been a mistake.
    there = Q(missing_since__isnull=True) | Q(missing_since__gt=timezone.now() - RECHECK_MISSING)
    rows = Event.objects.filter(there, team=team).order_by("pk")
    ahead = rows.filter(pk__gt=team.patrolled_to)
    found: list[tuple[int, str]] = []
    for part in (ahead, rows.filter(pk__lte=team.patrolled_to)):
        keys = part.values_list("pk", "vyte_id")[: most + len(done)]
        found += islice(((pk, key) for pk, key in keys if key not in done), most - len(found))
    return found
