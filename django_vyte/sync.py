"""A whole team: every event Vyte lists is mirrored, and events that Vyte stopped listing are looked into."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django.utils import timezone

from django_vyte import mirror, payloads, reconcile, values
from django_vyte.exceptions import VyteError
from django_vyte.models import Event, EventChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django_vyte.client import VyteClient
    from django_vyte.client.types import EventFilters
    from django_vyte.exceptions import ProbablyIncomplete
    from django_vyte.models import Team

BATCH = 500
# Vyte documents a limit and no paging: ask for more than anyone has.
LIMIT = 1_000_000
# How many events that are no longer listed are asked for one by one.
MISSING_BUDGET = 50


@dataclass(slots=True)
class Summary:
    """What a sync came to."""

    listed: int = 0
    saved: mirror.Saved = field(default_factory=mirror.Saved)
    vanished: int = 0
    unchecked: int = 0
    warnings: list[str] = field(default_factory=list)


def run(
    team: Team,
    *,
    group: str | None = None,
    since: dt.datetime | None = None,
    origin: mirror.Origin | None = None,
    progress: Callable[[int], object] = lambda count: None,
) -> Summary:
    """Mirror the events of a team, or of one of its groups, or those that changed since an instant.

    The answer is received whole before anything is written: one that is cut off raises UnexpectedAnswer and writes
    nothing. ``progress`` is called with the number of events after each batch. Raises VyteError when Vyte cannot be
    asked ("List all events").
    """
    origin = origin or mirror.Origin(EventChange.Cause.SYNC)
    summary = Summary()
    seen: set[str] = set()
    suspicions: list[ProbablyIncomplete] = []
    filters: EventFilters = {"limit": LIMIT}
    if group:
        filters["group_ids"] = [group]
    with team.client() as client:
        as_of = timezone.now()
        for batch in _batches(client.events.iterate(report=suspicions.append, **filters)):
            summary.listed += len(batch)
            seen.update(values.identifier(values.thing(answer).get("_id")) for answer in batch)
            wanted = (answer for answer in batch if _changed_since(answer, since))
            summary.saved += mirror.save(team.pk, [mirror.Answer(each, as_of, origin) for each in wanted])
            progress(len(batch))
        summary.warnings += summary.saved.problems
        if suspicions:
            summary.warnings.append(
                f"Vyte listed exactly {suspicions[0].count} events: the list may be cut short there."
            )
        elif not group and not since:
            _look_into_missing(team, client, seen, summary, origin)
    return summary


def _batches(answers: Iterable[object]) -> Iterator[list[object]]:
    iterator = iter(answers)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _changed_since(answer: object, since: dt.datetime | None) -> bool:
    """Whether an event changed since; one that does not say when it changed counts as changed."""
    changed = payloads.revision(values.thing(answer)) if since else None
    return since is None or changed is None or changed >= since


def _look_into_missing(
    team: Team, client: VyteClient, seen: set[str], summary: Summary, origin: mirror.Origin
) -> None:
    """Ask for mirrored events that were not listed, one by one and not endlessly: a short list deletes nothing."""
    known = Event.objects.filter(team=team, missing_since__isnull=True).exclude(status=Event.Status.CANCELLED)
    absent = [key for key in known.values_list("vyte_id", flat=True).iterator() if key not in seen]
    summary.unchecked = max(0, len(absent) - MISSING_BUDGET)
    # By lot, so that one sync after another gets round to all of them.
    for vyte_id in random.sample(absent, min(len(absent), MISSING_BUDGET)):
        try:
            saved = reconcile.event(team.pk, vyte_id, origin=origin, client=client)
        except VyteError as error:
            summary.unchecked += 1
            summary.warnings.append(f"Event {vyte_id} is not listed and could not be checked: {error}")
            continue
        summary.saved.changes += saved.changes
        if Event.objects.filter(team=team, vyte_id=vyte_id, missing_since__isnull=False).exists():
            summary.vanished += 1
    if summary.unchecked:
        summary.warnings.append(
            f"{summary.unchecked} mirrored events were not listed and not checked; the next sync checks others of them."
        )
