"""The calendars that a user has connected: the calendar list (v2 documentation, Calendars)."""

from __future__ import annotations

from typing import Any

from django_vyte.sandbox.world.bodies import checked
from django_vyte.sandbox.world.clock import new_id, stable_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON, VyteState

KINDS = {"name": str, "primary": bool, "display": bool, "busy": bool, "access_broken": bool}
FIXED = ("source", "source_id", "token", "subcalendars")


def calendars_of(state: VyteState, user: JSON) -> JSON:
    """The calendar list of a user, made now with Vyte's own calendar if there is none."""
    known = state.calendars.get(user["_id"])
    return known or state.calendars.setdefault(user["_id"], first_list(state, user))


def first_list(state: VyteState, user: JSON) -> JSON:
    """The calendar list of a user who has connected nothing."""
    now = state.clock.now()
    owner = user["_id"]
    names = {"My Events": "vyte_user", "My Events OPTIONS": "vyte_user_suggestions"}
    vyte: JSON = {
        "access_broken": False,
        "primary": True,
        "_id": stable_id(f"calendar of {owner}"),
        "name": "Vyte",
        "source": "vyte_user",
        "source_id": owner,
        "subcalendars": [make_subcalendar(name, source, owner) for name, source in names.items()],
    }
    return {
        "sync_suggestions": True,
        "_id": user.get("calendarList") or stable_id(f"calendars of {owner}"),
        "calendars": [vyte],
        "belongs_to": owner,
        "updatedAt": now,
        "createdAt": now,
        "__v": 0,
    }


def make_subcalendar(name: str, source: str, owner: str) -> JSON:
    """A part of Vyte's own calendar."""
    return {
        "name": name,
        "source": source,
        "source_id": owner,
        "display": False,
        "busy": True,
        "color_id": "d",
        "bcolor": "#c1defa",
        "primary": False,
        "writable": False,
    }


def connect(state: VyteState, user: JSON, asked: Any) -> None:
    """Adds the Exchange calendars that creating a user names; what opens them is not kept."""
    if not isinstance(asked, list) or not all(isinstance(entry, dict) for entry in asked):
        raise Refused(400, "calendars must be an array of objects")
    for entry in asked:
        credentials = entry.get("credentials")
        if entry.get("source") != "exchange" or not isinstance(credentials, dict):
            raise Refused(400, "calendars.source must be exchange, with credentials")
    for entry in asked:
        username = str(entry["credentials"].get("username", ""))
        added = {"access_broken": False, "primary": False, "_id": new_id(), "source": "exchange"}
        calendars_of(state, user)["calendars"].append({**added, "name": username, "subcalendars": []})
        user["calendars"] = {**user.get("calendars", {}), "exchange": True}


def update(state: VyteState, user: JSON, body: JSON) -> JSON:
    """Changes the list and the calendars in it, which a body names by ``_id`` or else by their order.

    Of calendars, and of the parts of one, at most one is primary: the last that is said to be. Refused with
    400 for a calendar that is not there.
    """
    listed = calendars_of(state, user)
    asked = checked(body, {"sync_suggestions": bool, "calendars": list})
    pairs = match(listed["calendars"], asked.get("calendars"), "calendars")
    parts = [
        (calendar, match(calendar["subcalendars"], given.get("subcalendars"), "subcalendars"))
        for calendar, given in pairs
    ]
    change(listed["calendars"], pairs)
    for calendar, inner in parts:
        change(calendar["subcalendars"], inner)
    if asked.get("sync_suggestions") is not None:
        listed["sync_suggestions"] = asked["sync_suggestions"]
    state.touch(listed)
    return listed


def match(present: list[JSON], asked: Any, name: str) -> list[tuple[JSON, JSON]]:
    """Each calendar with what a body says about it."""
    asked = asked or []
    if not isinstance(asked, list) or not all(isinstance(entry, dict) for entry in asked):
        raise Refused(400, f"{name} must be an array of objects")
    for entry in asked:
        checked(entry, {"_id": str}, place=f"{name}.")
    by_id = {entry["_id"]: entry for entry in present if "_id" in entry}
    pairs = []
    for number, entry in enumerate(asked):
        known = by_id.get(entry["_id"]) if "_id" in entry else next(iter(present[number : number + 1]), None)
        if known is None:
            raise Refused(400, f"{name}: there is no such calendar")
        pairs.append((known, checked(entry, KINDS)))
    return pairs


def change(present: list[JSON], pairs: list[tuple[JSON, JSON]]) -> None:
    """Writes what bodies say into the calendars that they are about."""
    for known, asked in pairs:
        known.update({name: value for name, value in asked.items() if name not in FIXED})
        if asked.get("primary"):
            for other in present:
                other["primary"] = other is known


def delete(state: VyteState, user: JSON, calendar_id: str) -> None:
    """Disconnects a calendar; refused with 404 when there is none with that id."""
    listed = calendars_of(state, user)
    left = [calendar for calendar in listed["calendars"] if calendar["_id"] != calendar_id]
    if len(left) == len(listed["calendars"]):
        raise Refused(404, "there is no such calendar")
    listed["calendars"] = left
    state.touch(listed)
