"""Telling receivers what changed, from the rows that say so: never lost, never invented."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from django_vyte import db, signals
from django_vyte.conf import get_settings
from django_vyte.jobs.models import backoff
from django_vyte.models import Event, EventChange, Member
from django_vyte.payloads.cleaning import without_nul

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django_vyte.jobs.models import WorkQuerySet

logger = logging.getLogger(__name__)

# How long what receivers have heard may be known to this process alone.
SAVE_SECONDS = 1.0
DID_NOT_COME_BACK = "The worker that called the receivers did not come back."

SIGNALS = {
    EventChange.Kind.CREATED: signals.event_created,
    EventChange.Kind.CONFIRMED: signals.event_confirmed,
    EventChange.Kind.UPDATED: signals.event_updated,
    EventChange.Kind.CANCELLED: signals.event_cancelled,
}


def tell_changes(keys: Sequence[int]) -> int:
    """Tell the receivers of these ``EventChange`` rows, as far as nobody else is at it; how many were dealt with."""
    return _tell_each(EventChange.objects.select_related("event"), keys)


def tell_members(keys: Sequence[int]) -> int:
    """Tell the receivers of ``user_joined`` about these members; how many were dealt with."""
    return _tell_each(Member.objects.select_related("team", "user"), keys)


def _tell_each(rows: WorkQuerySet[Any], keys: Sequence[int]) -> int:
    """Those never tried together, each of the others alone: what no worker survives takes nothing else along."""
    wanted = rows.model._default_manager.filter(pk__in=keys)
    told = _tell(rows.filter(pk__in=keys), wanted.filter(attempts=0))
    if told == len(keys):
        return told
    for pk in wanted.filter(attempts__gt=0).due().order_by("pk").values_list("pk", flat=True):
        told += _tell(rows.filter(pk=pk), wanted.filter(pk=pk))
    return told


def _tell(rows: WorkQuerySet[Any], free: WorkQuerySet[Any]) -> int:
    """Claim what is ``free`` of these rows and go through its receivers; how many rows."""
    seconds = get_settings().LEASE_SECONDS
    lease = free.claim(seconds)
    if lease is None:
        return 0
    telling = _Telling(rows, lease, rows.keeper(lease, seconds))
    told = 0
    while True:
        read_at = time.monotonic()
        for row in rows.held(lease).order_by("pk"):
            telling.tell(row)
            told += 1
            if time.monotonic() - read_at >= SAVE_SECONDS:
                # What follows is read again, since it may have changed meanwhile.
                break
        else:
            telling.save()
            return told
        telling.save()


@dataclass(slots=True)
class _Telling:
    """What receivers heard of rows claimed together; kept every second, so that a dead worker repeats little."""

    rows: WorkQuerySet[Any]
    lease: str
    keep: Callable[..., None]
    heard: defaultdict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    saved_at: float = field(default_factory=lambda: time.monotonic())

    def is_time_to_save(self) -> bool:
        return time.monotonic() - self.saved_at >= SAVE_SECONDS

    def save(self) -> None:
        """Finish the rows of which all receivers have heard, together where they are the same ones."""
        now = timezone.now()
        for told, keys in self.heard.items():
            rows = self.rows.filter(pk__in=keys)
            rows.finish(self.lease, told=list(told), told_at=now, error="")
        self.heard.clear()
        self.saved_at = time.monotonic()

    def tell(self, row: EventChange | Member) -> None:
        """Go through the receivers of one row."""
        rows = self.rows.filter(pk=row.pk)
        if row.attempts > get_settings().MAX_ATTEMPTS:
            # Whoever tried last did not live to say what happened.
            rows.finish(self.lease, error=row.error or DID_NOT_COME_BACK)
            return
        told, failed = list(row.told), []
        for name, error in _calls(row):
            if error is None:
                told.append(name)
            else:
                failed.append(f"{name}: {type(error).__name__}: {error}")
                db.let_go_of_broken()
            self.keep()
            if self.is_time_to_save():
                self.save()
                rows.held(self.lease).write(told=told)
        if failed:
            self._put_off(row, told, failed)
        else:
            self.heard[tuple(told)].append(row.pk)

    def _put_off(self, row: EventChange | Member, told: list[str], failed: list[str]) -> None:
        """Have those that failed called again later, or give up on them in sight."""
        rows, text = self.rows.filter(pk=row.pk), without_nul("\n".join(failed))[:4000]
        if row.attempts >= get_settings().MAX_ATTEMPTS:
            logger.error("%s %s: given up on %d receivers", type(row).__name__, row.pk, len(failed))
            rows.finish(self.lease, told=told, error=text)
        else:
            rows.postpone(self.lease, backoff(row.attempts), told=told, error=text)


def _calls(row: EventChange | Member) -> Iterator[tuple[str, Exception | None]]:
    """Each receiver of what a row tells of, called at each step; its name, and what went wrong."""
    if isinstance(row, Member):
        return signals.user_joined.tell(Member, row.told, member=row)
    signal = SIGNALS[EventChange.Kind(row.kind)]
    return signal.tell(Event, row.told, event=row.event, change=row)
