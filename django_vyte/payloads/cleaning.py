"""JSON from outside made fit to be stored: no credentials, and nothing that a database's JSON column refuses."""

from __future__ import annotations

import math
from typing import Any

# Keys that open something: whoever holds them can act as somebody else.
CREDENTIALS = frozenset(
    {"key_store", "ct", "secret", "token", "access_token", "refresh_token", "api_key", "password"}
)
# How many names of members are remembered, and how long one may be.
MAX_NAMES = 2000
MAX_NAME_LENGTH = 64
# MariaDB refuses JSON that is nested deeper than 32.
MAX_DEPTH = 25


def without_nul(text: str) -> str:
    """``text`` as any database takes it: no NUL, no half of a surrogate pair."""
    # Neither of them is printable, and to ask that takes a tenth of the time.
    return text if text.isprintable() else text.replace("\x00", "").encode("utf-8", "replace").decode()


class _MemberNames(dict[str, str | None]):
    """The names of an object's members as they are kept, None for a credential's: the same few come all the time."""

    def __missing__(self, name: str) -> str | None:
        clean_name = without_nul(name)
        kept = None if clean_name.lower() in CREDENTIALS else clean_name
        if len(self) < MAX_NAMES and len(name) <= MAX_NAME_LENGTH:
            self[name] = kept
        return kept


_member_names = _MemberNames()


def clean(value: Any, depth: int = 0) -> Any:
    """A copy of decoded JSON without credentials and without what a database's JSON column refuses."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        kept = {}
        for given, item in value.items():
            name = _member_names[given]
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
