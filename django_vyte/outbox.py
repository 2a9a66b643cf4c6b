"""Telling receivers what changed, from the rows that say so: never lost, never invented."""

from __future__ import annotations

import logging

from django.utils import timezone

from django_vyte import signals
from django_vyte.conf import get_settings
from django_vyte.models import Event, EventChange, Member
from django_vyte.models.work import backoff

logger = logging.getLogger(__name__)

SIGNALS = {
    EventChange.Kind.CREATED: signals.event_created,
    EventChange.Kind.CONFIRMED: signals.event_confirmed,
    EventChange.Kind.UPDATED: signals.event_updated,
    EventChange.Kind.CANCELLED: signals.event_cancelled,
}


def tell_change(pk: int) -> bool:
    """Tell the receivers of one ``EventChange``, if nobody else is at it; whether someone still has to hear."""
    lease = EventChange.objects.filter(pk=pk).claim(get_settings().LEASE_SECONDS)
    if lease is None:
        return False
    change = EventChange.objects.select_related("event").get(pk=pk)
    signal = SIGNALS[EventChange.Kind(change.kind)]
    heard, failed = signal.tell(Event, change.told, event=change.event, change=change)
    return _settle(change, lease, heard, failed)


def tell_member(pk: int) -> bool:
    """Tell the receivers of ``user_joined`` about one member; whether someone still has to hear."""
    lease = Member.objects.filter(pk=pk).claim(get_settings().LEASE_SECONDS)
    if lease is None:
        return False
    member = Member.objects.select_related("team", "user").get(pk=pk)
    heard, failed = signals.user_joined.tell(Member, member.told, member=member)
    return _settle(member, lease, heard, failed)


def _settle(row: EventChange | Member, lease: str, heard: list[str], failed: list[str]) -> bool:
    told = [*row.told, *heard]
    rows = type(row).objects
    if not failed:
        rows.filter(pk=row.pk).finish(lease, told=told, told_at=timezone.now(), error="")
        return False
    error = "\n".join(failed)[:4000]
    if row.attempts >= get_settings().MAX_ATTEMPTS:
        logger.error("%s %s: given up on %d receivers", type(row).__name__, row.pk, len(failed))
        rows.filter(pk=row.pk).finish(lease, told=told, error=error)
        return False
    rows.filter(pk=row.pk).postpone(lease, backoff(row.attempts), told=told, error=error)
    return True
