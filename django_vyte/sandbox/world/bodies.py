"""Validates request bodies: the kind of each member, required members, members that only Vyte writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_vyte.sandbox.world.clock import zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

OWN = ("_id", "__v", "createdAt", "updatedAt")
"""Members that Vyte itself writes: what a body says about them is passed over."""

NUMBER = (int, float)

KINDS: dict[Any, str] = {
    str: "a string",
    bool: "true or false",
    dict: "an object",
    list: "an array",
    NUMBER: "a number",
}


def checked(body: JSON, kinds: Mapping[str, Any], required: tuple[str, ...] = (), *, place: str = "") -> JSON:
    """The members of a body that a client may set; null is taken for every one that is not required.

    ``kinds`` says of each documented member which of ``KINDS`` it is; what is not documented passes through.
    Refused with 400 for a required member that is missing or empty and for one of another kind; ``place``
    (``"dates."``) stands before its name.
    """
    for name in required:
        if body.get(name) in (None, ""):
            raise Refused(400, f"{place}{name} is required")
    for name, kind in kinds.items():
        value = body.get(name)
        if value is not None and (
            not isinstance(value, kind) or (kind is NUMBER and isinstance(value, bool))
        ):
            raise Refused(400, f"{place}{name} must be {KINDS[kind]}")
    return {name: value for name, value in body.items() if name not in OWN}


def check_custom(custom: JSON | None) -> None:
    """Refused with 400 for settings of a page or an appointment type that cannot be."""
    custom = custom or {}
    checked(custom, {"duration": NUMBER, "fixed_timezone": str, "fixed_places": list})
    if custom.get("duration") is not None and not 0 < custom["duration"] <= 24 * 60:
        raise Refused(400, "custom.duration must be a number of minutes up to a day")
    try:
        zone(custom.get("fixed_timezone"))
    except ValueError as error:
        raise Refused(400, f"custom.fixed_timezone: {error}") from None
    places = custom.get("fixed_places") or []
    if not all(isinstance(place, dict) and isinstance(place.get("name"), str) for place in places):
        raise Refused(400, "custom.fixed_places must be objects with a name")
