"""Patrol: compare part of the mirror with Vyte at regular intervals, and repair what a missed webhook left stale.

Upcoming events come first: one list shows all of them, those included that no webhook reported. The rest of a budget
of requests goes to the other mirrored events, one by one, each patrol continuing where the last one stopped.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from collections.abc import Callable, Iterator
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
from django_vyte.stopping import SoftTimeLimitExceeded
from django_vyte.sync.batches import mirror_batches
from django_vyte.sync.event import sync_event
from django_vyte.sync.listing import Listing

if TYPE_CHECKING:
    from django_vyte.client import VyteClient

logger = logging.getLogger(__name__)

# Limits of one patrol of a team, because webhook deliveries may wait for this worker: requests for single events,
# seconds for these, and again as many for the list.
MAX_REQUESTS = 50
TIME_LIMIT = 30
# Further requests for a list of upcoming events that may be cut short.
MAX_LIST_REQUESTS = 20
# Messages that queued up while no worker ran start one patrol, not one each.
MIN_INTERVAL = dt.timedelta(minutes=1)
# Events that Vyte answered 404 to are asked for again this long: the 404 may have been a mistake.
RECHECK_MISSING = dt.timedelta(days=7)
Cause = EventChange.Cause


@dataclass(slots=True)
class PatrolResult:
    """The number of events compared, what mirroring them changed, and what failed."""

    compared: int = 0
    mirrored: mirror.MirrorResult = field(default_factory=mirror.MirrorResult)
    failures: list[str] = field(default_factory=list)

    @property
    def problem(self) -> str:
        """The failures in one sentence or two; empty without any."""
        more = f" ({len(self.failures) - 1} more like this)" if self.failures[1:] else ""
        return self.failures[0] + more if self.failures else ""


def due_teams() -> list[int]:
    """Primary keys of the teams that have a key and are due for a patrol, the longest unpatrolled first."""
    linked = db.fresh(ApiKey.objects.all()).filter(status=ApiKey.Status.ACTIVE).values("team")
    oldest = F("patrolled_at").asc(nulls_first=True)
    rows = db.fresh(Team.objects.all()).filter(_is_due(timezone.now()), pk__in=linked)
    return list(rows.order_by(oldest, "pk").values_list("pk", flat=True))


def _max_duration() -> dt.timedelta:
    """The longest a patrol of one team can take: two lists (a further one may begin in time) and the single events."""
    settings = get_settings()
    return dt.timedelta(seconds=2 * settings.LIST_DEADLINE + settings.LEASE_SECONDS)


def _is_due(now: dt.datetime) -> Q:
    """Teams without a lease and without a patrol a moment ago."""
    # A time further in the future than is ever stored comes from a clock that was set back since: ignore it.
    free = Q(patrol_until=None) | Q(patrol_until__lte=now) | Q(patrol_until__gt=now + 2 * _max_duration())
    rested = (
        Q(patrolled_at=None)
        | Q(patrolled_at__lte=now - MIN_INTERVAL)
        | Q(patrolled_at__gt=now + MIN_INTERVAL)
    )
    return free & rested


@contextmanager
def claimed(team_id: int) -> Iterator[Team | None]:
    """Lease a team for one patrol; None while another worker has it, or when it was patrolled a moment ago.

    The lease of a worker that dies expires, and the next patrol takes the team.
    """
    now, rows = timezone.now(), db.fresh(Team.objects.all()).filter(pk=team_id)
    until = now + _max_duration()
    if not rows.filter(_is_due(now)).update(patrol_until=until):
        yield None
        return
    team = rows.get()
    try:
        yield team
    except BaseException as error:
        db.close_interrupted_connections(error)
        raise
    finally:
        rows.filter(patrol_until=until).update(
            patrolled_to=team.patrolled_to, patrolled_at=timezone.now(), patrol_until=None
        )


def patrol_team(team: Team) -> PatrolResult:
    """Compare the upcoming events of a team and the next ones of the others with Vyte, and mirror what differs.

    A failure about one event stops no other. ``team.patrolled_to`` is advanced in memory; ``claimed`` stores it.
    Raises VyteError when the team has no usable key.
    """
    result, listed = PatrolResult(), set[str]()
    with team.client() as client:
        if _attempt(result, "Upcoming events", partial(_compare_upcoming, team, client, listed, result)):
            _compare_others(team, client, listed, result)
    return result


def _attempt(result: PatrolResult, what: str, step: Callable[[], object]) -> bool:
    """Run one step and record its failure; False when the rest would fail, too."""
    try:
        step()
    except VyteError as error:
        result.failures.append(str(error) if error.aborts_run else f"{what}: {error}")
        return not error.aborts_run
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        logger.exception("%s could not be compared", what)
        result.failures.append(f"{what}: {type(error).__name__}")
        db.close_broken_connections()
    return True


def _compare_upcoming(team: Team, client: VyteClient, listed: set[str], result: PatrolResult) -> None:
    """Mirror the upcoming events, and add their ids to ``listed``."""
    listing = Listing(client, team, {"filter": "upcoming"}, budget=MAX_LIST_REQUESTS, seconds=TIME_LIMIT)

    def to_fetched(as_of: dt.datetime, payload: object) -> mirror.FetchedEvent:
        return mirror.FetchedEvent(payload, as_of, _origin(team, payload))

    for batch in mirror_batches(team.pk, listing, to_fetched):
        listed.update(listing.seen)
        result.compared += batch.total
        result.failures += batch.problems
        result.mirrored += batch


def _origin(team: Team, payload: object) -> mirror.Origin:
    """PATROL for a change that a webhook should have reported, SYNC for one from before the team was linked."""
    changed = payloads.revision(values.as_dict(payload))
    missed = changed is not None and changed >= team.created_at
    return mirror.Origin(Cause.PATROL if missed else Cause.SYNC)


def _compare_others(team: Team, client: VyteClient, listed: set[str], result: PatrolResult) -> None:
    """Ask one by one for upcoming events that were not listed, at random, and for the next ones of all others."""
    unlisted = _unlisted(team, listed)
    chosen = random.sample(unlisted, min(len(unlisted), MAX_REQUESTS // 2))
    following = _next(team, listed.union(chosen), MAX_REQUESTS - len(chosen))
    end = time.monotonic() + TIME_LIMIT
    # Alternate, so that both kinds advance when Vyte is slow and the time runs out.
    pairs = zip_longest(following, ((None, key) for key in chosen))
    for pk, vyte_id in filter(None, chain.from_iterable(pairs)):
        if time.monotonic() > end:
            return
        # Advance before asking: an event that always fails must not be where every patrol starts again.
        team.patrolled_to = pk or team.patrolled_to
        if not _attempt(result, f"Event {vyte_id}", partial(_compare_one, team, client, vyte_id, result)):
            return


def _compare_one(team: Team, client: VyteClient, vyte_id: str, result: PatrolResult) -> None:
    origin = mirror.Origin(Cause.PATROL)
    result.mirrored += sync_event(team.pk, vyte_id, origin=origin, client=client)
    result.compared += 1


def _unlisted(team: Team, listed: set[str]) -> list[str]:
    rows = db.fresh(Event.objects.all()).filter(team=team, missing_since__isnull=True).upcoming().order_by()
    return [vyte_id for vyte_id in rows.values_list("vyte_id", flat=True) if vyte_id not in listed]


def _next(team: Team, done: set[str], limit: int) -> list[tuple[int, str]]:
    """The events after the one compared last, and from the first one again after the last of all."""
    exists = Q(missing_since__isnull=True) | Q(missing_since__gt=timezone.now() - RECHECK_MISSING)
    rows = db.fresh(Event.objects.all()).filter(exists, team=team).order_by("pk")
    ahead = rows.filter(pk__gt=team.patrolled_to)
    found: list[tuple[int, str]] = []
    for candidates in (ahead, rows.filter(pk__lte=team.patrolled_to)):
        keys = candidates.values_list("pk", "vyte_id")[: limit + len(done)]
        found += islice(((pk, key) for pk, key in keys if key not in done), limit - len(found))
    return found
