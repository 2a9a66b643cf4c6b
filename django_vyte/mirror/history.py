"""What differs between two states of an event, in the terms of its history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django_vyte import payloads
from django_vyte.models import Event, EventChange
from django_vyte.payloads import values

# Columns worth a line of history; what else the mirror holds follows from Vyte's JSON or is bookkeeping.
NOTED = (
    "title", "status", "starts_at", "ends_at", "all_day", "timezone", "place_name", "place_address",
    "creator_email", "creator_id", "is_booking", "lang", "app",
)  # fmt: skip
# Parts of Vyte's JSON that the columns, the invitees and the groups already speak for.
SPOKEN_FOR = payloads.BOOKKEEPING | {
    "_id", "title", "confirmed", "timezone", "created_by", "vyteme", "lang", "locale", "third_party",
    "cancelled", "invitees", "invitees_length",
}  # fmt: skip
UNTOLD = {"updatedAt", "createdAt", "__v"}
LISTS = {"dates", "places", "messages", "declines"}
Kind = EventChange.Kind


def snapshot(event: Event) -> dict[str, Any]:
    """The state of an event that a later one is compared with."""
    people = payloads.people(event.data)
    state = {name: _plain(getattr(event, name)) for name in NOTED}
    state["invitees"] = [person.email or person.full_name for person in people]
    state["groups"] = list(payloads.groups(event.data))
    parts = {key: value for key, value in event.data.items() if key not in SPOKEN_FOR}
    parts |= {key: values.as_dicts(value) for key, value in parts.items() if key in LISTS}
    parts["invitees"] = [[person.full_name, person.phone] for person in people]
    state["data"] = _substance(parts)
    return state


def of_new(event: Event) -> list[EventChange]:
    """The changes that an event seen for the first time amounts to: created, and what it already is beyond that."""
    kinds = [Kind.CREATED]
    if event.status == Event.Status.CONFIRMED:
        kinds.append(Kind.CONFIRMED)
    elif event.status == Event.Status.CANCELLED:
        kinds.append(Kind.CANCELLED)
    return [
        EventChange(event_id=event.pk, kind=kind, changes={"status": [None, event.status]}) for kind in kinds
    ]


def between(before: dict[str, Any], event: Event) -> EventChange | None:
    """The change from an earlier snapshot to ``event``; None when nothing differs that anyone would be told."""
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


def _substance(value: Any) -> Any:
    """``value`` without the times at which Vyte last touched its parts, and however Vyte spells it this time."""
    if isinstance(value, dict):
        kept = {key: _substance(item) for key, item in value.items() if key not in UNTOLD}
        return {key: item for key, item in kept.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [_substance(item) for item in value]
    return _plain(values.as_datetime(value) or value)
