"""Times as Vyte writes them, ids and secrets."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@lru_cache(maxsize=64)
def zone(name: str | None) -> ZoneInfo:
    """The time zone of that TZ database name; raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name or "Europe/Paris")
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"no such timezone: {name}") from error


def spell(moment: datetime) -> str:
    """An aware datetime in UTC with milliseconds: ``2020-07-16T07:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(value: object, timezone_name: str | None = None) -> datetime:
    """A date or time given to Vyte, as an aware datetime.

    A time without an offset is taken to be local to ``timezone_name`` (Europe/Paris when none is known),
    which is how the documentation's ``09:00:00`` became ``07:00Z``. A bare date is midnight UTC.
    Raises ValueError when it cannot be read.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone(timezone_name))
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise ValueError(f"not a date: {value!r}")


def canonical(value: object, timezone_name: str | None = None) -> str:
    """``read`` and ``spell`` in one, leaving alone what is already spelt that way.

    Raises ValueError when it cannot be read, and OverflowError when there is no such instant in UTC.
    """
    if isinstance(value, str) and CANONICAL.fullmatch(value):
        datetime.fromisoformat(value)
        return value
    return spell(read(value, timezone_name))


def respell(value: str, style: str, milliseconds: bool) -> str:
    """A canonical instant with another offset (``+0000``, ``+01:00``, …) or without milliseconds."""
    moment = datetime.fromisoformat(value)
    timespec = "milliseconds" if milliseconds else "seconds"
    if style == "Z":
        return moment.isoformat(timespec=timespec).replace("+00:00", "Z")
    sign = -1 if style.startswith("-") else 1
    digits = style[1:].replace(":", "")
    offset = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    local = moment.astimezone(timezone(offset)).replace(tzinfo=None)
    return local.isoformat(timespec=timespec) + style


class Clock:
    """Says what time it is, never the same millisecond twice, so that ``updatedAt`` always grows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def now(self, after: object = None) -> str:
        """The present instant, later than every one given before, or just after ``after`` when that is later.

        One that lies ahead concerns this answer alone: the clock does not follow it. It comes from what was
        loaded as it is, so one that cannot be read, or has nothing after it, is passed over.
        """
        with self._lock:
            self._last = max(int(time.time() * 1000), self._last + 1)
            present = datetime.fromtimestamp(self._last / 1000, UTC)
        try:
            return spell(max(present, read(after) + timedelta(milliseconds=1)) if after else present)
        except (ValueError, OverflowError):
            return spell(present)

    def forward(self, seconds: float) -> None:
        """Let so much time pass at once."""
        with self._lock:
            self._last = max(int(time.time() * 1000), self._last) + round(seconds * 1000)


_process = secrets.token_hex(5)
_counter = itertools.count(secrets.randbelow(1 << 20))


def new_id() -> str:
    """A fresh id of 24 hexadecimal digits, like Vyte's."""
    return f"{int(time.time()):08x}{_process}{next(_counter) % (1 << 24):06x}"


def stable_id(text: str) -> str:
    """An id of 24 hexadecimal digits that is always the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def new_secret(length: int = 50) -> str:
    """A random key or secret in the alphabet of Vyte's: lower-case letters and digits."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(length))
