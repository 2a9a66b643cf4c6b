"""Vyte as a source of calls: which actions there are, and what each asks to be reconciled.

See "Getting a webhook call" in Vyte's documentation. A call is a hint: its content is not trusted beyond naming what
to look at, and the time of a cancellation, which Vyte shows nowhere else for certain.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django_vyte import inbox, mirror, payloads, reconcile, sync, values
from django_vyte.models import EventChange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django_vyte.models import Delivery

ACTIONS = ("event.created", "event.confirmed", "event.updated", "event.cancelled", "user.joined")
# Kept from a call's headers; everything else may identify or authenticate somebody.
HEADERS = ("Content-Type", "Content-Length", "User-Agent", "X-Request-Id")


@dataclass(frozen=True, slots=True)
class Ask:
    """Look at one event, one user, or, where a call does not say which event, at the whole team."""

    kind: str
    vyte_id: str = ""
    cancelled: bool = False
    cancelled_at: dt.datetime | None = None

    @property
    def subject(self) -> str:
        """``event:ID``, ``user:ID`` or ``team``."""
        return f"{self.kind}:{self.vyte_id}" if self.vyte_id else self.kind

    def merged(self, later: inbox.Ask) -> Ask:
        """Both asks as one, with the later cancellation."""
        other = cast(Ask, later)
        times = [when for when in (self.cancelled_at, other.cancelled_at) if when]
        return replace(
            self, cancelled=self.cancelled or other.cancelled, cancelled_at=max(times, default=None)
        )


class Vyte:
    """Calls to ``/vyte/webhooks/<token>/``."""

    name = "vyte"

    def asks(self, call: dict[str, object]) -> Sequence[Ask]:
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
        if kind == "event" and not vyte_id:
            return [Ask("team")]
        if kind == "event":
            cancelled = action == "event.cancelled" or bool(resource.get("cancelled"))
            known = payloads.cancelled_at(resource) or payloads.revision(resource)
            return [Ask("event", vyte_id, cancelled, known if cancelled else None)]
        if not vyte_id:
            raise ValueError("A call of user.joined does not say which user.")
        return [Ask("user", vyte_id)]

    def fulfil(self, ask: inbox.Ask, delivery: Delivery, keep: Callable[..., object]) -> inbox.Outcome:
        """Fetch what is true now and mirror it."""
        asked, team = cast(Ask, ask), delivery.team
        if team is None:
            raise ValueError("The team of this call is not linked any more.")
        if asked.kind == "user":
            member = reconcile.user(team.pk, asked.vyte_id)
            return inbox.Outcome(members=[] if member.told_at else [member.pk])
        origin = mirror.Origin(EventChange.Cause.WEBHOOK, delivery=delivery)
        if asked.kind == "team":
            return inbox.Outcome(changes=sync.run(team, origin=origin, progress=keep).saved.changes)
        # A call that gives no time of a cancellation came after it.
        since = asked.cancelled_at or (delivery.received_at if asked.cancelled else None)
        saved = reconcile.event(team.pk, asked.vyte_id, origin=origin, cancelled_at=since)
        return inbox.Outcome(changes=saved.changes)


inbox.register(Vyte())
