"""What is done at intervals: taking up what was left behind, and deleting what is old."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from django_vyte import connections, inbox, outbox
from django_vyte.conf import get_settings
from django_vyte.models import Delivery, EventChange, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.models import Model, QuerySet

    from django_vyte.models.work import Row, WorkQuerySet

logger = logging.getLogger(__name__)

BATCH = 100
PRUNE_BATCH = 1000


@dataclass(slots=True)
class Swept:
    """How many deliveries were processed, and how many changes and members were told."""

    deliveries: int = 0
    told: int = 0


def sweep(seconds: float = 50, progress: Callable[[int], object] = lambda count: None) -> Swept:
    """Process every delivery, change and member that is due, here and now, for at most ``seconds``.

    Finds what a dead worker, a dead broker or a failing API left behind. Any number of sweeps can run at once.
    ``progress`` is called with 1 for each row.
    """
    end = time.monotonic() + seconds
    told = _tell(end, progress)
    deliveries = _each(inbox.process, Delivery.objects.all(), end, progress)
    return Swept(deliveries, told + _tell(end, progress))


def tell(changes: Iterable[int], members: Iterable[int]) -> None:
    """Tell the receivers of these changes and members, by primary key."""
    for pk in changes:
        _attempt(outbox.tell_change, pk)
    for pk in members:
        _attempt(outbox.tell_member, pk)


def _tell(end: float, progress: Callable[[int], object]) -> int:
    changes = _each(outbox.tell_change, EventChange.objects.all(), end, progress)
    return changes + _each(outbox.tell_member, Member.objects.all(), end, progress)


def _each(
    work: Callable[[int], object], rows: WorkQuerySet[Row], end: float, progress: Callable[[int], object]
) -> int:
    """Do ``work`` for each due row; how many there were."""
    count = 0
    for pk in _due(rows, end):
        _attempt(work, pk)
        progress(1)
        count += 1
    return count


def _attempt(work: Callable[[int], object], pk: int) -> None:
    """One row that fails in an unforeseen way keeps none of the others waiting."""
    try:
        work(pk)
    except Exception:
        logger.exception("%s of row %d failed", work.__qualname__, pk)
        connections.let_go_of_broken()


def _due(rows: WorkQuerySet[Row], end: float) -> Iterator[int]:
    """The primary keys of due rows, each once, until there are no more or time is up."""
    last = 0
    while keys := rows.due_keys(BATCH, after=last):
        for last in keys:
            if time.monotonic() > end:
                return
            yield last


def prune(now: dt.datetime | None = None) -> dict[str, int]:
    """Delete closed deliveries and told history older than ``VYTE`` says to keep; the numbers of rows.

    Deletes in batches, so that no lock is held for long.
    """
    now = now or timezone.now()
    settings = get_settings()
    calls = Delivery.objects.filter(
        next_attempt_at__isnull=True, received_at__lt=now - dt.timedelta(days=settings.KEEP_DELIVERIES_DAYS)
    )
    history = EventChange.objects.filter(
        next_attempt_at__isnull=True, created_at__lt=now - dt.timedelta(days=settings.KEEP_HISTORY_DAYS)
    )
    return {"deliveries": _delete(calls), "changes": _delete(history)}


def _delete(rows: QuerySet[Model]) -> int:
    deleted = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:PRUNE_BATCH]):
        rows.model._default_manager.filter(pk__in=keys).only("pk").delete()
        deleted += len(keys)
    return deleted
