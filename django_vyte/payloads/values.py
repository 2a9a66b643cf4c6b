"""Reads single values from decoded JSON that may hold anything: each function returns an empty value if it must.

What is returned fits any database.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django_vyte.payloads import zones
from django_vyte.payloads.cleaning import without_nul

ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}")


def text(value: object, longest: int) -> str:
    """A string of at most ``longest`` characters, from a string or a number; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return without_nul(str(value)).strip()[:longest]


def identifier(value: object) -> str:
    """An id that is safe as one segment of a URL's path; empty when the value is none."""
    return value if isinstance(value, str) and value.strip(".") and ID.fullmatch(value) else ""


def email(value: object) -> str:
    """An email address in lower case; empty when the value cannot be one."""
    address = text(value, 255).lower()
    return address if "@" in address and len(address) <= 254 else ""


def as_dicts(value: object) -> list[dict[str, Any]]:
    """The dicts in a list; a single dict counts as a list of one, anything else as an empty list."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_dict(value: object) -> dict[str, Any]:
    """The value if it is a dict, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_datetime(value: object, zone: str = "") -> dt.datetime | None:
    """An aware datetime in UTC from an ISO 8601 text, which is in ``zone`` if it has no offset.

    None when the value is no time, or outside the years that databases store.
    """
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        when = dt.datetime.fromisoformat(value.strip())
        if when.tzinfo is None:
            when = when.replace(tzinfo=time_zone(zone))
        when = when.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return when if 1000 <= when.year <= 9998 else None


def time_zone(name: str) -> dt.tzinfo:
    """The time zone of this name; UTC when no zone is known by it."""
    return zones.find(name) or dt.UTC
