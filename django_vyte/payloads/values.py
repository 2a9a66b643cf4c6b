"""Single values out of somebody else's JSON: tolerant, pure, and fit for any database."""

from __future__ import annotations

import datetime as dt
import math
import re
import zoneinfo
from typing import Any

# Keys that open something: whoever holds them can act as somebody else.
CREDENTIALS = frozenset(
    {"key_store", "ct", "secret", "token", "access_token", "refresh_token", "api_key", "password"}
)
# How many names of members are remembered, and how long one may be.
MOST_NAMES = 2000
LONGEST_NAME = 64
# MariaDB refuses JSON that is nested deeper than 32.
DEEPEST = 25
ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}")


def without_nul(text: str) -> str:
    """``text`` as any database takes it: no NUL, no half of a surrogate pair."""
    # Neither of them is printable, and to ask that takes a tenth of the time.
    return text if text.isprintable() else text.replace("\x00", "").encode("utf-8", "replace").decode()


class _Names(dict[str, str | None]):
    """The names of an object's members as they are kept, None for a credential's: the same few come all the time."""

    def __missing__(self, name: str) -> str | None:
        clean_name = without_nul(name)
        kept = None if clean_name.lower() in CREDENTIALS else clean_name
        if len(self) < MOST_NAMES and len(name) <= LONGEST_NAME:
            self[name] = kept
        return kept


_names = _Names()


def clean(value: Any, depth: int = 0) -> Any:
    """A copy of decoded JSON without credentials and without what a database's JSON column refuses."""
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        kept = {}
        for given, item in value.items():
            name = _names[given]
            if name is not None:
                # Most values are short texts, for which a call would take longer than this look.
                plain = isinstance(item, str) and item.isprintable()
                kept[name] = item if plain else clean(item, depth + 1)
        return kept
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, str):
        return without_nul(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) >= 2**63:
        return None
    return value


def text(value: object, longest: int) -> str:
    """A string of at most ``longest`` characters; anything but a string or a number is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return without_nul(str(value)).strip()[:longest]


def identifier(value: object) -> str:
    """A Vyte id; empty when the value cannot be one."""
    return value if isinstance(value, str) and value.strip(".") and ID.fullmatch(value) else ""


def email(value: object) -> str:
    """An address in lower case, which is how addresses are compared; empty when the value cannot be one."""
    address = text(value, 255).lower()
    return address if "@" in address and len(address) <= 254 else ""


def as_dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list that may be absent, null, or a single object instead of a list."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_dict(value: object) -> dict[str, Any]:
    """An object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_datetime(value: object, zone: str = "") -> dt.datetime | None:
    """An aware datetime in UTC from an ISO 8601 text; without an offset it is taken to be in ``zone``.

    None when the value is no time, or one that a database cannot hold.
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
    """The zone of this name; UTC when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return dt.UTC
