"""Fetch one event, or one user, from Vyte and mirror what is true now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakSet

from django.utils import timezone

from django_vyte import mirror, payloads
from django_vyte.accounts.clients import client_for
from django_vyte.client.lists import ignore
from django_vyte.db import fresh
from django_vyte.exceptions import AccountError, NotFound, UnexpectedAnswer
from django_vyte.mirror import members
from django_vyte.models import Event, Member, Team
from django_vyte.payloads import values

if TYPE_CHECKING:
    from django_vyte.client import VyteClient

# Other mirrored events to ask for before a 404 about one is believed.
CONTROL_EVENTS = 3
# Clients whose key belongs to the team, and which find other events: their 404 means that an event is gone.
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
    """Mirror one event as Vyte shows it now; one that Vyte has no more is mirrored as missing.

    ``cancelled_at`` is Vyte's time of a cancellation that a webhook call reported, which the answer may not show:
    Vyte's event object documents no such field. ``just_cancelled``: this site cancelled it a moment ago. Raises
    VyteError when Vyte cannot be asked, and NotFound for an event that neither Vyte nor the mirror has.
    """
    with client or client_for(team_id) as vyte:
        as_of = timezone.now()
        try:
            fetched = fetch_event(vyte, vyte_id, origin=origin, cancelled_at=cancelled_at)
        except NotFound:
            result = store_missing(vyte, team_id, vyte_id, as_of=as_of, origin=origin)
            if result is None:
                raise
            return result
    if just_cancelled:
        fetched = replace(fetched, cancelled_at=payloads.revision(values.as_dict(fetched.payload)) or as_of)
    return store_fetched(team_id, fetched)


def fetch_event(
    client: VyteClient, vyte_id: str, *, origin: mirror.Origin, cancelled_at: dt.datetime | None = None
) -> mirror.FetchedEvent:
    """Ask Vyte for one event; raises VyteError, and NotFound for one that Vyte does not have."""
    as_of = timezone.now()
    payload = client.events.retrieve(vyte_id)
    return about(vyte_id, mirror.FetchedEvent(payload, as_of, origin, cancelled_at))


def store_missing(
    client: VyteClient, team_id: int, vyte_id: str, *, as_of: dt.datetime, origin: mirror.Origin
) -> mirror.MirrorResult | None:
    """Mirror that Vyte has no such event; None for one that was never mirrored.

    A 404 is not believed at once, because it cancels the event here: raises VyteError when the key belongs to another
    team, or when Vyte answers 404 about every event.
    """
    if client not in _verified_clients:
        _check_key_owner(client, team_id)
        _check_other_events_exist(client, team_id, vyte_id)
        _verified_clients.add(client)
    return mirror.save_missing(team_id, vyte_id, as_of=as_of, origin=origin)


def store_fetched_as(team_id: int, vyte_id: str, fetched: mirror.FetchedEvent) -> mirror.MirrorResult:
    """Mirror a response that must be about this event; UnexpectedAnswer for another event or an unreadable one."""
    return store_fetched(team_id, about(vyte_id, fetched))


def about(vyte_id: str, fetched: mirror.FetchedEvent) -> mirror.FetchedEvent:
    """A response to a request for this event, which it may not name; UnexpectedAnswer if it names another."""
    payload = values.as_dict(fetched.payload)
    if payload.get("_id", vyte_id) != vyte_id:
        raise UnexpectedAnswer(f"Vyte was asked for event {vyte_id} and answered with another one.")
    return replace(fetched, payload={**payload, "_id": vyte_id})


def store_fetched(team_id: int, fetched: mirror.FetchedEvent) -> mirror.MirrorResult:
    """Mirror one event; UnexpectedAnswer when it cannot be read."""
    result = mirror.save(team_id, [fetched])
    if result.problems:
        raise UnexpectedAnswer(result.problems[0])
    return result


def _check_key_owner(client: VyteClient, team_id: int) -> None:
    """VyteError for a key of another team: its 404 says nothing about this team's events."""
    vyte_id = values.identifier(values.as_dict(client.auth.test()).get("_id"))
    if not fresh(Team.objects.all()).filter(pk=team_id, vyte_id=vyte_id).exists():
        raise AccountError(
            "The active API key belongs to another team at Vyte. Link this team again with its own key."
        )


def _check_other_events_exist(client: VyteClient, team_id: int, vyte_id: str) -> None:
    """VyteError when every event is a 404, as from a gateway that is set up wrongly."""
    rows = (
        fresh(Event.objects.all()).filter(team=team_id, missing_since__isnull=True).exclude(vyte_id=vyte_id)
    )
    others = list(rows.order_by("-vyte_updated_at", "-pk").values_list("vyte_id", flat=True)[:CONTROL_EVENTS])
    if not others or any(_exists(client, other) for other in others):
        return
    listed = next(client.events.iterate(limit=1, report=ignore), None)
    if listed and not _exists(client, str(listed.get("_id"))):
        raise AccountError(
            "Vyte answers 404 for every event, even for one that it lists, which is not believed."
        )


def _exists(client: VyteClient, vyte_id: str) -> bool:
    try:
        client.events.retrieve(vyte_id)
    except NotFound:
        return False
    return True


def sync_user(team_id: int, vyte_id: str, *, client: VyteClient | None = None) -> Member:
    """Mirror one user as Vyte shows them now; raises VyteError, and NotFound for one that Vyte does not have."""
    with client or client_for(team_id) as vyte:
        as_of = timezone.now()
        payload = vyte.users.retrieve(vyte_id)
    return members.save_member(team_id, vyte_id, payload, as_of=as_of)


def sync_users(team_id: int, emails: Collection[str]) -> list[Member]:
    """Mirror the listed users who have one of these addresses; raises VyteError.

    UnexpectedAnswer when an address is not in the list ("Users"): somebody who has just joined may not be listed yet,
    so this is to be retried.
    """
    with client_for(team_id) as vyte:
        as_of = timezone.now()
        users = vyte.users.list()
    found, missing = [], set(emails)
    for user in map(payloads.user, users):
        addresses, key = payloads.emails(user), values.identifier(user.get("_id"))
        if key and not set(emails).isdisjoint(addresses):
            found.append(members.save_member(team_id, key, user, as_of=as_of))
            missing.difference_update(addresses)
    if missing:
        raise UnexpectedAnswer(
            "A user of whom a call reports that they joined is not, or not yet, listed by Vyte."
        )
    return found
