"""What people do to an event: confirm, cancel, invite, reschedule. ``Event``'s methods of the same names call these.

Each sends a request to Vyte first, outside any transaction of its own, and then mirrors the result with the user who
acted. Each raises VyteError, and has changed nothing then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from django_vyte import db, mirror
from django_vyte.accounts.clients import client_for
from django_vyte.exceptions import NotFound, UnexpectedAnswer
from django_vyte.models import Event, EventChange, Invitee
from django_vyte.sync.event import store_fetched_as, sync_event


def confirm(event: Event, *, date_id: str | None, place_id: str | None, by: AbstractBaseUser | None) -> None:
    """Confirm the date and the place ("Confirm an event")."""
    with client_for(event.team_id) as client:
        as_of = timezone.now()
        answer = client.events.confirm(event.vyte_id, date_id=date_id, place_id=place_id)
    _mirror(event, answer, as_of, by)


def cancel(event: Event, *, by: AbstractBaseUser | None) -> None:
    """Cancel the meeting ("Cancel an event"). Vyte's response is only OK, so the event is fetched afterwards."""
    with client_for(event.team_id) as client:
        client.events.cancel(event.vyte_id)
    _fetch_and_mirror(event, by, cancelled=True)


def add_invitees(
    event: Event, people: Sequence[str | Mapping[str, str]], *, by: AbstractBaseUser | None
) -> None:
    """Invite more people ("Add invitee(s)")."""
    invited = [{"email": person} if isinstance(person, str) else dict(person) for person in people]
    with client_for(event.team_id) as client:
        client.events.add_invitees(event.vyte_id, invited)  # type: ignore[arg-type]
    _fetch_and_mirror(event, by)


def remove_invitee(event: Event, invitee: Invitee, *, by: AbstractBaseUser | None) -> None:
    """Remove an invitee ("Delete invitee")."""
    if not invitee.vyte_id:
        raise ValueError(f"Vyte gave {invitee} no id in this event, so the invitation cannot be taken back.")
    with client_for(event.team_id) as client, suppress(NotFound):
        # A retry of a request whose first response was lost gets a 404: the invitee is removed already.
        client.events.delete_invitee(event.vyte_id, invitee.vyte_id)
    _fetch_and_mirror(event, by)


def reschedule(
    event: Event,
    *,
    dates: Sequence[Any] | None,
    places: Sequence[Any] | None,
    by: AbstractBaseUser | None,
) -> None:
    """Propose other dates or places ("Update an event")."""
    fields: dict[str, Any] = {}
    if dates is not None:
        fields["dates"] = [_date(*pair) for pair in dates]
    if places is not None:
        fields["places"] = [_place(place) for place in places]
    if not fields:
        raise ValueError("Say which dates or which places the meeting is to have.")
    with client_for(event.team_id) as client:
        as_of = timezone.now()
        answer = client.events.update(event.vyte_id, **fields)
    _mirror(event, answer, as_of, by)


def refresh(event: Event) -> None:
    """Fetch the event and mirror it ("Retrieve an event")."""
    sync_event(event.team_id, event.vyte_id, origin=mirror.Origin(EventChange.Cause.REFRESH))
    db.refresh(event)


def _date(start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
    if end < start:
        raise ValueError(f"A date ends ({end}) before it starts ({start}).")
    return {"date": start, "end_date": end, "all_day": False}


def _place(place: str | Sequence[str]) -> dict[str, str]:
    name, address = (place, "") if isinstance(place, str) else place
    return {"name": name, "address": address} if address else {"name": name}


def _mirror(event: Event, answer: object, as_of: dt.datetime, by: AbstractBaseUser | None) -> None:
    """Mirror the event in Vyte's response."""
    origin = mirror.Origin(EventChange.Cause.ACTION, actor=by)
    try:
        store_fetched_as(event.team_id, event.vyte_id, mirror.FetchedEvent(answer, as_of, origin))
    except UnexpectedAnswer:
        # The status was a success, so Vyte did it; only the body is unusable.
        _fetch_and_mirror(event, by)
    else:
        db.refresh(event)


def _fetch_and_mirror(event: Event, by: AbstractBaseUser | None, *, cancelled: bool = False) -> None:
    """Fetch and mirror the event after an action whose response has no event."""
    origin = mirror.Origin(EventChange.Cause.ACTION, actor=by)
    sync_event(event.team_id, event.vyte_id, origin=origin, just_cancelled=cancelled)
    db.refresh(event)
