"""What became of an action whose answer got lost: looks at the event again, mirrors it, and says what is known.

A write that was sent and not answered may have been done. It is not sent again; the event itself says whether it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from django_vyte import db, mirror, payloads
from django_vyte.exceptions import NotFound, UnexpectedAnswer, VyteError
from django_vyte.jobs import publishing
from django_vyte.models import Event, EventChange
from django_vyte.sync.event import fetch_event, store_fetched, store_missing, sync_event

if TYPE_CHECKING:
    from django_vyte.client import VyteClient

logger = logging.getLogger(__name__)

REFRESH_EVENT = "django_vyte.refresh_event"
# Seconds until an event is looked at again in the background, once more each time that Vyte cannot be asked.
DELAYS = (30.0, 300.0, 3000.0)
Cause = EventChange.Cause


@dataclass(frozen=True, slots=True)
class Seen:
    """An event at one moment: as it was mirrored, or as Vyte shows it; without data when Vyte has it no more."""

    status: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Aspect:
    """What an action changes in an event."""

    is_done: Callable[[Seen], bool]
    part: Callable[[Seen], object] | None
    """The part that would differ: the same as before means not done. None where Vyte may not show the change at all."""


def settle(
    event: Event, error: VyteError, aspect: Aspect, origin: mirror.Origin, connect: Callable[[], VyteClient]
) -> None:
    """Look at an event, with a client of ``connect``, after an action that ended in ``error`` and may have been done.

    Returns when Vyte shows that it was done; the history has its ``origin`` then. Otherwise raises ``error``, whose
    ``maybe_applied`` is False if Vyte shows that it was not done, and has the event looked at again in the background.
    """
    before = Seen(event.status, event.data)
    reason = error
    try:
        with connect() as client:
            after = _look(event, aspect, origin, client)
    except VyteError as another:
        reason = another
    else:
        # The mirror remembers a cancellation that Vyte's answers do not show.
        if aspect.is_done(after) and event.status == after.status:
            return
        if aspect.part and not error.is_unfinished:
            error.maybe_applied = aspect.part(after) != aspect.part(before)
    refresh_later(event.team_id, event.vyte_id, reason)
    raise error


def _look(event: Event, aspect: Aspect, origin: mirror.Origin, client: VyteClient) -> Seen:
    """Ask Vyte for the event and mirror it; with the origin of the action only if it shows that it was done."""
    as_of, refreshed = timezone.now(), mirror.Origin(Cause.REFRESH)
    try:
        fetched = fetch_event(client, event.vyte_id, origin=refreshed)
    except NotFound:
        seen = Seen(Event.Status.CANCELLED, {})
        cause = origin if aspect.is_done(seen) else refreshed
        store_missing(client, event.team_id, event.vyte_id, as_of=as_of, origin=cause)
    else:
        seen = _seen(fetched.payload)
        cause = origin if aspect.is_done(seen) else refreshed
        store_fetched(event.team_id, replace(fetched, origin=cause))
    db.refresh(event)
    return seen


def _seen(payload: object) -> Seen:
    try:
        columns = payloads.parse_event(payload).columns
    except payloads.Unreadable as error:
        raise UnexpectedAnswer(f"Vyte answered with {error}.") from None
    return Seen(columns["status"], columns["data"])


def refresh_later(team_id: int, vyte_id: str, reason: VyteError, attempt: int = 0) -> None:
    """Have the event fetched in the background, whatever becomes of a transaction that is open."""
    logger.warning("Event %s is fetched in %.0f s: %s", vyte_id, DELAYS[attempt], reason)
    publishing.enqueue_now(REFRESH_EVENT, team_id, vyte_id, attempt, countdown=DELAYS[attempt])


def refresh_again(team_id: int, vyte_id: str, attempt: int) -> None:
    """Fetch and mirror an event; if Vyte cannot be asked, try again later, and leave it to the patrol in the end."""
    try:
        sync_event(team_id, vyte_id, origin=mirror.Origin(Cause.REFRESH))
    except VyteError as error:
        if attempt + 1 < len(DELAYS):
            refresh_later(team_id, vyte_id, error, attempt + 1)
        else:
            logger.warning("Event %s is left to the patrol: %s", vyte_id, error)
