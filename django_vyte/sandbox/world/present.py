"""Serialises events for the API and for webhook calls, in the variants that ``Quirks`` switches on."""

from __future__ import annotations

from typing import Any

import msgspec

from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world.clock import CANONICAL, respell
from django_vyte.sandbox.world.state import JSON, VyteState

SINGLE = ("invitees", "places", "dates")


def encode(value: Any) -> bytes:
    """JSON bytes."""
    return msgspec.json.encode(value)


def listed(event: JSON, quirks: Quirks) -> JSON:
    """An event as lists and webhook calls show it: ``key_store`` is a string."""
    shown = event
    if not quirks.show_cancelled and "cancelled" in event:
        shown = {name: value for name, value in event.items() if name != "cancelled"}
    return spelt(shown, quirks)


def detailed(event: JSON, state: VyteState, quirks: Quirks) -> JSON:
    """An event as creating and retrieving answer it: ``key_store`` is an object with per-user keys."""
    shown = dict(listed(event, quirks))
    if isinstance(shown.get("key_store"), str):
        user = (event.get("created_by") or {}).get("user", "")
        generated = {"_id": shown["key_store"], "hash": {user: shown["key_store"][::-1][:16]}}
        shown["key_store"] = state.key_stores.get(event["_id"], generated)
    return shown


def spelt(event: JSON, quirks: Quirks) -> JSON:
    """The same object, or another one when the spelling is not the plain one."""
    if quirks.missing:
        event = {name: value for name, value in event.items() if name not in quirks.missing}
    if quirks.single_as_object:
        event = {name: alone(value) if name in SINGLE else value for name, value in event.items()}
    if quirks.offset_style != "Z" or not quirks.milliseconds:
        event = respelt(event, quirks)
    return event


def alone(value: Any) -> Any:
    """The only element of a list of one, anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def respelt(value: Any, quirks: Quirks) -> Any:
    """A copy with every instant spelt the other way."""
    if isinstance(value, dict):
        return {name: respelt(inner, quirks) for name, inner in value.items()}
    if isinstance(value, list):
        return [respelt(inner, quirks) for inner in value]
    if isinstance(value, str) and CANONICAL.fullmatch(value):
        return respell(value, quirks.offset_style, quirks.milliseconds)
    return value


def call_body(action: str, resource: JSON, team_id: str, quirks: Quirks) -> bytes:
    """The body of a webhook call, as "Getting a webhook call" describes it."""
    shown = spelt(resource, quirks)
    if not quirks.webhook_ids:
        shown = {name: value for name, value in shown.items() if name != "_id"}
    call = {"action": action, "resource": shown, quirks.webhook_owner: team_id}
    return encode([call] if quirks.webhook_shape == "array" else call)
