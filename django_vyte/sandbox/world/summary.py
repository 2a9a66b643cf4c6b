"""A local Vyte's contents and history as JSON, without credentials: for the controls and the start page."""

from __future__ import annotations

import time
from dataclasses import asdict

from django_vyte.sandbox.world.courier import WebhookCall
from django_vyte.sandbox.world.faults import Fault
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.refusals import masked
from django_vyte.sandbox.world.state import JSON, VyteState

LATEST = 200
COUNTED = (
    *("events", "users", "teams", "pages", "appointment_types", "locators", "locations", "calendars"),
    *("availabilities", "preferences", "admin_preferences", "hooks", "apps", "organizations"),
)


def summarize(sandbox: LocalVyte) -> JSON:
    """Everything in one object; of long lists the latest 200."""
    state = sandbox.state
    with state.lock:
        return {
            "team_id": sandbox.team_id,
            "stopped": sandbox.stopped,
            "event_count": len(state.events),
            "events": [without_credentials(event) for event in state.latest_events()[:LATEST]],
            "counts": {name: len(getattr(state, name)) for name in COUNTED},
            "hooks": [describe_hook(hook) for hook in state.hooks.values()],
            "users": [describe_user(user) for user in list(state.users.values())[-LATEST:]],
            "teams": [describe_team(team) for team in list(state.teams.values())[-LATEST:]],
            "booking_pages": [describe_page(state, page) for page in list(state.pages.values())[-LATEST:]],
            "locators": [describe_locator(state, each) for each in list(state.locators.values())[-LATEST:]],
            "third_parties": [describe_app(app) for app in state.apps.values()],
            "calls": [describe_call(call) for call in sandbox.outbox[-LATEST:]],
            "faults": len(sandbox.faults),
            "fault_list": [describe_fault(fault) for fault in sandbox.faults],
            "request_count": len(sandbox.requests),
            "requests": [
                {"method": seen.method, "path": seen.path, "status": seen.status}
                for seen in sandbox.requests[-LATEST:]
            ],
            "quirks": asdict(sandbox.quirks),
            "webhook_mode": asdict(sandbox.webhook_mode),
        }


def without_credentials(event: JSON) -> JSON:
    """An event as it is, whatever the switches make of it elsewhere, less its key_store."""
    return {name: value for name, value in event.items() if name != "key_store"}


def describe_hook(hook: JSON) -> JSON:
    """A subscription without the token in its URL."""
    return {**hook, "target_url": masked(hook["target_url"])}


def describe_team(team: JSON) -> JSON:
    """A team with its members and admins as ids."""
    return {name: team.get(name) for name in ("_id", "name", "members", "admins", "organization")}


def describe_user(user: JSON) -> JSON:
    """Who a user is and what organization they belong to."""
    return {name: user.get(name) for name in ("_id", "full_name", "emails", "account")}


def describe_call(call: WebhookCall) -> JSON:
    """A webhook call without its body and without the token in its URL; ``next_try`` is in seconds from now."""
    names = ("action", "attempts", "status", "reason", "delivered", "given_up")
    next_try = round(max(0.0, call.due - time.monotonic()), 1) if call.waiting else None
    described = {name: getattr(call, name) for name in names}
    return {**described, "next_try": next_try, "target_url": masked(call.target_url)}


def describe_fault(fault: Fault) -> JSON:
    """A fault that is asked for; ``left`` is None when it stays until cleared."""
    names = ("method", "status", "delay", "drop", "truncate", "after_acting", "left")
    return {"path": fault.path.pattern, **{name: getattr(fault, name) for name in names}}


def describe_app(app: JSON) -> JSON:
    """A third-party app without its secret."""
    return {name: app.get(name) for name in ("_id", "name")}


def describe_locator(state: VyteState, locator: JSON) -> JSON:
    """A locator and how many locations it has."""
    count = sum(location["locator"] == locator["_id"] for location in state.locations.values())
    return {**{name: locator.get(name) for name in ("_id", "handle", "title")}, "location_count": count}


def describe_page(state: VyteState, page: JSON) -> JSON:
    """A booking page and the handles of its appointment types."""
    types = [each["handle"] for each in state.appointment_types.values() if each["vyteme"] == page["_id"]]
    return {**{name: page.get(name) for name in ("_id", "nickname", "belongs_to", "active")}, "types": types}
