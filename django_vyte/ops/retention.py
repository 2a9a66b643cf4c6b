"""Retention: deletes old deliveries that are closed, their payloads, and history that is dispatched."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.utils import timezone

from django_vyte.conf import get_settings
from django_vyte.db import atomic, fresh
from django_vyte.jobs.models import JobQuerySet, Row
from django_vyte.models.delivery import Delivery
from django_vyte.outbox import jobs_of, message_models

BATCH = 500
# The most days that can be subtracted from today without leaving the range of dates.
FOR_EVER = 365_000
# Deliveries whose content may be emptied; failed ones keep it, so that they can be replayed.
SETTLED = (Delivery.Status.DONE, Delivery.Status.IGNORED)


@dataclass(slots=True)
class Pruned:
    """The numbers of deliveries deleted, of payloads emptied in others, and of changes deleted."""

    deliveries: int = 0
    payloads: int = 0
    changes: int = 0


def prune(progress: Callable[[int], object] = lambda count: None) -> Pruned:
    """Delete closed rows older than ``KEEP_…_DAYS``; ``progress`` is called with the rows of each batch.

    A batch is a short transaction of its own, followed by a pause as long as itself, in which others can write.
    """
    settings, now = get_settings(), timezone.now()

    def each_before(
        rows: JobQuerySet[Row], column: str, days: int, function: Callable[[QuerySet[Model]], object]
    ) -> int:
        old = {f"{column}__lt": now - dt.timedelta(days=min(days, FOR_EVER))}
        everything = fresh(rows.model._default_manager.all())
        youngest = everything.filter(**old).order_by(f"-{column}").values_list("pk").first()
        closed = rows.filter(next_attempt_at__isnull=True, **old)
        return _each_batch(closed, youngest[0], function, progress) if youngest else 0

    calls = fresh(Delivery.objects.all())
    full = calls.filter(status__in=SETTLED).exclude(body="")
    return Pruned(
        deliveries=each_before(calls, "received_at", settings.KEEP_DELIVERIES_DAYS, _delete),
        payloads=each_before(full, "received_at", settings.KEEP_PAYLOADS_DAYS, _empty),
        changes=sum(
            each_before(jobs_of(model), model.pruned_by, settings.KEEP_HISTORY_DAYS, _delete)
            for model in message_models()
            if model.pruned_by
        ),
    )


def _each_batch(
    rows: JobQuerySet[Row],
    youngest: int,
    function: Callable[[QuerySet[Model]], object],
    progress: Callable[[int], object],
) -> int:
    """Call ``function`` with these rows, one narrow range of primary keys after the other; returns how many rows."""
    count = 0
    everything = fresh(rows.model._default_manager.all())
    every = everything.filter(pk__lte=youngest).order_by("pk").values_list("pk", flat=True)
    start = every.first()
    while start is not None:
        batch = rows.filter(pk__gte=start, pk__lt=start + BATCH)
        if batch.exists():
            done = _locked(batch, function)
            count += done
            progress(done)
        start = every.filter(pk__gte=start + BATCH).first()
    return count


def _locked(batch: JobQuerySet[Row], function: Callable[[QuerySet[Model]], object]) -> int:
    """Call ``function`` with locked rows, so that none is replayed meanwhile, then pause; returns how many rows."""
    began = time.monotonic()
    with atomic(batch.model):
        keys = list(batch.select_for_update().order_by("pk").values_list("pk", flat=True))
        function(fresh(batch.model._default_manager.all()).filter(pk__in=keys))
    time.sleep(time.monotonic() - began)
    return len(keys)


def _delete(rows: QuerySet[Model]) -> None:
    rows.only("pk").delete()


def _empty(rows: QuerySet[Model]) -> None:
    rows.update(body="", headers={})
