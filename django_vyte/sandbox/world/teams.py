"""Teams, groups of users within an organization: who is in one, and booking one of them."""

from __future__ import annotations

from typing import Any

from django_vyte.sandbox.world import meetings
from django_vyte.sandbox.world.availability import is_busy, is_free
from django_vyte.sandbox.world.bodies import checked
from django_vyte.sandbox.world.clock import new_id, read
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.event_bodies import check_body, dates_asked
from django_vyte.sandbox.world.memberships import extid_of
from django_vyte.sandbox.world.people import members
from django_vyte.sandbox.world.state import JSON, VyteState

KINDS = {"admins": list, "members": list, "extid": str, "name": str, "level_name": str}
PUBLIC = {True: True, False: False, "true": True, "false": False}
"""What is taken for ``public``: the attribute is a boolean, and the samples print a string."""


def create(state: VyteState, body: JSON, owner: str) -> JSON:
    """Makes a team; refused with 400 without extid and name, and for people who are not in the organization."""
    asked = read_team(state, body, owner, required=("extid", "name"))
    now = state.clock.now()
    team: JSON = {"admins": [], "members": [], "public": False, **asked}
    team.update(_id=new_id(), updatedAt=now, createdAt=now, __v=0)
    return state.load_team(team, owner)


def update(state: VyteState, team: JSON, body: JSON, owner: str) -> JSON:
    """Changes what the body names; refused like ``create``."""
    team.update(read_team(state, body, owner))
    state.touch(team)
    return team


def read_team(state: VyteState, body: JSON, owner: str, required: tuple[str, ...] = ()) -> JSON:
    """The members of a team that a body may set, with people as ids; what is not documented passes through."""
    asked = {name: value for name, value in checked(body, KINDS, required).items() if value is not None}
    if asked.pop("organization", owner) != owner:
        raise Refused(403, "organization is another one than your key's")
    if "name" in asked and not asked["name"]:
        raise Refused(400, "name is required")
    if "public" in asked:
        if not isinstance(asked["public"], str | bool) or asked["public"] not in PUBLIC:
            raise Refused(400, "public must be true or false")
        asked["public"] = PUBLIC[asked["public"]]
    for role in ("admins", "members"):
        if role in asked:
            asked[role] = list(dict.fromkeys(find_member(state, entry, owner, role) for entry in asked[role]))
    return asked


def find_member(state: VyteState, entry: Any, owner: str, role: str) -> str:
    """The id of the user that a body names by id, or by an object with ``_id``, ``email`` or ``extid``.

    Refused with 400 when nobody in the organization is it, and 403 when somebody of another one is.
    """
    named = entry if isinstance(entry, dict) else {"_id": entry}
    for user in members(state, owner):
        emails = [str(email).lower() for email in user["emails"]]
        if (
            named.get("_id") == user["_id"]
            or str(named.get("email")).lower() in emails
            or (named.get("extid") is not None and named["extid"] == extid_of(user))
        ):
            return str(user["_id"])
    user_id = named.get("_id")
    if isinstance(user_id, str) and user_id in state.users and state.owner_of(user_id) != owner:
        raise Refused(403, f"{role}: {user_id} belongs to another organization")
    raise Refused(400, f"{role}: {entry} is no user of your organization")


def book(state: VyteState, team: JSON, body: JSON, owner: str) -> JSON:
    """Books the first member who is free at every date of the body, who becomes the creator of the event.

    Refused with 400 when nobody is. The event is one of a booking page (``vyteme``); a ``created_by`` in the
    body is passed over, since choosing is what this is for. As printed, the event is confirmed only when the
    body says so; until then a booking for one date holds that time of the member all the same.
    """
    if body.get("vyteme", True) is not True:
        raise Refused(400, "vyteme must be true to book a member of a team")
    check_body(body)
    candidates = [state.users[user_id] for user_id in team["members"]]
    chosen = next((user for user in candidates if is_free_for(state, user, body)), None)
    if chosen is None:
        raise Refused(400, "that time is taken: no member of the team is free then")
    return meetings.create(state, {**body, "vyteme": True, "created_by": {"user": chosen["_id"]}}, owner)


def is_free_for(state: VyteState, user: JSON, body: JSON) -> bool:
    """Whether a user is free at all the dates of a body. Whole days only need to be without meetings."""
    zone = state.naive_zone(body.get("timezone") or user["timezone"])
    for date in dates_asked(body.get("dates"), zone):
        start, end = read(date["date"]), read(date["end_date"])
        if is_busy(state, user, start, end) if date["all_day"] else not is_free(state, user, start, end):
            return False
    return True


def describe_publicly(state: VyteState, team: JSON) -> JSON:
    """What a team shows to people without a key."""
    shown = ("_id", "first_name", "last_name", "picture_url")
    people = [state.users[user_id] for user_id in team["members"]]
    return {
        "_id": team["_id"],
        "name": team["name"],
        "members": [{name: user.get(name, "") for name in shown} for user in people],
    }
