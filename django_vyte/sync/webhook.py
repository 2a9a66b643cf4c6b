"""Vyte as a source of calls: which actions there are, and what each asks to be reconciled.

See "Getting a webhook call" in Vyte's documentation. A call is a hint: its content is not trusted beyond saying what
to look at, and the time of a cancellation, which Vyte shows nowhere else for certain.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django.utils import timezone

from django_vyte import mirror, payloads
from django_vyte.exceptions import NotFound
from django_vyte.inbox.sources import Outcome, register
from django_vyte.models import EventChange
from django_vyte.payloads import values
from django_vyte.sync import matching
from django_vyte.sync.event import fetch_event, store_missing, sync_user, sync_users
from django_vyte.sync.unidentified import sync_unidentified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_vyte.inbox.sources import Ask as Asked
    from django_vyte.inbox.sources import Visit
    from django_vyte.models import Delivery
    from django_vyte.sync.matching import Description

# Kept from a call's headers; everything else may identify or authenticate somebody.
HEADERS = ("Content-Type", "Content-Length", "User-Agent", "X-Request-Id")


@dataclass(frozen=True, slots=True)
class Ask:
    """Look at one event, one user, or, where calls do not name them, at those of the team.

    ``unidentified`` is what such calls say of their events, ``emails`` what they say of their users.
    """

    kind: str
    vyte_id: str = ""
    cancelled: bool = False
    cancelled_at: dt.datetime | None = None
    unidentified: tuple[Description, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """``event:ID``, ``user:ID``, or ``team`` and ``users`` where calls do not name them."""
        return f"{self.kind}:{self.vyte_id}" if self.vyte_id else self.kind

    def merged(self, *later: Asked) -> Ask:
        """All asks as one, with the latest cancellation, and with all that is not named."""
        asks = [self, *(cast(Ask, ask) for ask in later)]
        return replace(
            self,
            cancelled=any(ask.cancelled for ask in asks),
            cancelled_at=max((ask.cancelled_at for ask in asks if ask.cancelled_at), default=None),
            unidentified=tuple(
                dict.fromkeys(description for ask in asks for description in ask.unidentified)
            ),
            emails=tuple(dict.fromkeys(email for ask in asks for email in ask.emails)),
        )


class Vyte:
    """Calls to ``/vyte/webhooks/<token>/``."""

    name = "vyte"

    def asks(self, call: dict[str, object], came: dt.datetime | None) -> Sequence[Ask]:
        """What a call asks for; an action that nobody handles asks for nothing."""
        action = call.get("action")
        if not isinstance(action, str) or not action:
            raise ValueError("A call names no action.")
        if not action.startswith("event.") and action != "user.joined":
            return []
        resource = call.get("resource")
        if not isinstance(resource, dict):
            raise ValueError(f"A call of {values.text(action, 64)} has no resource.")
        kind = action.partition(".")[0]
        given = resource.get("_id")
        vyte_id = values.identifier(given)
        if given and not vyte_id:
            raise ValueError(
                f"A call of {values.text(action, 64)} is about an _id that Vyte cannot have given."
            )
        if kind == "event":
            return [_about_event(resource, vyte_id, action, came)]
        emails = payloads.emails(resource)
        if not vyte_id and not emails:
            raise ValueError("A call of user.joined does not say which user.")
        return [Ask("user", vyte_id) if vyte_id else Ask("users", emails=emails)]

    def fulfil(self, ask: Asked, delivery: Delivery, visit: Visit) -> Outcome:
        """Fetch what is true now, and mirror it or leave that to be done."""
        asked = cast(Ask, ask)
        if asked.kind in ("user", "users"):
            found = (
                [sync_user(visit.owner, asked.vyte_id, client=visit.client)]
                if asked.vyte_id
                else sync_users(visit.owner, asked.emails)
            )
            return Outcome(members=[member.pk for member in found if not member.told_at])
        origin = mirror.Origin(EventChange.Cause.WEBHOOK, delivery=delivery)
        if asked.kind == "team":
            return sync_unidentified(asked.unidentified, visit, origin)
        return _look_at(asked, origin, visit)


def _about_event(resource: dict[str, object], vyte_id: str, action: str, came: dt.datetime | None) -> Ask:
    """The ask of a call about an event; ``vyte_id`` is empty where the call has none."""
    cancelled = action == "event.cancelled" or bool(resource.get("cancelled"))
    known = payloads.cancelled_at(resource) or payloads.revision(resource)
    since = known if cancelled else None
    # A call that gives no time of a cancellation came after it.
    came = came if cancelled else None
    if vyte_id:
        return Ask("event", vyte_id, cancelled, since or came)
    description = matching.describe(resource, cancelled=cancelled, cancelled_at=since)
    return Ask("team", unidentified=(replace(description, received_at=came),))


def _look_at(asked: Ask, origin: mirror.Origin, visit: Visit) -> Outcome:
    """Ask for one event, to be mirrored with the cancellation that a call reports."""
    as_of, since = timezone.now(), asked.cancelled_at
    try:
        return Outcome(answers=[fetch_event(visit.client, asked.vyte_id, origin=origin, cancelled_at=since)])
    except NotFound:
        saved = store_missing(visit.client, visit.owner, asked.vyte_id, as_of=as_of, origin=origin)
        if saved is None:
            raise
        return Outcome(changes=saved.changes)


register(Vyte())
