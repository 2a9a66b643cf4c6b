"""Short forms of dates, places and people that ``Sandbox`` methods and controls accept, such as a bare email."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django_vyte.sandbox.world.state import JSON

PUBLISHED_APP = "5f476269f795d9f0df561256"


def as_body(
    title: str,
    creator: str,
    dates: Sequence[Any],
    places: Sequence[Any],
    invitees: Sequence[Any],
    group_ids: Sequence[str],
    app: str | None,
    confirmed: bool,
    fields: Mapping[str, Any],
) -> JSON:
    """The body of "Create an event" for those arguments."""
    body: JSON = {
        "title": title,
        "created_by": {"email": creator},
        **as_changes({"dates": dates, "places": places, "invitees": invitees}),
        **as_changes(fields),
    }
    if confirmed:
        body["confirmed"] = {"flag": True}
    if group_ids or app:
        body["third_party"] = {"app": app or PUBLISHED_APP, "group_ids": list(group_ids)}
    return body


def as_changes(fields: Mapping[str, Any]) -> JSON:
    """The same fields with dates, places and invitees written out as the API takes them."""
    expanders = {"dates": as_date, "places": as_place, "invitees": as_invitee}
    return {
        name: [expanders[name](entry) for entry in value] if name in expanders else value
        for name, value in fields.items()
    }


def as_date(entry: Any) -> JSON:
    """(start, end) as an object; plain days make it last all day."""
    if isinstance(entry, Mapping):
        return dict(entry)
    start, end = entry
    return {"date": start, "end_date": end, "all_day": is_day(start)}


def is_day(value: Any) -> bool:
    """Whether a value is a day rather than an instant."""
    return (isinstance(value, date) and not isinstance(value, datetime)) or len(str(value)) == 10


def as_place(entry: Any) -> JSON:
    """A name, or (name, address), as an object."""
    if isinstance(entry, Mapping):
        return dict(entry)
    if isinstance(entry, str):
        return {"name": entry}
    name, address = entry
    return {"name": name, "address": address}


def as_invitee(entry: Any) -> JSON:
    """An email, or (email, full name), as an object."""
    if isinstance(entry, Mapping):
        return dict(entry)
    if isinstance(entry, str):
        return {"email": entry}
    email, full_name = entry
    return {"email": email, "full_name": full_name}
