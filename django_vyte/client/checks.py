"""Checks one value of an argument, and converts it to what is sent.

Each function raises ``ValueError`` for a value that Vyte would refuse or misread; the message begins with ``name``.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django_vyte.loopback import is_secure
from django_vyte.payloads import values as payload_values

_UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d(:?\d\d(:?\d\d([.,]\d+)?)?)?")


def shown(value: Any) -> str:
    """A value for an error message: a number, the beginning of a text, else only the type: it may hold secrets."""
    if isinstance(value, str):
        return repr(value[:80])
    return repr(value)[:80] if isinstance(value, int | float) else f"a value of type {type(value).__name__}"


def text(name: str, value: Any) -> str:
    """A text for a path or a query: not empty, no control characters. Messages omit it, as it may be a secret."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a text that is not empty; leave it out if there is none.")
    if _UNSENDABLE.search(value):
        raise ValueError(f"{name} holds a control character or half a character: take it out.")
    return value


def whole(name: str, value: str) -> str:
    """Any text without a lone surrogate, which UTF-8 cannot encode."""
    if _HALF_CHARACTER.search(value):
        raise ValueError(f"{name} holds half a character (a lone surrogate): take it out.")
    return value


def email(name: str, value: Any) -> str:
    """A plausible email address: one ``@`` with something on both sides, no spaces."""
    if (
        not isinstance(value, str)
        or not _EMAIL.fullmatch(value)
        or _UNSENDABLE.search(value)
        or len(value) > 254
    ):
        raise ValueError(f"{name}: {shown(value)} is no email address; write it as name@example.com.")
    return value


def group_id(name: str, value: Any) -> str:
    """The id of a group as the mirror stores it, so that what is created with it is found again by it."""
    found = payload_values.group_id(value)
    if not found or "," in text(name, found):
        raise ValueError(
            f"{name}: {shown(value)} is no id of a group: one to {payload_values.MAX_GROUP_ID} characters, no comma."
        )
    return found


def zone(name: str, value: Any) -> str:
    """The name of a time zone, from a name or a ``ZoneInfo``."""
    key = value.key if isinstance(value, ZoneInfo) else value
    try:
        return ZoneInfo(key).key
    except (TypeError, ValueError, AttributeError, LookupError, OSError):
        raise ValueError(
            f"{name}: {shown(value)} is no time zone; pass a name such as 'Europe/Paris', or a ZoneInfo."
        ) from None


def minutes(name: str, value: Any, least: int = 1) -> int:
    """A length of time in whole minutes, from a number of them or a timedelta."""
    count: Any = value
    if isinstance(value, timedelta):
        count, rest = divmod(value, timedelta(minutes=1))
        count = None if rest else count
    if not isinstance(count, int) or isinstance(count, bool) or count < least:
        raise ValueError(
            f"{name} must be {least} or more whole minutes, as a number or a timedelta, not {shown(value)}."
        )
    return count


def buffer(name: str, value: Any) -> int:
    """Minutes to keep free around a meeting, 0 or more."""
    return minutes(name, value, least=0)


def count(name: str, value: Any) -> int:
    """A number, 1 or more: Vyte takes 0 for no limit."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(
            f"{name} must be a number, 1 or more, not {shown(value)}; leave it out to not restrict."
        )
    return value


def timestamp(name: str, value: Any) -> str:
    """A point in time: an aware datetime in UTC with milliseconds; a text with an offset, or a day, as it is."""
    if isinstance(value, datetime):
        written = aware(name, value).astimezone(UTC).isoformat(timespec="milliseconds")
        return written.replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError(f"{name} must be an aware datetime, not {shown(value)}.")
    if _WITHOUT_OFFSET.fullmatch(value):
        raise ValueError(
            f"{name}: {shown(value)} has no offset from UTC; add Z or +01:00, Vyte shifts it otherwise."
        )
    return whole(name, value)


def aware(name: str, value: datetime) -> datetime:
    """An aware datetime: Vyte takes a naive one for another time zone."""
    if value.utcoffset() is None:
        raise ValueError(
            f"{name}: {value.isoformat()} has no time zone; give it a tzinfo, such as datetime.UTC."
        )
    return value


def plain(name: str, value: Any) -> Any:
    """Any other value as it is, unless JSON cannot represent it."""
    if isinstance(value, str):
        return whole(name, value)
    if isinstance(value, bytes | bytearray | memoryview):
        raise ValueError(f"{name} must be a text, not bytes: decode them.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is {value}, which JSON cannot say; leave it out, or pass None.")
    if isinstance(value, timedelta):
        raise ValueError(f"{name} must be a number in the unit that Vyte takes there, not a timedelta.")
    return value


def clock(name: str, value: Any) -> str:
    """A time of day as Vyte writes it, on a date that it ignores; a text as it is."""
    if isinstance(value, str):
        return whole(name, value)
    if not isinstance(value, time) or value.tzinfo:
        raise ValueError(
            f"{name} must be a time of day without a zone, such as time(9, 30), not {shown(value)}: "
            "the zone is that of the availability."
        )
    return f"2018-01-01T{value.isoformat('seconds' if value.second else 'minutes')}"


def target_url(name: str, value: Any) -> str:
    """The https URL of a webhook, or an http one on localhost. Messages omit it, as it is a secret."""
    try:
        safe = is_secure(text(name, value))
    except ValueError:
        safe = False
    if not safe:
        raise ValueError(f"{name} must be an https URL (http only for this machine).")
    return str(value)
