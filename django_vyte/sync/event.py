"""Fetch what is true now about one event or one user, and mirror it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakSet

from django.utils import timezone

from django_vyte import mirror, payloads
from django_vyte.client import VyteClient
from django_vyte.client.resource import ignore
from django_vyte.exceptions import NotFound, UnexpectedAnswer, VyteError
from django_vyte.mirror import members
from django_vyte.models import ApiKey, Event, Team
from django_vyte.payloads import values

if TYPE_CHECKING:
    from collections.abc import Collection

    from django_vyte.models import Member

# How many other events are asked for before a 404 is believed.
CONTROL_EVENTS = 3
# The clients whose key and whose 404 were found to be good.
_verified_clients: WeakSet[VyteClient] = WeakSet()


def sync_event(
    team_id: int,
    vyte_id: str,
    *,
    origin: mirror.Origin,
    cancelled_at: dt.datetime | None = None,
    just_cancelled: bool = False,
    client: VyteClient | None = None,
) -> mirror.MirrorResult:
    """Mirror one event as Vyte shows it now.

    ``cancelled_at`` is Vyte's time of a cancellation that a call reported: Vyte's event object documents none, so
    the answer may not show it; ``just_cancelled`` says that this site cancelled it a moment ago. Raises VyteError
    when Vyte cannot be asked. An event that Vyte no longer has is noted; one that was never mirrored either raises
    NotFound.
    """
    with client or ApiKey.client_for(team_id) as vyte:
        as_of = timezone.now()
        try:
            answer = fetch_event(vyte, vyte_id, origin=origin, cancelled_at=cancelled_at)
        except NotFound:
            saved = store_missing(vyte, team_id, vyte_id, as_of=as_of, origin=origin)
            if saved is None:
                raise
            return saved
    if just_cancelled:
        answer = replace(answer, cancelled_at=payloads.revision(values.as_dict(answer.payload)) or as_of)
    return store_answer(team_id, answer)


def fetch_event(
    client: VyteClient, vyte_id: str, *, origin: mirror.Origin, cancelled_at: dt.datetime | None = None
) -> mirror.Answer:
    """What Vyte shows of one event, to be mirrored; raises VyteError, NotFound for one that Vyte does not have."""
    as_of = timezone.now()
    payload = client.events.retrieve(vyte_id)
    return _about(vyte_id, mirror.Answer(payload, as_of, origin, cancelled_at))


def store_missing(
    client: VyteClient, team_id: int, vyte_id: str, *, as_of: dt.datetime, origin: mirror.Origin
) -> mirror.MirrorResult | None:
    """Mirror that Vyte has no such event; None for one that was never mirrored.

    VyteError where the key is not the team's, or where Vyte seems to have no events at all.
    """
    if client not in _verified_clients:
        _check_key_owner(client, team_id)
        _check_other_events_exist(client, team_id, vyte_id)
        _verified_clients.add(client)
    return mirror.save_missing(team_id, vyte_id, as_of=as_of, origin=origin)


def store_answer_about(team_id: int, vyte_id: str, answer: mirror.Answer) -> mirror.MirrorResult:
    """Mirror what Vyte answered about one event; UnexpectedAnswer when that is another event, or none."""
    return store_answer(team_id, _about(vyte_id, answer))


def _about(vyte_id: str, answer: mirror.Answer) -> mirror.Answer:
    told = values.as_dict(answer.payload)
    if told.get("_id", vyte_id) != vyte_id:
        raise UnexpectedAnswer(f"Vyte was asked for event {vyte_id} and answered with another one.")
    return replace(answer, payload={**told, "_id": vyte_id})


def store_answer(team_id: int, answer: mirror.Answer) -> mirror.MirrorResult:
    """Mirror one answer; UnexpectedAnswer when it cannot be read."""
    saved = mirror.save(team_id, [answer])
    if saved.problems:
        raise UnexpectedAnswer(saved.problems[0])
    return saved


def _check_key_owner(client: VyteClient, team_id: int) -> None:
    """Raises VyteError for a key of another team: that Vyte finds nothing with it says nothing about this one."""
    vyte_id = values.identifier(values.as_dict(client.auth.test()).get("_id"))
    if not Team.objects.filter(pk=team_id, vyte_id=vyte_id).exists():
        raise VyteError(
            "The active API key belongs to another team at Vyte. Link this team again with its own key."
        )


def _check_other_events_exist(client: VyteClient, team_id: int, vyte_id: str) -> None:
    """Raises VyteError when everything is answered with 404, as a gateway does: that says nothing about an event."""
    rows = Event.objects.filter(team=team_id, missing_since__isnull=True).exclude(vyte_id=vyte_id)
    others = list(rows.order_by("-vyte_updated_at", "-pk").values_list("vyte_id", flat=True)[:CONTROL_EVENTS])
    if not others or any(_exists(client, other) for other in others):
        return
    listed = next(client.events.iterate(limit=1, report=ignore), None)
    if listed and not _exists(client, str(listed.get("_id"))):
        raise VyteError(
            "Vyte answers 404 for every event, even for one that it lists, which is not believed."
        )


def _exists(client: VyteClient, vyte_id: str) -> bool:
    try:
        client.events.retrieve(vyte_id)
    except NotFound:
        return False
    return True


def sync_user(team_id: int, vyte_id: str, *, client: VyteClient | None = None) -> Member:
    """Mirror one user as Vyte shows them now; raises VyteError, and NotFound for one Vyte does not know."""
    with client or ApiKey.client_for(team_id) as vyte:
        as_of = timezone.now()
        answer = vyte.users.retrieve(vyte_id)
    return members.save_member(team_id, vyte_id, answer, as_of=as_of)


def sync_users(team_id: int, emails: Collection[str]) -> list[Member]:
    """Mirror the users with any of these addresses, of all that Vyte lists ("Users"); raises VyteError.

    UnexpectedAnswer when it does not list all of them: who has just joined may be about to appear.
    """
    with ApiKey.client_for(team_id) as vyte:
        as_of = timezone.now()
        answers = vyte.users.list()
    found, missing = [], set(emails)
    for answer in map(values.as_dict, answers):
        addresses, key = payloads.emails(answer), values.identifier(answer.get("_id"))
        if key and not set(emails).isdisjoint(addresses):
            found.append(members.save_member(team_id, key, answer, as_of=as_of))
            missing.difference_update(addresses)
    if missing:
        raise UnexpectedAnswer(
            "A user of whom a call reports that they joined is not, or not yet, listed by Vyte."
        )
    return found
