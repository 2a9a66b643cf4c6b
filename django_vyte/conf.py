"""The package's settings: the dictionary ``VYTE`` of a Django project, with defaults, read on each access."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Settings:
    """Every key of ``VYTE`` with its default; times are seconds unless a name says otherwise."""

    ENCRYPTION_KEYS: tuple[str, ...] = ()
    PUBLIC_URL: str = ""
    API_URL: str = "https://api.vyte.in"
    WEB_URL: str = "https://www.vyte.in"
    TIMEOUT: float | tuple[float, float] = (5.0, 20.0)
    RETRIES: int = 3
    DEADLINE: float = 60.0
    LIST_DEADLINE: float = 600.0
    CIRCUIT_FAILURES: int = 5
    CIRCUIT_SECONDS: float = 10.0
    QUEUE: str | None = None
    HOOKS_PATH: str = "/hooks"
    JOIN_PATH: str = "/organizations/{team_id}/join"
    EVENT_PATH: str = "/"
    DELETE_INVITEE_METHOD: str = "POST"
    MAX_BODY_BYTES: int = 1_000_000
    LEASE_SECONDS: int = 300
    MAX_ATTEMPTS: int = 60
    KEEP_PAYLOADS_DAYS: int = 14
    KEEP_DELIVERIES_DAYS: int = 90
    KEEP_HISTORY_DAYS: int = 365

    def __repr__(self) -> str:
        return f"Settings(API_URL={self.API_URL!r}, PUBLIC_URL={self.PUBLIC_URL!r})"


NAMES = tuple(field.name for field in dataclasses.fields(Settings))


def given() -> dict[str, Any]:
    """``VYTE`` as the project wrote it; empty when Django is not configured or ``VYTE`` is no dictionary."""
    try:
        value = getattr(settings, "VYTE", {})
    except ImproperlyConfigured:
        return {}
    return value if isinstance(value, dict) else {}


def get_settings() -> Settings:
    """The current settings: reading them at each call makes ``override_settings`` work.

    Unknown keys are ignored here; the system check E002 reports them.
    """
    values = {name: value for name, value in given().items() if name in NAMES}
    keys = values.get("ENCRYPTION_KEYS", ())
    # A value that is no collection is taken as a single key; the system check E003 says whether it is one.
    is_one = isinstance(keys, str | bytes) or not isinstance(keys, Iterable)
    values["ENCRYPTION_KEYS"] = (keys,) if is_one else tuple(keys)
    for name in ("PUBLIC_URL", "API_URL", "WEB_URL"):
        if name in values:
            values[name] = str(values[name]).rstrip("/")
    return Settings(**values)
