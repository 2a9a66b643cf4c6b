"""What happens to meetings: create, vote, confirm, update, cancel, invite.

Every function takes the event itself, changes it, and performs the action that webhooks are about.
"""

from __future__ import annotations

from typing import Any

from django_vyte.sandbox.world.availability import is_busy
from django_vyte.sandbox.world.choices import cast, choose, extent, kept_choice, merge, soonest
from django_vyte.sandbox.world.clock import read
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.event_bodies import (
    check_body,
    dates_asked,
    invitees_asked,
    is_confirmed_in,
    objects,
    places_asked,
)
from django_vyte.sandbox.world.making import (
    describe_creator,
    make_event,
    make_invitee,
    make_key_store,
    make_message,
    make_organiser,
)
from django_vyte.sandbox.world.memberships import organization_of
from django_vyte.sandbox.world.state import JSON, VyteState


def create(state: VyteState, body: JSON, owner: str, *, date_known: bool = True) -> JSON:
    """Makes an event from the body of "Create an event" and keeps it.

    ``date_known=False`` confirms without saying which date, as v1 bookings do.
    Refused with 400 when title or created_by is missing or a part cannot be read, and when a booking
    (``vyteme``) is confirmed for a time at which its creator has a meeting.
    """
    confirmed = is_confirmed_in(body)
    if confirmed and not (body.get("dates") or body.get("places")):
        raise Refused(400, "an event without dates cannot be confirmed")
    event = assemble(state, body, owner)
    if confirmed:
        mark_confirmed(state, event, None, None)
        if not date_known:
            del event["confirmed"]["date_id"], event["confirmed"]["place_id"]
    state.perform("event.created", event, owner)
    if confirmed:
        state.perform("event.confirmed", event, owner)
    return event


def assemble(state: VyteState, body: JSON, owner: str) -> JSON:
    """Makes an event and keeps it, without performing anything. 403 for a creator of another organization."""
    check_body(body)
    creator = find_creator(state, body.get("created_by"), owner)
    if organization_of(creator) not in (None, owner):
        raise Refused(403, "created_by belongs to another organization")
    zone = state.naive_zone(body.get("timezone") or creator["timezone"])
    dates, places = dates_asked(body.get("dates"), zone), places_asked(body.get("places"))
    invitees = invitees_asked(body.get("invitees"))
    if body.get("vyteme") and is_confirmed_in(body):
        check_slot(state, creator, dates)
    event = make_event(state, body, creator, dates, places)
    present = [str(invitee["email"]).lower() for invitee in event["invitees"]]
    event["invitees"] += [
        make_invitee(invitee, creator, state)
        for invitee in invitees
        if invitee["email"].lower() not in present
    ]
    event.update(invitees_length=len(event["invitees"]), org=owner, **extent(dates))
    user_ids = [invitee["user"] for invitee in event["invitees"] if invitee.get("user")]
    keys = make_key_store(user_ids or [creator["_id"]], event["createdAt"])
    event["key_store"] = keys["_id"]
    state.key_stores[event["_id"]] = keys
    state.events[event["_id"]] = event
    state.owners[event["_id"]] = owner
    return event


def check_slot(state: VyteState, creator: JSON, dates: list[JSON]) -> None:
    """Refused with 400 when a booking is confirmed for a time at which the creator has a meeting already."""
    first = min(dates, key=soonest, default=None)
    if first and is_busy(state, creator, read(first["date"]), read(first["end_date"])):
        raise Refused(400, "that time is taken: choose another one of GET /v2/slots")


def find_creator(state: VyteState, created_by: Any, owner: str) -> JSON:
    """The user that ``created_by`` of a body names by id or email."""
    created_by = created_by if isinstance(created_by, dict) else {}
    if created_by.get("user"):
        if created_by["user"] not in state.users:
            raise Refused(400, "created_by.user is not known")
        return state.users[created_by["user"]]
    if not isinstance(created_by.get("email"), str) or "@" not in created_by["email"]:
        raise Refused(400, "created_by.email or created_by.user is required")
    return state.account(created_by["email"], created_by.get("full_name"), owner)


def confirm(state: VyteState, event: JSON, date_id: str | None = None, place_id: str | None = None) -> None:
    """Decides the date and the place; without an id the only or most voted one.

    An event that was confirmed already is changed by it. Refused with 400 for an id that is not in the event.
    """
    again = bool((event.get("confirmed") or {}).get("flag")) and "cancelled" not in event
    mark_confirmed(state, event, date_id, place_id)
    state.perform("event.updated" if again else "event.confirmed", event, state.owner_of(event["_id"]))


def mark_confirmed(state: VyteState, event: JSON, date_id: str | None, place_id: str | None) -> None:
    """Writes the decision into the event."""
    date = choose(event.get("dates") or [], date_id, "date", soonest)
    place = choose(event.get("places") or [], place_id, "place", lambda choice: 0)
    if date is None and place is None:
        raise Refused(400, "there is no date to confirm")
    now = state.touch(event)
    event.pop("cancelled", None)
    event["confirmed"] = {"flag": True, "updated_at": now, "date_id": date, "place_id": place}


def cancel(state: VyteState, event: JSON) -> None:
    """Cancels an event, confirmed or not; cancelling again changes nothing."""
    if "cancelled" in event:
        return
    now = state.touch(event)
    event["cancelled"] = now
    event["confirmed"] = {**(event.get("confirmed") or {"flag": False}), "updated_at": now}
    state.perform("event.cancelled", event, state.owner_of(event["_id"]))


def update(state: VyteState, event: JSON, body: JSON, *, always_fire: bool = False) -> None:
    """Changes title, dates, places, messages, language or timezone as the body of "Update an event" says.

    Dates and places that are sent with their ``_id`` keep their votes. A confirmed event is confirmed anew
    and performs ``event.updated``; one that is not does so only with ``always_fire``.
    """
    check_body(body, required=())
    creator = find_creator(state, event.get("created_by"), state.owner_of(event["_id"]))
    zone = state.naive_zone(body.get("timezone") or event.get("timezone") or creator["timezone"])
    changes: JSON = {name: body[name] for name in ("title", "lang", "locale", "timezone") if name in body}
    now = state.clock.now()
    if "dates" in body:
        changes["dates"] = merge(event.get("dates"), dates_asked(body["dates"], zone), creator, now)
        changes.update(extent(changes["dates"]))
    if "places" in body:
        changes["places"] = merge(event.get("places"), places_asked(body["places"]), creator, now)
    if "messages" in body:
        changes["messages"] = [make_message(m, creator, now) for m in objects(body["messages"], "messages")]
    event.update(changes)
    now = state.touch(event)
    confirmed = event.get("confirmed") or {}
    if confirmed.get("flag") and "cancelled" not in event:
        event["confirmed"] = {**confirmed, "updated_at": now, **kept_choice(event, confirmed)}
    elif not always_fire:
        return
    state.perform("event.updated", event, state.owner_of(event["_id"]))


def invite(state: VyteState, event: JSON, asked: Any) -> list[JSON]:
    """Adds invitees and returns all of them; an email that is invited already is left as it is."""
    if not isinstance(asked, list):
        raise Refused(400, "the body must be an array of invitees")
    creator = find_creator(state, event.get("created_by"), state.owner_of(event["_id"]))
    invitees: list[JSON] = event.get("invitees") or []
    present = {str(invitee.get("email")).lower() for invitee in invitees}
    for entry in invitees_asked(asked):
        if entry["email"].lower() not in present:
            present.add(entry["email"].lower())
            invitees.append(make_invitee(entry, creator, state))
    event["invitees"], event["invitees_length"] = invitees, len(invitees)
    state.touch(event)
    return invitees


def uninvite(state: VyteState, event: JSON, invitee_id: str) -> None:
    """Removes the invitee with that ``_id`` (not the one with that user id); 404 when there is none."""
    left = [invitee for invitee in event.get("invitees") or [] if invitee.get("_id") != invitee_id]
    if len(left) == len(event.get("invitees") or []):
        raise Refused(404, "no such invitee")
    event["invitees"], event["invitees_length"] = left, len(left)
    state.touch(event)


def change_organizer(state: VyteState, event: JSON, user_id: Any, *, keep: bool) -> None:
    """Gives an event another organizer; ``keep`` leaves the previous one among the invitees.

    Refused with 400 for a user who is not known, with 403 for one of another organization. A confirmed event performs
    ``event.updated``.
    """
    owner, former = state.owner_of(event["_id"]), (event.get("created_by") or {}).get("user")
    if not isinstance(user_id, str):
        raise Refused(400, "user is required")
    organizer = find_creator(state, {"user": user_id}, owner)
    if organization_of(organizer) not in (None, owner):
        raise Refused(403, "that user belongs to another organization")
    if user_id == former:
        return
    event["created_by"] = describe_creator(organizer, None)
    others = [
        {**invitee, "su": False} if invitee.get("user") == former else invitee
        for invitee in event.get("invitees") or []
        if invitee.get("user") != user_id and (keep or invitee.get("user") != former)
    ]
    own = [] if event.get("vyteme") else [make_organiser(organizer, event["created_by"]["email"])]
    event["invitees"] = [*own, *others]
    event["invitees_length"] = len(event["invitees"])
    state.touch(event)
    if (event.get("confirmed") or {}).get("flag") and "cancelled" not in event:
        state.perform("event.updated", event, owner)


def vote(
    state: VyteState,
    event: JSON,
    email: str,
    date_id: str | None = None,
    place_id: str | None = None,
    yes: bool = True,
) -> None:
    """Votes on a date, a place or both, on every one when neither is named. A later vote replaces an earlier.

    Refused with 400 when the voter does not take part or the choice is not in the event.
    """
    people = [*(event.get("invitees") or []), event.get("created_by") or {}]
    voter = next((p for p in people if str(p.get("email")).lower() == email.lower()), None)
    if voter is None:
        raise Refused(400, f"{email} does not take part")
    everything = date_id is None and place_id is None
    for choices, wanted in ((event.get("dates") or [], date_id), (event.get("places") or [], place_id)):
        if wanted is not None:
            choose(choices, wanted, "date or place", lambda choice: 0)
        for choice in choices:
            if everything or choice.get("_id") == wanted:
                cast(choice, {"user": voter["user"]} if voter.get("user") else {"email": email}, yes)
    state.touch(event)
