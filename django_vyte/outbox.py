"""The outbox: rows waiting to be dispatched to signal receivers: announced on commit and dispatched to each receiver.

A change and the message about it are written in one transaction, so none is lost and none is invented:
https://microservices.io/patterns/data/transactional-outbox.html
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django.apps import apps
from django.db import models, router
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte import db, stopping
from django_vyte.conf import get_settings
from django_vyte.jobs.models import Job, JobQuerySet, backoff, new_lease
from django_vyte.jobs.publishing import DISPATCH, enqueue
from django_vyte.jobs.receivers import OutboxSignal
from django_vyte.payloads.cleaning import without_nul
from django_vyte.stopping import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)

# Rows that one message announces at most.
MOST_KEYS = 100
# Seconds after which a worker writes down which receivers have succeeded: a dead worker repeats no more than that.
SAVE_SECONDS = 1.0
WORKER_LOST = "The worker that called the receivers did not come back."


class SignalCall(NamedTuple):
    """How the receivers of a row are called: ``signal.send(sender, **arguments)``."""

    signal: OutboxSignal
    sender: object
    arguments: dict[str, Any]


class OutboxMessage(Job):
    """A row that receivers are to hear of; ``told`` names those that have, ``told_at`` is set when all have.

    Every concrete subclass is dispatched, swept, pruned and looked into by the doctor; the code that writes its rows
    announces them. ``noun`` names a row, ``source`` and ``account_path`` whose it is (a look-up of the account's
    primary key), ``dispatch_related`` the relations that ``signal_call`` reads, and ``pruned_by`` the time after which
    a row is kept for ``VYTE["KEEP_HISTORY_DAYS"]``; empty for rows that are kept for ever.
    """

    noun: ClassVar[str]
    source: ClassVar[str]
    account_path: ClassVar[str]
    dispatch_related: ClassVar[tuple[str, ...]] = ()
    pruned_by: ClassVar[str] = ""
    told_at = models.DateTimeField(_("dispatched at"), null=True, blank=True, editable=False)
    told = models.JSONField(_("notified receivers"), default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    def signal_call(self) -> SignalCall:
        """Which signal this row is, and what its receivers are given."""
        raise NotImplementedError


def message_models() -> list[type[OutboxMessage]]:
    """Every installed model whose rows are dispatched to receivers."""
    return [model for model in apps.get_models() if issubclass(model, OutboxMessage)]


def jobs_of(model: type[OutboxMessage]) -> JobQuerySet[Any]:
    """All rows of an outbox model as they are now, whose manager is made of ``JobQuerySet``."""
    rows: JobQuerySet[Any] = db.fresh(model._default_manager.all())  # type: ignore[arg-type]
    return rows


def announce(model: type[OutboxMessage], keys: Sequence[int]) -> None:
    """Have a worker dispatch these rows once the transaction that writes them is committed."""
    using = router.db_for_write(model)
    for start in range(0, len(keys), MOST_KEYS):
        batch = list(keys[start : start + MOST_KEYS])
        enqueue(DISPATCH, model._meta.label_lower, batch, using=using)


def dispatch(model: type[OutboxMessage], keys: Sequence[int]) -> int:
    """Call the receivers of these rows, as far as no other worker does; how many rows were dealt with.

    Rows that were never tried are claimed together, the others one by one: a row that kills every worker takes no
    other along more than once. An order to stop is raised again, after the rows that are left were announced anew.
    """
    if not keys:
        return 0
    try:
        return _dispatch(model, keys)
    except BaseException as error:
        if stopping.is_order(error):
            announce(model, keys)
        raise


def _dispatch(model: type[OutboxMessage], keys: Sequence[int]) -> int:
    wanted = jobs_of(model).filter(pk__in=keys)
    # Without a name, select_related would join every relation.
    rows = wanted.select_related(*model.dispatch_related) if model.dispatch_related else wanted
    count = _dispatch_claimed(rows, wanted.filter(attempts=0))
    if count == len(keys):
        return count
    for pk in wanted.filter(attempts__gt=0).due().order_by("pk").values_list("pk", flat=True):
        count += _dispatch_claimed(rows.filter(pk=pk), wanted.filter(pk=pk))
    return count


def _dispatch_claimed(rows: JobQuerySet[Any], free: JobQuerySet[Any]) -> int:
    """Claim what is ``free`` of these rows and call its receivers; how many rows."""
    seconds, lease = get_settings().LEASE_SECONDS, new_lease()
    run = _Dispatch(rows, lease, rows.heartbeat(lease, seconds))
    try:
        return run.call_all() if free.claim(seconds, lease=lease) else 0
    except BaseException as error:
        if stopping.is_order(error):
            db.close_interrupted_connections(error)
            run.release()
        raise


@dataclass(slots=True)
class _Dispatch:
    """Rows claimed together, and which receivers have succeeded with which of them; saved every second."""

    rows: JobQuerySet[Any]
    lease: str
    beat: Callable[..., None]
    finished: defaultdict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    saved_at: float = field(default_factory=lambda: time.monotonic())

    def call_all(self) -> int:
        """Call the receivers of every row that is held; how many rows."""
        count = 0
        while True:
            read_at = time.monotonic()
            for row in self.rows.held(self.lease).order_by("pk"):
                self.call_receivers(row)
                count += 1
                if time.monotonic() - read_at >= SAVE_SECONDS:
                    # Read the rest again: it may have changed while receivers ran.
                    break
            else:
                self.save()
                return count
            self.save()

    def release(self) -> None:
        """Close the finished rows and release those that were not begun, without counting an attempt."""
        self.save()
        self.rows.postpone(self.lease, 0, attempts=Greatest(F("attempts") - 1, 0))

    def is_time_to_save(self) -> bool:
        return time.monotonic() - self.saved_at >= SAVE_SECONDS

    def save(self) -> None:
        """Close the finished rows, one statement for all with the same receivers."""
        now = timezone.now()
        for succeeded, keys in self.finished.items():
            self.rows.filter(pk__in=keys).finish(self.lease, told=list(succeeded), told_at=now, error="")
        self.finished.clear()
        self.saved_at = time.monotonic()

    def call_receivers(self, row: OutboxMessage) -> None:
        """Call the receivers of one row that have not succeeded yet."""
        rows = self.rows.filter(pk=row.pk)
        if row.attempts > get_settings().MAX_ATTEMPTS:
            rows.finish(self.lease, error=row.error or WORKER_LOST)
            return
        succeeded, failed = list(row.told), []
        try:
            signal, sender, arguments = row.signal_call()
        except SoftTimeLimitExceeded:
            raise
        except Exception as wrong:
            logger.exception("%s %s cannot be dispatched", type(row).__name__, row.pk)
            self._postpone(row, succeeded, [f"{type(wrong).__name__}: {wrong}"])
            return
        try:
            for name, error in signal.dispatch(sender, row.told, **arguments):
                if error is None:
                    succeeded.append(name)
                else:
                    failed.append(f"{name}: {type(error).__name__}: {error}")
                    db.close_broken_connections()
                self.beat()
                if self.is_time_to_save():
                    self.save()
                    rows.held(self.lease).write(told=succeeded)
        except BaseException as error:
            if stopping.is_order(error):
                db.close_interrupted_connections(error)
                self._postpone(row, succeeded, [*failed, f"{type(error).__name__} before all had returned"])
            raise
        if failed:
            self._postpone(row, succeeded, failed)
        else:
            self.finished[tuple(succeeded)].append(row.pk)

    def _postpone(self, row: OutboxMessage, succeeded: list[str], failed: list[str]) -> None:
        """Have the receivers that failed called again later, or give up on them and keep the reason."""
        rows, text = self.rows.filter(pk=row.pk), without_nul("\n".join(failed))[:4000]
        if row.attempts >= get_settings().MAX_ATTEMPTS:
            logger.error("%s %s: given up on %d receivers", type(row).__name__, row.pk, len(failed))
            rows.finish(self.lease, told=succeeded, error=text)
        else:
            rows.postpone(self.lease, backoff(row.attempts), told=succeeded, error=text)
