"""Builds events, invitees, messages and keys in Vyte's JSON from validated bodies."""

from __future__ import annotations

import secrets

from django_vyte.sandbox.world.clock import new_id, new_secret
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.event_bodies import objects
from django_vyte.sandbox.world.state import JSON, VyteState

CONFERENCES = ("Google Meet", "Google Hangouts", "Zoom", "Microsoft Teams", "Appear.in", "Whereby")
"""Sources of a place for which Vyte makes a link to a video conference and writes it into the address."""

OWN = ("cancelled", "key_store", "invitees_length", "org", "first_start_date", "last_end_date")
"""Members of an event that Vyte itself writes: what a body says about them is passed over."""


def make_choice(asked: JSON, creator: JSON, now: str) -> JSON:
    """A date or a place that can be voted on, with its creator's yes."""
    author: JSON = {"created_by": {"user": creator["_id"]}}
    given: JSON = {name: value for name, value in asked.items() if name not in ("_id", "votes", "created_by")}
    kind: JSON = {"source": "app"}
    if "date" in asked:
        kind = {"confirmed": False, "confirmed_invitees": []}
    elif given.get("source") in CONFERENCES and not given.get("address"):
        kind = {"address": f"https://meet.example.com/{new_secret(10)}"}
    return {
        **author,
        "votes": {"yes": [{**author, "_id": new_id()}], "no": []},
        **kind,
        "_id": new_id(),
        **given,
        "updatedAt": now,
        "createdAt": now,
    }


def make_invitee(asked: JSON, creator: JSON, state: VyteState) -> JSON:
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


def make_event(state: VyteState, body: JSON, creator: JSON, dates: list[JSON], places: list[JSON]) -> JSON:
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
    if not body.get("vyteme"):
        event["invitees"].append(make_organiser(creator, event["created_by"]["email"]))
    undocumented = {name: value for name, value in body.items() if name not in event and name not in OWN}
    return {**event, **undocumented}


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


def describe_third_party(state: VyteState, asked: JSON) -> JSON:
    """``third_party`` of an event: its groups, and the app with its name when there is one."""
    groups = asked.get("group_ids") or []
    groups = groups if isinstance(groups, list) else [groups]
    described = {**asked, "group_ids": [str(group) for group in groups]}
    app = state.apps.get(str(asked.get("app")))
    return {**described, "name": app["name"]} if app else described
