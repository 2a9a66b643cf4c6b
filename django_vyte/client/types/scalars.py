"""What callers may pass where Vyte reads a text or a number."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

HookAction: TypeAlias = Literal[
    "event.created", "event.confirmed", "event.updated", "event.cancelled", "user.joined"
]
"""What a webhook is about, as far as Vyte documents it; whatever is passed is sent."""

Instant: TypeAlias = datetime | str
"""An aware datetime, or a text in ISO 8601 with an offset: ``2026-11-20T09:00:00Z``."""

Minutes: TypeAlias = int | timedelta
"""A length of time: a whole number of minutes, or a timedelta of whole minutes."""

Zone: TypeAlias = str | ZoneInfo
"""A time zone of the TZ database: ``Europe/Paris``, or ``ZoneInfo("Europe/Paris")``."""

Clock: TypeAlias = time | str
"""A time of day without a zone: ``time(9, 30)``, or a text in ISO 8601 whose date Vyte ignores."""
