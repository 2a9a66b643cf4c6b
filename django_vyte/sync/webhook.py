"""Vyte as a source of webhook calls: what each call requests, and how it is handled and committed.

See "Getting a webhook call" in Vyte's documentation. A call is only a hint: it says what to fetch, and when a meeting
was cancelled, which Vyte's API may not show. Everything else is taken from the API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Model

from django_vyte import mirror, payloads
from django_vyte.exceptions import NotFound, UnexpectedAnswer
from django_vyte.inbox.sources import Received, Result, Source
from django_vyte.models import Delivery, Event, EventChange, Member, Team
from django_vyte.models.team import SOURCE
from django_vyte.payloads import values
from django_vyte.sync import matching
from django_vyte.sync.context import VyteContext, is_team_pk
from django_vyte.sync.event import about, store_missing, sync_user, sync_users
from django_vyte.sync.matching import Description
from django_vyte.sync.unidentified import sync_unidentified


@dataclass(frozen=True, slots=True)
class VyteRequest:
    """Bring one event or one user up to date, or those of the team that calls describe without an id.

    ``kind`` is ``event``, ``user``, ``team`` (``unidentified`` describes its events) or ``users`` (``emails``).
    """

    kind: str
    vyte_id: str = ""
    cancelled: bool = False
    cancelled_at: datetime | None = None
    unidentified: tuple[Description, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """``event:ID``, ``user:ID``, or ``team`` and ``users`` where calls do not name them."""
        return f"{self.kind}:{self.vyte_id}" if self.vyte_id else self.kind

    def merged(self, *later: VyteRequest) -> VyteRequest:
        """All requests as one, with the latest cancellation and every description."""
        requests = [self, *later]
        return replace(
            self,
            cancelled=any(each.cancelled for each in requests),
            cancelled_at=max((each.cancelled_at for each in requests if each.cancelled_at), default=None),
            unidentified=tuple(dict.fromkeys(one for each in requests for one in each.unidentified)),
            emails=tuple(dict.fromkeys(email for each in requests for email in each.emails)),
        )


class VyteSource(Source[VyteRequest, VyteContext]):
    """Calls to ``/vyte/webhooks/<token>/``."""

    name = SOURCE
    verbose_name = "Vyte"
    account_model = Team
    kinds = ("event", "user")
    # Vyte documents no limit: few enough for any, and they hide most of the time that a request takes.
    at_once = 5
    credentials = payloads.CREDENTIALS

    def parse(self, call: dict[str, Any], received: Received) -> Sequence[VyteRequest]:
        """What a call requests; nothing for an action that nobody handles."""
        action = call.get("action")
        if not isinstance(action, str) or not action:
            raise ValueError("A call names no action.")
        if not action.startswith("event.") and action != "user.joined":
            return []
        resource = call.get("resource")
        if not isinstance(resource, dict):
            raise ValueError(f"A call of {values.text(action, 64)} has no resource.")
        kind = action.partition(".")[0]
        if kind == "user":
            resource = payloads.user(resource)
        given = resource.get("_id")
        vyte_id = values.identifier(given)
        if given and not vyte_id:
            raise ValueError(
                f"A call of {values.text(action, 64)} is about an _id that Vyte cannot have given."
            )
        if kind == "event":
            return [_about_event(resource, vyte_id, action, received.at)]
        emails = payloads.emails(resource)
        if not vyte_id and not emails:
            raise ValueError("A call of user.joined does not say which user.")
        return [VyteRequest("user", vyte_id) if vyte_id else VyteRequest("users", emails=emails)]

    def context(self, account: str, heartbeat: Callable[..., object]) -> VyteContext:
        """The team and its client, when they are needed."""
        return VyteContext(account, heartbeat)

    def prefetch(self, requests: Sequence[VyteRequest], context: VyteContext) -> None:
        """Ask for the events at the same time."""
        if vyte_ids := [request.vyte_id for request in requests if request.kind == "event"]:
            context.prefetch(vyte_ids)

    def handle(self, request: VyteRequest, delivery: Delivery, context: VyteContext) -> Result:
        """Fetch what is true now: one event to be committed, or users and described events, written at once."""
        if request.kind == "user":
            sync_user(context.team_id, request.vyte_id, client=context.client)
            return Result()
        if request.kind == "users":
            sync_users(context.team_id, request.emails)
            return Result()
        origin = mirror.Origin(EventChange.Cause.WEBHOOK, delivery=delivery)
        if request.kind == "team":
            return Result(problems=sync_unidentified(request.unidentified, context, origin))
        return _fetch_event(request, origin, context)

    def commit(self, context: VyteContext, fetched: Sequence[mirror.FetchedEvent]) -> None:
        """Mirror events; UnexpectedAnswer when one of them cannot be read."""
        result = mirror.save(context.team_id, fetched)
        if result.problems:
            raise UnexpectedAnswer(result.problems[0])

    def mirrored(self, deliveries: Sequence[Delivery]) -> Mapping[int, Model]:
        """The event or member that each delivery is about."""
        found: dict[int, Model] = {}
        for kind, rows in (("event", Event.objects.defer("data")), ("user", Member.objects.all())):
            wanted = {
                each.pk: (each.account, each.subject.partition(":")[2])
                for each in deliveries
                if each.subject.startswith(f"{kind}:")
            }
            accounts, ids = ({key[n] for key in wanted.values()} for n in (0, 1))
            known = rows.filter(team__in=filter(is_team_pk, accounts), vyte_id__in=ids) if wanted else ()
            by_key: dict[tuple[str, str], Model] = {(str(row.team_id), row.vyte_id): row for row in known}
            found |= {pk: by_key[key] for pk, key in wanted.items() if key in by_key}
        return found


def _about_event(
    resource: dict[str, Any], vyte_id: str, action: str, received_at: datetime | None
) -> VyteRequest:
    """The request of a call about an event; ``vyte_id`` is empty where the call has none."""
    cancelled = action == "event.cancelled" or bool(resource.get("cancelled"))
    known = payloads.cancelled_at(resource) or payloads.revision(resource)
    since = known if cancelled else None
    # A cancellation without a time happened before its call arrived.
    received_at = received_at if cancelled else None
    if vyte_id:
        return VyteRequest("event", vyte_id, cancelled, since or received_at)
    description = matching.describe(resource, cancelled=cancelled, cancelled_at=since)
    return VyteRequest("team", unidentified=(replace(description, received_at=received_at),))


def _fetch_event(request: VyteRequest, origin: mirror.Origin, context: VyteContext) -> Result:
    """Ask for one event, to be mirrored with the cancellation that a call reports."""
    answer = context.ask(request.vyte_id)
    try:
        payload = answer.payload()
    except NotFound:
        noted = store_missing(
            context.client, context.team_id, request.vyte_id, as_of=answer.as_of, origin=origin
        )
        if noted is None:
            raise
        return Result()
    fetched = mirror.FetchedEvent(payload, answer.as_of, origin, request.cancelled_at)
    return Result([about(request.vyte_id, fetched)])
