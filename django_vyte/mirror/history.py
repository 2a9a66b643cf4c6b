"""Compares two states of an event, and describes the difference as an ``EventChange``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django_vyte import payloads
from django_vyte.models import Event, EventChange
from django_vyte.payloads import values

# Columns whose changes are recorded with old and new value.
TRACKED = (
    "title", "status", "starts_at", "ends_at", "all_day", "timezone", "place_name", "place_address",
    "creator_email", "creator_id", "is_booking", "lang", "app",
)  # fmt: skip
# Keys of Vyte's JSON that columns, invitees or groups record already, and bookkeeping.
NOT_COMPARED = payloads.BOOKKEEPING | {
    "_id", "title", "confirmed", "timezone", "created_by", "vyteme", "lang", "locale", "third_party",
    "cancelled", "invitees", "invitees_length",
}  # fmt: skip
# Keys that Vyte touches, at any depth, without the meeting changing.
IGNORED = {"updatedAt", "createdAt", "__v"}
# Keys that hold a list of objects, which Vyte may write as one object.
LISTS = {"dates", "places", "messages", "declines"}
Kind = EventChange.Kind


def snapshot(event: Event) -> dict[str, Any]:
    """The state of an event in the form that ``between`` compares."""
    people = payloads.invitees(event.data)
    state = {name: _plain(getattr(event, name)) for name in TRACKED}
    state["invitees"] = [person.email or person.full_name for person in people]
    state["groups"] = list(payloads.groups(event.data))
    parts = {key: value for key, value in event.data.items() if key not in NOT_COMPARED}
    parts |= {key: values.as_dicts(value) for key, value in parts.items() if key in LISTS}
    parts["invitees"] = [[person.full_name, person.phone] for person in people]
    state["data"] = _normalized(parts)
    return state


def of_new(event: Event) -> list[EventChange]:
    """The changes of an event that is mirrored for the first time: created, and confirmed or cancelled if it is."""
    kinds = [Kind.CREATED]
    if event.status == Event.Status.CONFIRMED:
        kinds.append(Kind.CONFIRMED)
    elif event.status == Event.Status.CANCELLED:
        kinds.append(Kind.CANCELLED)
    return [
        EventChange(event_id=event.pk, kind=kind, changes={"status": [None, event.status]}) for kind in kinds
    ]


def between(before: dict[str, Any], event: Event) -> EventChange | None:
    """The change from an earlier snapshot to ``event``; None when no tracked part differs."""
    after = snapshot(event)
    changes: dict[str, Any] = {
        name: [before[name], after[name]] for name in after if name != "data" and before[name] != after[name]
    }
    keys = sorted(before["data"].keys() | after["data"].keys())
    parts = [key for key in keys if before["data"].get(key) != after["data"].get(key)]
    if "invitees" in changes and "invitees" in parts:
        parts.remove("invitees")
    if parts:
        changes["data"] = parts
    if not changes:
        return None
    return EventChange(event_id=event.pk, kind=_kind(changes.get("status")), changes=changes)


def _kind(status: list[str] | None) -> EventChange.Kind:
    if status and status[1] == Event.Status.CANCELLED:
        return Kind.CANCELLED
    if status and status[1] == Event.Status.CONFIRMED:
        return Kind.CONFIRMED
    return Kind.UPDATED


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _normalized(value: Any) -> Any:
    """``value`` without timestamps of its parts and without empty values, and with times in one spelling."""
    if isinstance(value, dict):
        kept = {key: _normalized(item) for key, item in value.items() if key not in IGNORED}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [_normalized(item) for item in value]
    return _plain(values.as_datetime(value) or value)
