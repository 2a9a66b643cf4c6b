"""Making an event and its parts from what was asked for."""

from __future__ import annotations

import secrets
from typing import Any

from django_vyte.sandbox.clock import canonical, new_id, new_secret
from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.state import JSON, State


def dates_asked(dates: Any, zone: str | None) -> list[JSON]:
    """The ``dates`` of a body with canonical instants; refused with 400 when one cannot be read."""
    asked = []
    for entry in objects(dates, "dates"):
        try:
            start, end = canonical(entry["date"], zone), canonical(entry["end_date"], zone)
        except KeyError as error:
            raise Refused(400, f"dates.{error.args[0]} is required") from None
        except ValueError as error:
            raise Refused(400, f"dates: {error}") from None
        asked.append({**entry, "all_day": bool(entry.get("all_day")), "date": start, "end_date": end})
    return asked


def places_asked(places: Any) -> list[JSON]:
    """The ``places`` of a body; refused with 400 when one has no name."""
    asked = objects(places, "places")
    if not all(isinstance(place.get("name"), str) for place in asked):
        raise Refused(400, "places.name is required")
    return asked


def invitees_asked(invitees: Any) -> list[JSON]:
    """The ``invitees`` of a body; refused with 400 when one has no email."""
    asked = objects(invitees, "invitees")
    if not all(isinstance(invitee.get("email"), str) and "@" in invitee["email"] for invitee in asked):
        raise Refused(400, "invitees.email is required")
    return asked


def objects(value: Any, name: str) -> list[JSON]:
    """A list of objects out of a body, empty when absent; refused with 400 when it is anything else."""
    value = value or []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Refused(400, f"{name} must be an array of objects")
    return value


def make_choice(asked: JSON, creator: JSON, now: str) -> JSON:
    """A date or a place that can be voted on, with its creator's yes."""
    author: JSON = {"created_by": {"user": creator["_id"]}}
    given: JSON = {name: value for name, value in asked.items() if name not in ("_id", "votes", "created_by")}
    kind: JSON = {"source": "app"}
    if "date" in asked:
        kind = {"confirmed": False, "confirmed_invitees": []}
    return {
        **author,
        "votes": {"yes": [{**author, "_id": new_id()}], "no": []},
        **kind,
        "_id": new_id(),
        **given,
        "updatedAt": now,
        "createdAt": now,
    }


def make_invitee(asked: JSON, creator: JSON, state: State) -> JSON:
    """An invitee, bound to the Vyte user with that email if there is one."""
    invitee: JSON = {
        "created_by": {"user": creator["_id"]},
        "star": False,
        "_id": new_id(),
        **{name: asked[name] for name in ("email", "full_name", "phone", "company") if name in asked},
    }
    user = state.emails.get(asked["email"].lower())
    return {**invitee, "user": user} if user else invitee


def make_key_store(user_ids: list[str], now: str) -> JSON:
    """The per-user keys of an event: credentials, which is why clients must not keep them."""
    keys = {user_id: new_secret(16) for user_id in user_ids}
    return {"_id": new_id(), "hash": keys, "updatedAt": now, "createdAt": now, "__v": 0}


def make_event(state: State, body: JSON, creator: JSON, dates: list[JSON], places: list[JSON]) -> JSON:
    """A new event that is still being planned, in the shape of the documentation's create answer."""
    now = state.clock.now()
    zone = body.get("timezone")
    slug = "-".join("".join(c if c.isalnum() else " " for c in body["title"].lower()).split())[:60]
    event: JSON = {
        "created_by": describe_creator(creator, body["created_by"].get("email")),
        "confirmed": {"flag": False, "updated_at": None, "multi": False},
        "third_party": describe_third_party(state, body.get("third_party") or {}),
        "ics_sequence": 0,
        "version": 0,
        "group_pro": False,
        "identification_alternatives": [],
        "_id": new_id(),
        "title": body["title"],
        "dates": [make_choice(date, creator, now) for date in dates],
        "places": [make_choice(place, creator, now) for place in places],
        "api": True,
        "invitees": [],
        "messages": [
            make_message(entry, creator, now) for entry in objects(body.get("messages"), "messages")
        ],
        "declines": [],
        "lang": body.get("lang", "en"),
        "locale": body.get("locale", "en"),
        "updatedAt": now,
        "createdAt": now,
        "email": f"reply-to-participants-to-{slug}-{secrets.token_hex(4)}@vyte.example",
        "links": None,
        "__v": 0,
    }
    if zone:
        event["timezone"] = zone
    if body.get("vyteme"):
        event["vyteme"] = True
    else:
        event["invitees"].append(make_organiser(creator, event["created_by"]["email"]))
    return event


def make_organiser(creator: JSON, email: str | None) -> JSON:
    """The invitee that the creator of an event is, unless it was booked on a page."""
    return {
        "created_by": {"user": creator["_id"]},
        "stats": {"voted": {"dates": True, "places": True}},
        "star": False,
        "_id": new_id(),
        "email": email,
        "user": creator["_id"],
        "su": True,
        "full_name": creator["full_name"],
        "picture_url": creator.get("picture_url", ""),
        "timezone": creator["timezone"],
        "locale": creator["language"],
    }


def make_message(asked: JSON, creator: JSON, now: str) -> JSON:
    """A message of the event's conversation; refused with 400 without a body."""
    if not isinstance(asked.get("body"), str):
        raise Refused(400, "messages.body is required")
    sender = asked.get("from") or next(iter(creator["emails"]), None)
    return {
        "created_by": {"user": creator["_id"]},
        "from": sender,
        "body": asked["body"],
        "_id": new_id(),
        "createdAt": now,
        "updatedAt": now,
    }


def describe_creator(creator: JSON, email: str | None) -> JSON:
    """``created_by`` of an event."""
    return {
        "email": email or next(iter(creator["emails"]), None),
        "user": creator["_id"],
        "picture_url": creator.get("picture_url", ""),
        "full_name": creator["full_name"],
    }


def describe_third_party(state: State, asked: JSON) -> JSON:
    """``third_party`` of an event: its groups, and the app with its name when there is one."""
    groups = asked.get("group_ids") or []
    described = {**asked, "group_ids": [str(group) for group in groups]}
    app = state.apps.get(asked.get("app", ""))
    return {**described, "name": app["name"]} if app else described
