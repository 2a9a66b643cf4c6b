"""From what callers pass to what Vyte reads: ids in paths, lists and days in queries, instants in bodies."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?")


def segment(value: object) -> str:
    """``value`` as one segment of a path, whatever it holds.

    Raises ``ValueError`` for what cannot be one: an empty text, ``.``, ``..``, and what is no text.
    """
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise ValueError(f"An id must be a text that is not empty, '.' or '..', not {value!r}.")
    return quote(value, safe="")


def joined(name: str, values: str | Iterable[str] | None) -> str | None:
    """Several values as Vyte takes them, ``a,b``; one text is sent as it is, ``None`` not at all.

    Raises ``ValueError`` for a comma inside a value, which would make it two, and for an empty list, which
    Vyte would take for no restriction.
    """
    if values is None or isinstance(values, str):
        return values
    values = list(values)
    if not values:
        raise ValueError(f"{name} is an empty list: leave it out to not restrict.")
    for value in values:
        if "," in value:
            raise ValueError(f"{name}: {value!r} holds a comma, which separates values.")
    return ",".join(values)


def day(name: str, value: date | None) -> str | None:
    """A day as ``YYYY-MM-DD``; of a datetime, the day that it falls on in its own time zone.

    Raises ``ValueError`` for a naive datetime: nobody could tell which day it means elsewhere.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return _aware(name, value).date().isoformat()
    return value.isoformat()


def content(name: str, value: Any) -> Any:
    """A body ready for JSON: instants in UTC with milliseconds, as Vyte writes them itself.

    Raises ``ValueError`` naming the place, ``dates[0].end_date``, of a time without an offset: Vyte shifts
    those.
    """
    if isinstance(value, datetime):
        instant = _aware(name, value).astimezone(UTC)
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {key: content(f"{name}.{key}" if name else str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [content(f"{name}[{index}]", item) for index, item in enumerate(value)]
    is_instant = name.rpartition(".")[2] in ("date", "end_date")
    if is_instant and isinstance(value, str) and _WITHOUT_OFFSET.fullmatch(value):
        raise ValueError(f"{name}: {value!r} has no offset from UTC.")
    return value


def event(created_by: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body that creates an event. Raises ``ValueError`` when nobody is named as its creator."""
    if not (created_by.get("email") or created_by.get("user")):
        raise ValueError("created_by needs an 'email' or a 'user'.")
    body: dict[str, Any] = content("", {**fields, "created_by": created_by})
    return body


def hook(action: str, target_url: str) -> dict[str, str]:
    """The body of a webhook subscription.

    Raises ``ValueError`` unless ``target_url`` is https, as Vyte requires, or http on this very machine.
    """
    parts = urlsplit(target_url)
    if not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and _local(parts.hostname))
    ):
        # The URL itself is a secret: whoever has it can call it.
        raise ValueError("target_url must be an https URL (http only for this machine).")
    return {"action": action, "target_url": target_url}


def url_secrets(target_url: str) -> list[str]:
    """The parts of a webhook's URL that nobody could guess: what an echo of it must not show."""
    parts = urlsplit(target_url)
    return re.findall(r"[^/?&=]{16,}", f"{parts.path}?{parts.query}")


def _aware(name: str, value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError(f"{name}: {value.isoformat()} has no time zone.")
    return value


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
