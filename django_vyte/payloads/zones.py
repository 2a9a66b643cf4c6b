"""Finds the time zone that a name means.

Calendars name zones in several ways: IANA names in any case, old names of theirs, Windows names such as "Romance
Standard Time", and offsets from UTC.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from functools import cache, lru_cache

from tzlocal.windows_tz import win_tz

# A sign means what people mean by it: GMT+2 is two hours ahead. IANA's Etc/GMT+2, two hours behind, is found by name.
OFFSET = re.compile(r"(?:utc|gmt|z)?\s*([+−-])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
# From Baker Island to Kiritimati.
SMALLEST, LARGEST = dt.timedelta(hours=-12), dt.timedelta(hours=14)


@lru_cache(maxsize=1024)
def find(name: str) -> dt.tzinfo | None:
    """The time zone of this name; None when no zone is known by it."""
    name = " ".join(name.split())
    return _by_key(name) or _by_key(_keys().get(_folded(name), "")) or _by_offset(name)


def label(zone: dt.tzinfo, when: dt.datetime) -> str:
    """A zone for people, with its offset at an instant: ``Paris, UTC+01:00``; the offset alone without a city."""
    area, _, city = str(getattr(zone, "key", "")).rpartition("/")
    there = offset(when.astimezone(zone))
    return f"{city.replace('_', ' ')}, {there}" if area and area != "Etc" else there


def offset(when: dt.datetime) -> str:
    """The offset of an aware datetime: ``UTC+01:00``."""
    shift = when.utcoffset() or dt.timedelta()
    sign, minutes = "-" if shift < dt.timedelta() else "+", abs(shift) // dt.timedelta(minutes=1)
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}" if minutes else "UTC"


def _by_key(key: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(key)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


@cache
def _keys() -> dict[str, str]:
    """IANA names by the spellings they are found by, and by their Windows names (Unicode CLDR, windowsZones.xml)."""
    return {_folded(name): key for name, key in win_tz.items()} | {
        _folded(name): name for name in zoneinfo.available_timezones()
    }


def _folded(name: str) -> str:
    # Windows calls a zone "Daylight Time" for half of the year.
    return re.sub(r" daylight time$", " standard time", name.replace("_", " ").casefold())


def _by_offset(name: str) -> dt.tzinfo | None:
    if name.casefold() == "z":
        return dt.UTC
    found = OFFSET.fullmatch(name)
    if not found:
        return None
    sign, hours, minutes = found.groups(default="0")
    shift = dt.timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
    return dt.timezone(shift) if SMALLEST <= shift <= LARGEST and int(minutes) < 60 else None
