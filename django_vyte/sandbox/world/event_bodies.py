"""Validates the body of an event and normalises its dates, places and invitees."""

from __future__ import annotations

from typing import Any

from django_vyte.sandbox.world.bodies import checked
from django_vyte.sandbox.world.clock import canonical, zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

KINDS = {
    **dict.fromkeys(("title", "timezone", "lang", "locale"), str),
    **dict.fromkeys(("third_party", "created_by"), dict),
}
ID = {"_id": str}
FIRST, LAST = "0002-01-01T00:00:00.000Z", "9998-12-31T00:00:00.000Z"
"""Between them every instant can be told in every time zone."""


def check_body(body: JSON, required: tuple[str, ...] = ("title",)) -> None:
    """Refused with 400 when the body of an event has no title, or a member that cannot be."""
    checked(body, KINDS, required)
    checked(body.get("third_party") or {}, {"app": str}, place="third_party.")
    checked(body.get("created_by") or {}, dict.fromkeys(("user", "email"), str), place="created_by.")
    try:
        zone(body.get("timezone"))
    except ValueError as error:
        raise Refused(400, f"timezone: {error}") from None


def check_event(event: JSON) -> None:
    """Refused with 400 when an event that is taken as it is has a member that cannot be."""
    check_body(event, required=())
    lists = ("dates", "places", "invitees", "messages")
    checked(event, {**dict.fromkeys(lists, list), "confirmed": dict, "cancelled": str})
    dates_asked(event.get("dates"), event.get("timezone"))
    places_asked(event.get("places"))
    for entry in objects(event.get("invitees"), "invitees"):
        checked(entry, dict.fromkeys(("_id", "email", "user"), str), place="invitees.")
    objects(event.get("messages"), "messages")


def is_confirmed_in(body: JSON) -> bool:
    """Whether a body asks for an event that is confirmed from the start."""
    confirmed = body.get("confirmed")
    return bool(confirmed.get("flag") if isinstance(confirmed, dict) else confirmed)


def dates_asked(dates: Any, zone: str | None) -> list[JSON]:
    """The ``dates`` of a body with canonical instants.

    Refused with 400 when one cannot be read, or ends before it starts.
    """
    asked = []
    for entry in objects(dates, "dates"):
        checked(entry, ID, place="dates.")
        try:
            start, end = canonical(entry["date"], zone), canonical(entry["end_date"], zone)
        except KeyError as error:
            raise Refused(400, f"dates.{error.args[0]} is required") from None
        except (ValueError, OverflowError):
            raise Refused(400, "dates: date and end_date must be like 2020-07-16T07:00:00.000Z") from None
        if start < FIRST or end > LAST:
            raise Refused(400, f"dates must be between {FIRST} and {LAST}")
        if end < start:
            raise Refused(400, "dates.end_date must not be before dates.date")
        asked.append({**entry, "all_day": bool(entry.get("all_day")), "date": start, "end_date": end})
    return asked


def places_asked(places: Any) -> list[JSON]:
    """The ``places`` of a body; refused with 400 when one has no name."""
    asked = objects(places, "places")
    for entry in asked:
        checked(entry, ID, place="places.")
    if not all(isinstance(place.get("name"), str) for place in asked):
        raise Refused(400, "places.name is required")
    return asked


def invitees_asked(invitees: Any) -> list[JSON]:
    """The ``invitees`` of a body, each email once; refused with 400 when one has no email."""
    asked = objects(invitees, "invitees")
    if not all(isinstance(invitee.get("email"), str) and "@" in invitee["email"] for invitee in asked):
        raise Refused(400, "invitees.email is required")
    first: dict[str, JSON] = {}
    for invitee in asked:
        first.setdefault(invitee["email"].lower(), invitee)
    return list(first.values())


def objects(value: Any, name: str) -> list[JSON]:
    """A list of objects out of a body, empty when absent; refused with 400 when it is anything else.

    An object that stands alone is a list of one, as a guide of the documentation sends it.
    """
    value = [value] if isinstance(value, dict) and value else value or []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Refused(400, f"{name} must be an array of objects")
    return value
