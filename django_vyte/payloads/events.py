"""Reading Vyte's JSON: tolerant of what is absent, null, oddly typed or unknown, and pure.

Field names are those of "The event object" and "Users" in Vyte's documentation.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from django_vyte.payloads.cleaning import clean
from django_vyte.payloads.values import as_datetime, as_dict, as_dicts, email, identifier, text, time_zone

# Keys that change without the meeting changing.
BOOKKEEPING = frozenset({"__v", "version", "ics_sequence", "updatedAt", "createdAt", "email", "alias"})


# An object with none of these is a message, or half an answer, and must not pass for an event that lost them all.
TELLING = frozenset({"title", "dates", "confirmed", "created_by"})


class Unreadable(ValueError):
    """A payload that says too little to be mirrored; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class DateOption:
    """A proposed date; ``yes`` and ``no`` count votes."""

    id: str
    start: dt.datetime | None
    end: dt.datetime | None
    all_day: bool
    yes: int
    no: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlaceOption:
    """A proposed place; ``yes`` and ``no`` count votes."""

    id: str
    name: str
    address: str
    yes: int
    no: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An invitee."""

    vyte_id: str
    email: str
    full_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What is kept of one event payload: JSON fit for any database and without credentials, its keys sorted.

    ``is_cancelled`` says whether the payload shows that the meeting is off.
    """

    vyte_id: str
    json: bytes
    is_cancelled: bool

    @property
    def fingerprint(self) -> str:
        """The same for two payloads that say the same, whatever the order of their keys."""
        return hashlib.sha256(self.json).hexdigest()


@dataclass(frozen=True, slots=True)
class EventReading:
    """What one event payload says, in the mirror's terms.

    ``columns`` are named as the fields of ``Event``; ``settled_at`` is Vyte's time of the last confirmation.
    """

    vyte_id: str
    columns: dict[str, Any]
    settled_at: dt.datetime | None
    invitees: tuple[Person, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserReading:
    """What one user payload says."""

    vyte_id: str
    email: str
    full_name: str
    extid: str


def _votes(option: dict[str, Any]) -> tuple[int, int]:
    votes = as_dict(option.get("votes"))
    return len(as_dicts(votes.get("yes"))), len(as_dicts(votes.get("no")))


def dates(data: dict[str, Any]) -> list[DateOption]:
    """The proposed dates of an event payload."""
    zone = text(data.get("timezone"), 64)
    settled = as_dict(data.get("confirmed")).get("date_id")
    found = []
    for option in as_dicts(data.get("dates")):
        start, end = as_datetime(option.get("date"), zone), as_datetime(option.get("end_date"), zone)
        if start and end and end < start:
            end = None
        key = text(option.get("_id"), 64)
        chosen = bool(key) and key == settled
        found.append(DateOption(key, start, end, option.get("all_day") is True, *_votes(option), chosen))
    return found


def places(data: dict[str, Any]) -> list[PlaceOption]:
    """The proposed places of an event payload."""
    settled = as_dict(data.get("confirmed")).get("place_id")
    found = []
    for option in as_dicts(data.get("places")):
        key = text(option.get("_id"), 64)
        name, address = text(option.get("name"), 500), text(option.get("address"), 2000)
        found.append(PlaceOption(key, name, address, *_votes(option), bool(key) and key == settled))
    return found


def day(start: dt.datetime, zone: str) -> dt.date:
    """The calendar day of an all-day date that starts at ``start``, an aware datetime.

    Midnight in UTC stands for that very day wherever people are; any other time is one of the time zone named ``zone``.
    """
    utc = start.astimezone(dt.UTC)
    return utc.date() if utc.time() == dt.time() else utc.astimezone(time_zone(zone)).date()


Option = TypeVar("Option", DateOption, PlaceOption)


def _settled(options: list[Option]) -> Option | None:
    """The option that was chosen; where Vyte names none, the only one."""
    for option in options:
        if option.chosen:
            return option
    return options[0] if len(options) == 1 else None


def cancelled_at(payload: dict[str, Any]) -> dt.datetime | None:
    """Vyte's time at which a payload that shows a cancellation was written; None when it shows none."""
    if not payload.get("cancelled"):
        return None
    return _latest(as_datetime(payload.get("cancelled")), revision(payload))


def revision(payload: dict[str, Any]) -> dt.datetime | None:
    """Vyte's time of the last change of an event, by the later of its two clocks: confirming may move only one."""
    return _latest(
        as_datetime(payload.get("updatedAt")),
        as_datetime(as_dict(payload.get("confirmed")).get("updated_at")),
    )


def _latest(*instants: dt.datetime | None) -> dt.datetime | None:
    return max((when for when in instants if when), default=None)


def record(payload: object) -> EventRecord:
    """What is kept of an event; raises Unreadable when it is no object or has no usable ``_id``."""
    data = clean(payload)
    if not isinstance(data, dict):
        raise Unreadable("an event that is not a JSON object")
    key = identifier(data.get("_id"))
    if not key:
        raise Unreadable("an event without a usable _id")
    if data.keys().isdisjoint(TELLING):
        raise Unreadable(f"something for {key} that is no event")
    return EventRecord(key, msgspec.json.encode(data, order="sorted"), bool(data.get("cancelled")))


def event(payload: object) -> EventReading:
    """Read an event ("The event object"); raises Unreadable when it is no object or has no usable ``_id``."""
    return reading(record(payload))


def reading(kept: EventRecord) -> EventReading:
    """What a record of an event says ("The event object")."""
    data: dict[str, Any] = msgspec.json.decode(kept.json)
    creator, app = as_dict(data.get("created_by")), as_dict(data.get("third_party"))
    columns = {
        "title": text(data.get("title"), 500),
        "timezone": text(data.get("timezone"), 64),
        "creator_email": email(creator.get("email")),
        "creator_id": identifier(creator.get("user")),
        "is_booking": data.get("vyteme") is True,
        "lang": text(data.get("lang"), 16),
        "app": text(app.get("app"), 64),
        "vyte_created_at": as_datetime(data.get("createdAt")),
        "vyte_updated_at": as_datetime(data.get("updatedAt")),
        "cancelled_at": cancelled_at(data),
        **_outcome(data),
        "fingerprint": kept.fingerprint,
        "data": data,
    }
    settled_at = as_datetime(as_dict(data.get("confirmed")).get("updated_at")) or columns["vyte_updated_at"]
    return EventReading(kept.vyte_id, columns, settled_at, people(data), groups(data))


def _outcome(data: dict[str, Any]) -> dict[str, Any]:
    """Where the meeting stands, and when and where it takes place once that is settled."""
    settled = as_dict(data.get("confirmed")).get("flag") is True
    status = "cancelled" if data.get("cancelled") else "confirmed" if settled else "planning"
    date = _settled(dates(data)) if settled else None
    place = _settled(places(data)) if settled else None
    return {
        "status": status,
        "starts_at": date.start if date else None,
        "ends_at": date.end if date and date.start else None,
        "all_day": date.all_day if date else False,
        "place_name": place.name if place else "",
        "place_address": place.address if place else "",
    }


def people(data: dict[str, Any]) -> tuple[Person, ...]:
    """The invitees of an event payload, each once, in Vyte's order."""
    found: dict[tuple[str, str], Person] = {}
    for item in as_dicts(data.get("invitees")):
        key, address = identifier(item.get("_id")), email(item.get("email"))
        if key or address:
            person = Person(key, address, text(item.get("full_name"), 255), text(item.get("phone"), 64))
            found.setdefault((key, address), person)
    return tuple(found.values())


def groups(data: dict[str, Any]) -> tuple[str, ...]:
    """The ids of the groups an event payload belongs to, each once, in Vyte's order."""
    value = as_dict(data.get("third_party")).get("group_ids")
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(group for group in (text(item, 200) for item in items) if group))


def emails(data: dict[str, Any]) -> tuple[str, ...]:
    """The addresses of a user payload ("Users"), the first one first."""
    given = data.get("emails")
    listed = given if isinstance(given, list) and given else [data.get("email")]
    return tuple(address for address in map(email, listed) if address)


def user(payload: object) -> UserReading:
    """Read a user ("Users"), bare or wrapped in ``{"user": …}``; raises Unreadable without a usable ``_id``."""
    data = as_dict(payload)
    data = as_dict(data.get("user")) or data
    key = identifier(data.get("_id"))
    if not key:
        raise Unreadable("a user without a usable _id")
    first = next(iter(emails(data)), "")
    names = (data.get("full_name"), f"{text(data.get('first_name'), 120)} {text(data.get('last_name'), 120)}")
    organization = as_dict(as_dict(data.get("account")).get("organization"))
    full_name = next((name for name in (text(value, 255) for value in names) if name), "")
    return UserReading(key, first, full_name, text(organization.get("extid"), 255))
