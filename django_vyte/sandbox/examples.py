"""Values for the names in the client reference's examples (``event_id``, ``email`` …), taken from a fresh Sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django_vyte.sandbox.world.calendars import calendars_of
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.state import JSON

NICKNAME = "john-doe-acme"
EVENT = "5f47b6c4228555e2d6c63311"
TEAM = "5ef9e5489b10b33ad0898ca3"


def example_names(sandbox: LocalVyte) -> dict[str, object]:
    """The names that the examples of the client's reference use, with their values in a fresh Sandbox.

    Makes a webhook, which no fresh Sandbox has. ``start`` and ``end`` are 10:00 and 11:00 UTC of the next
    weekday, ``day`` is its date.
    """
    state = sandbox.state
    with state.lock:
        page = state.pages[NICKNAME]
        user = state.users[page["belongs_to"]]
        kind = next(kind for kind in state.appointment_types.values() if kind["vyteme"] == page["_id"])
        location = next(iter(state.locations.values()))
        app = next(iter(state.apps.values()))
        return {
            "organization_id": sandbox.team_id,
            "user_id": user["_id"],
            "email": user["emails"][0],
            "event_id": EVENT,
            "invitee_id": state.events[EVENT]["invitees"][0]["_id"],
            "team_id": TEAM,
            "nickname": NICKNAME,
            "handle": kind["handle"],
            "locator_id": location["locator"],
            "locator_handle": state.locators[location["locator"]]["handle"],
            "location_id": location["_id"],
            "calendar_id": calendars_of(state, user)["calendars"][0]["_id"],
            "hook_id": make_hook(sandbox),
            "key_id": state.keys[sandbox.api_key]["_id"],
            "app_id": app["_id"],
            "secret": app["secret"],
            **coming_hour(),
        }


def make_hook(sandbox: LocalVyte) -> str:
    """Subscribes to confirmed events and returns the id of the webhook."""
    now = sandbox.state.clock.now()
    hook: JSON = {
        "__v": 0,
        "createdAt": now,
        "updatedAt": now,
        "organization": sandbox.team_id,
        "scope": "team",
        "action": "event.confirmed",
        "target_url": "https://crm.example.com/vyte/",
        "_id": new_id(),
    }
    sandbox.state.hooks[hook["_id"]] = hook
    sandbox.state.owners[hook["_id"]] = sandbox.team_id
    return str(hook["_id"])


def coming_hour() -> dict[str, object]:
    """An hour of the next weekday after today, at which everybody in Europe is at work."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    start = datetime.combine(day, time(10), UTC)
    return {"start": start, "end": start + timedelta(hours=1), "day": day}
