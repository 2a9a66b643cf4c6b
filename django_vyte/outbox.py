"""Telling receivers what changed, from the rows that say so: never lost, never invented."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils import timezone

from django_vyte import connections, signals, values
from django_vyte.conf import get_settings
from django_vyte.models import Event, EventChange, Member
from django_vyte.models.work import backoff

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    return _tell(change, lease, signal.tell(Event, change.told, event=change.event, change=change))


def tell_member(pk: int) -> bool:
    """Tell the receivers of ``user_joined`` about one member; whether someone still has to hear."""
    lease = Member.objects.filter(pk=pk).claim(get_settings().LEASE_SECONDS)
    if lease is None:
        return False
    member = Member.objects.select_related("team", "user").get(pk=pk)
    return _tell(member, lease, signals.user_joined.tell(Member, member.told, member=member))


def _tell(row: EventChange | Member, lease: str, calls: Iterator[tuple[str, Exception | None]]) -> bool:
    """Go through the receivers; who has heard is kept on the way where that takes long."""
    seconds, most = get_settings().LEASE_SECONDS, get_settings().MAX_ATTEMPTS
    rows, told, failed = type(row).objects.filter(pk=row.pk), list(row.told), []
    if row.attempts > most:
        # Whoever tried last did not live to say what happened.
        rows.finish(lease, error=row.error or "The worker that called the receivers did not come back.")
        return False
    keep = rows.keeper(lease, seconds)
    for name, error in calls:
        if error is None:
            told.append(name)
        else:
            failed.append(f"{name}: {type(error).__name__}: {error}")
            connections.let_go_of_broken()
        keep(told=told)
    if not failed:
        rows.finish(lease, told=told, told_at=timezone.now(), error="")
        return False
    text = values.without_nul("\n".join(failed))[:4000]
    if row.attempts >= most:
        logger.error("%s %s: given up on %d receivers", type(row).__name__, row.pk, len(failed))
        rows.finish(lease, told=told, error=text)
        return False
    rows.postpone(lease, backoff(row.attempts), told=told, error=text)
    return True
