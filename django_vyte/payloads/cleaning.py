"""Cleans JSON from outside before it is stored: removes credentials and whatever a database refuses to store."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

# Names of members whose values are credentials in any service's JSON, in lower case.
CREDENTIALS = frozenset({"secret", "token", "access_token", "refresh_token", "api_key", "password"})
# Limits of the cache of member names, which callers from outside choose.
MAX_NAMES = 2000
MAX_NAME_LENGTH = 64
# MariaDB before 12.2 refuses JSON nested deeper than 32:
# https://mariadb.com/docs/server/reference/sql-functions/special-functions/json-functions/json_depth
MAX_DEPTH = 25


def without_nul(text: str) -> str:
    """``text`` without NUL and with lone surrogates replaced: PostgreSQL stores neither."""
    # Neither is printable, and isprintable() is ten times as fast as replace() and encode().
    return text if text.isprintable() else text.replace("\x00", "").encode("utf-8", "replace").decode()


class _MemberNames(dict[str, str | None]):
    """A cache of cleaned member names, None for a credential's: the same few names occur all the time."""

    def __init__(self, credentials: frozenset[str]) -> None:
        super().__init__()
        self.credentials = credentials

    def __missing__(self, name: str) -> str | None:
        clean_name = without_nul(name)
        cleaned = None if clean_name.lower() in self.credentials else clean_name
        if len(self) < MAX_NAMES and len(name) <= MAX_NAME_LENGTH:
            self[name] = cleaned
        return cleaned


Cleaner = Callable[[Any], Any]


def cleaner(credentials: frozenset[str] = CREDENTIALS) -> Cleaner:
    """A function that cleans the JSON of a service; ``credentials`` names the members to remove, in lower case.

    It answers a copy without credentials, NUL, NaN, infinity, integers over 64 bits and too deep nesting.
    """
    return _cleaner(_MemberNames(credentials))


def _cleaner(names: _MemberNames) -> Cleaner:
    # A closure rather than a class: calling itself is half of what it does.
    def clean(value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            return None
        if isinstance(value, dict):
            kept = {}
            for given, item in value.items():
                name = names[given]
                if name is not None:
                    # Most values are short texts: checking them here saves a function call each.
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

    return clean
