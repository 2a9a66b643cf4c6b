"""Which mails are sent: ``/v2/users/:user_id/preferences`` and ``/v2/teams/:team_id/admin-preferences``."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.availabilities import own_user
from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world.clock import stable_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

MAILS = (
    "attending", "declined", "event_cancelled", "event_cancelled_admin", "event_confirmed",
    "event_confirmed_admin", "new_event", "new_event_admin", "new_message", "new_suggestion",
    "new_suggestion_own", "vote_update", "vote_confirmation", "vyteme_created_admin",
)  # fmt: skip
PUSHES = (
    "attending", "declined", "event_cancelled", "event_confirmed", "new_event", "new_message",
    "new_suggestion", "vote_update", "vyteme_created_admin",
)  # fmt: skip


def retrieve_preferences(exchange: Exchange, user_id: str) -> Response:
    """GET …/preferences: the user's ``email`` and ``push``, made with the defaults if there are none."""
    return json_answer(preferences_of(exchange, user_id)["prefs"])


def update_preferences(exchange: Exchange, user_id: str) -> Response:
    """PUT …/preferences: changes those named; ``prefs`` around them is taken as well."""
    known, body = preferences_of(exchange, user_id), exchange.json_object()
    merge(known["prefs"], body.get("prefs", body))
    return json_answer(known["prefs"])


def preferences_of(exchange: Exchange, user_id: str) -> JSON:
    """The preferences of one of the asking organization's users."""
    user = own_user(exchange, user_id)
    mails = {**dict.fromkeys(MAILS, True), "vote_confirmation": False}
    prefs = {"email": mails, "push": dict.fromkeys(PUSHES, False)}
    made = {"belongs_to": user["_id"], "log": {"push_enabled": True}, "prefs": prefs}
    return exchange.state.preferences.setdefault(user["_id"], made)


def retrieve_admin_preferences(exchange: Exchange, team_id: str) -> Response:
    """GET …/admin-preferences: made with everything off if there are none."""
    return json_answer(admin_preferences_of(exchange, team_id))


def write_admin_preferences(exchange: Exchange, team_id: str) -> Response:
    """POST and PUT …/admin-preferences: changes those named, in ``prefs``, ``email`` or bare."""
    known, body = admin_preferences_of(exchange, team_id), exchange.json_object()
    asked = body.get("prefs", body)
    bare = isinstance(asked, dict) and "email" not in asked
    merge(known["prefs"], {"email": asked} if bare else asked)
    exchange.state.touch(known)
    return json_answer(known)


def admin_preferences_of(exchange: Exchange, team_id: str) -> JSON:
    """The admin preferences of one of the asking organization's teams."""
    team = exchange.state.owned(exchange.state.teams, team_id, exchange.owner)
    known = exchange.state.admin_preferences.get(team["_id"])
    if known is None:
        now = exchange.state.clock.now()
        known = {
            "prefs": {"email": dict.fromkeys(MAILS, False)},
            "_id": stable_id(f"admin preferences of {team_id}"),
            "belongs_to": team["_id"],
            "updatedAt": now,
            "createdAt": now,
            "__v": 0,
        }
        exchange.state.admin_preferences[team["_id"]] = known
    return known


def merge(prefs: dict[str, JSON], asked: Any) -> None:
    """Changes the preferences that a body names; refused with 400 for one that is neither on nor off."""
    if not isinstance(asked, dict):
        raise Refused(400, "prefs must be an object")
    for kind in prefs:
        if not isinstance(asked.get(kind) or {}, dict):
            raise Refused(400, f"{kind} must be an object")
        for name, value in (asked.get(kind) or {}).items():
            if not isinstance(value, bool):
                raise Refused(400, f"{kind}.{name} must be true or false")
    for kind, known in prefs.items():
        known.update(asked.get(kind) or {})


USER_PATH = "/v2/users/<user_id>/preferences"
TEAM_PATH = "/v2/teams/<team_id>/admin-preferences"

RULES = [
    route(USER_PATH, "GET", retrieve_preferences),
    route(USER_PATH, "PUT", update_preferences),
    route(TEAM_PATH, "GET", retrieve_admin_preferences),
    route(TEAM_PATH, "POST", write_admin_preferences),
    route(TEAM_PATH, "PUT", write_admin_preferences),
]
