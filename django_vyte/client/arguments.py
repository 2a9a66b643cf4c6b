"""Converts the client's arguments into parts of a request: path segments, query parameters, JSON bodies.

Raises ``ValueError`` with the name of the argument, before anything is sent, for values that Vyte would misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from django_vyte.client import checks

if TYPE_CHECKING:
    from django_vyte.client.types.scalars import Minutes, Zone

# Converts a member of a body by its name, at any depth. Applies to single values only: "email" is a text in an invitee
# and an object in a user's preferences.
_MEMBERS: dict[str, Callable[[str, Any], Any]] = {
    "buffer_after": checks.buffer,
    "buffer_before": checks.buffer,
    "contact_email": checks.email,
    "date": checks.timestamp,
    "duration": checks.minutes,
    "email": checks.email,
    "emails": checks.email,
    "end_date": checks.timestamp,
    "end_time": checks.clock,
    "fixed_timezone": checks.zone,
    "group_ids": checks.group_id,
    "start_time": checks.clock,
    "target_url": checks.target_url,
    "timezone": checks.zone,
}
# Lists that must not be empty: nobody would be invited, nothing would be created.
_NEVER_EMPTY = frozenset({"invitees", "users"})
# Arguments that hold objects, with an example for error messages; all but the creator are lists.
_FORMS = {
    "created_by": "{'email': 'ada@example.com'}",
    "dates": "[{'date': start, 'end_date': end}]",
    "invitees": "[{'email': 'ada@example.com'}]",
    "messages": "[{'body': 'See you there'}]",
    "places": "[{'name': 'Room 1'}]",
    "users": "[{'organization': organization_id, 'user': {'email': 'ada@example.com'}}]",
}
_METACHARACTERS = re.compile(r"[\\^$.|?*+()\[\]{}]")


def segment(value: object, name: str = "id") -> str:
    """``value`` percent-encoded as one segment of a path; ``name`` is that of the argument.

    Raises ``ValueError`` for an empty text, ``.``, ``..``, control characters, or anything but a text.
    """
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise ValueError(f"{name} must be a text that is not empty, '.' or '..', not {checks.shown(value)}.")
    return quote(checks.text(name, value), safe="")


def text(name: str, value: str | None) -> str | None:
    """One text of a query; ``None`` is left out. An empty one is a ``ValueError``: Vyte might ignore it."""
    return None if value is None else checks.text(name, value)


def joined(name: str, values: str | Iterable[str] | None) -> str | None:
    """Several values as Vyte takes them, ``a,b``; one text is sent as it is, ``None`` not at all.

    Raises ``ValueError`` for a comma inside a value, which would become two, and for an empty list, which Vyte would
    take for no filter.
    """
    if values is None or isinstance(values, str):
        return text(name, values)
    values = _texts(name, values)
    if not values:
        raise ValueError(f"{name} is an empty list: leave it out to not restrict.")
    for value in values:
        if "," in checks.text(name, value):
            raise ValueError(
                f"{name}: {checks.shown(value)} holds a comma, which separates values; pass a list."
            )
    return ",".join(values)


def email_address(name: str, value: str | None) -> str | None:
    """One email address, checked; ``None`` is left out."""
    return None if value is None else checks.email(name, value)


def emails(name: str, values: str | Iterable[str] | None) -> str | None:
    """Several email addresses, ``a@b.c,d@e.f``; as ``joined``, and each is checked. A text may have spaces."""
    if values is None:
        return None
    if isinstance(values, str):
        values = [part.strip(" ") for part in values.split(",")]
    return joined(name, [checks.email(name, value) for value in _texts(name, values)])


def groups(name: str, values: str | Iterable[str] | None) -> str | None:
    """Several ids of groups, ``a,b``; as ``joined``, each spelled as it is mirrored."""
    if values is None:
        return None
    if isinstance(values, str):
        values = values.split(",")
    return joined(name, [checks.group_id(name, value) for value in _texts(name, values)])


def day(name: str, value: date | None) -> str | None:
    """A day as ``YYYY-MM-DD``; of a datetime, the day that it falls on in its own time zone.

    Raises ``ValueError`` for a naive datetime, whose day depends on the time zone.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return checks.aware(name, value).date().isoformat()
    if not isinstance(value, date):
        raise ValueError(f"{name} must be a date or an aware datetime, not {checks.shown(value)}.")
    return value.isoformat()


def days(start: date | None, end: date | None) -> dict[str, str | None]:
    """``from`` and ``to`` of a query. Raises ``ValueError`` for an ``end`` before ``start``."""
    first, last = day("start", start), day("end", end)
    if first and last and last < first:
        raise ValueError(f"end ({last}) is before start ({first}); both days are included.")
    return {"from": first, "to": last}


def minutes(name: str, value: Minutes) -> int:
    """A length of time in whole minutes, 1 or more."""
    return checks.minutes(name, value)


def zone(name: str, value: Zone | None) -> str | None:
    """The name of a time zone; ``None`` is left out."""
    return None if value is None else checks.zone(name, value)


def count(name: str, value: int | None) -> int | None:
    """How many at most, 1 or more; ``None`` is left out."""
    return None if value is None else checks.count(name, value)


def search(name: str, value: str | re.Pattern[str] | None) -> str | None:
    """A regular expression that finds a text anywhere in a title, or a compiled expression as it is written.

    Escapes only what is special in PCRE and in JavaScript alike. An empty text is left out. Raises ``ValueError`` for a
    compiled expression with flags, which cannot be sent.
    """
    if not value:
        return None
    if isinstance(value, re.Pattern):
        if value.flags & ~re.UNICODE:
            raise ValueError(f"{name}: flags of a regular expression cannot be sent; write it without them.")
        return checks.text(name, value.pattern)
    return _METACHARACTERS.sub(r"\\\g<0>", checks.text(name, value))


def objects(name: str, values: Any) -> list[Any]:
    """A list of objects, from any iterable of them, such as a generator.

    Raises ``ValueError`` for a single object, and for an iterable of anything else.
    """
    form = f"{name} must be a list of objects, such as {_FORMS[name]}"
    if isinstance(values, Mapping):
        raise ValueError(f"{form}: put the object into a list.")
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise ValueError(f"{form}, not {checks.shown(values)}.")
    found = list(values)
    for value in found:
        if not isinstance(value, Mapping):
            raise ValueError(f"{form}, not of values of type {type(value).__name__}.")
    return found


def content(name: str, value: Any) -> Any:
    """A body ready for JSON: members with a known name are checked and converted, at any depth, others left alone.

    ``name`` is that of the argument, empty where the members are the arguments. Raises ``ValueError`` with the path
    to the member, such as ``dates[0].end_date``.
    """
    if value is None:
        return None
    if name in _FORMS:  # deeper, what has such a name may be of another kind: {"voted": {"dates": True}}
        value = _creator(value) if name == "created_by" else objects(name, value)
    member = re.sub(r"\[\d+\]$", "", name.rpartition(".")[2])
    if isinstance(value, Mapping):
        return _object(name, value)
    if isinstance(value, list | tuple):
        if not value and member in _NEVER_EMPTY:
            raise ValueError(f"{name} is an empty list: put someone in, or leave it out.")
        return [content(f"{name}[{index}]", item) for index, item in enumerate(value)]
    if member in _MEMBERS:
        return _MEMBERS[member](name, value)
    if isinstance(value, datetime):
        return checks.timestamp(name, value)
    return checks.plain(name, value)


def url_secrets(target_url: str) -> list[str]:
    """The parts of a webhook's URL that are secret, to be masked in errors that quote the request."""
    parts = urlsplit(target_url)
    return re.findall(r"[^/?&=]{16,}", f"{parts.path}?{parts.query}")


def _texts(name: str, values: Any) -> list[Any]:
    """An iterable of texts as a list; the texts themselves are checked later."""
    if isinstance(values, bytes | Mapping) or not isinstance(values, Iterable):
        raise ValueError(f"{name} must be a list of texts, not {checks.shown(values)}.")
    return list(values)


def _creator(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(
            f"created_by must be an object, such as {_FORMS['created_by']}, not {checks.shown(value)}."
        )
    if not (value.get("email") or value.get("user")):
        raise ValueError("created_by needs an 'email' or a 'user'.")
    return value


def _object(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    body = {key: content(f"{name}.{key}" if name else str(key), item) for key, item in value.items()}
    start, end = _parse_datetime(body.get("date")), _parse_datetime(body.get("end_date"))
    if start and end and end < start:
        raise ValueError(f"{name}.end_date ({body['end_date']}) is before its date ({body['date']}).")
    return body


def _parse_datetime(value: Any) -> datetime | None:
    """A point in time in a body, if it is one with an offset."""
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return parsed if parsed.utcoffset() is not None else None
