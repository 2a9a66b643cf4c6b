"""Parses Vyte's events and users, whatever is absent, null, of another type or unknown in them.

Pure functions. Field names are those of "The event object" and "Users" in Vyte's documentation.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from django_vyte.payloads import cleaning
from django_vyte.payloads.days import lasts_until, span
from django_vyte.payloads.values import (
    as_datetime,
    as_dict,
    as_dicts,
    email,
    extid,
    group_id,
    identifier,
    text,
)

# What opens something at Vyte: ``key_store`` has a user's keys, ``ct`` signs who creates a meeting.
CREDENTIALS = cleaning.CREDENTIALS | {"key_store", "ct"}
# Keys that Vyte changes without the meeting changing.
BOOKKEEPING = frozenset({"__v", "version", "ics_sequence", "updatedAt", "createdAt", "email", "alias"})
# An object with none of these keys is an error message or a fragment: as an event, it would overwrite all of them.
EVENT_KEYS = frozenset({"title", "dates", "confirmed", "created_by"})
# Hexadecimal digits of a digest.
DIGEST_LENGTH = 32

clean = cleaning.cleaner(CREDENTIALS)


class Unreadable(ValueError):
    """A payload that cannot be mirrored; the message says why."""


@dataclass(frozen=True, slots=True)
class DateOption:
    """A proposed date; ``yes`` and ``no`` are numbers of votes."""

    id: str
    start: dt.datetime | None
    end: dt.datetime | None
    all_day: bool
    yes: int
    no: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlaceOption:
    """A proposed place; ``yes`` and ``no`` are numbers of votes."""

    id: str
    name: str
    address: str
    yes: int
    no: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class InviteeRecord:
    """An invitee."""

    vyte_id: str
    email: str
    full_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """An event payload as it came, before it is cleaned: as JSON, since nested dicts slow down garbage collection."""

    vyte_id: str
    json: bytes

    def is_of(self, fingerprint: str) -> bool:
        """Whether this is the answer, byte for byte, that the event with this fingerprint was made of."""
        return fingerprint[DIGEST_LENGTH:] == _digest(self.json)

    def record(self) -> EventRecord:
        """What is stored of it."""
        data = clean(msgspec.json.decode(self.json))
        encoded = msgspec.json.encode(data, order="sorted")
        return EventRecord(self.vyte_id, encoded, bool(data.get("cancelled")), _digest(self.json))


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What is stored of an event payload: cleaned JSON with sorted keys, and whether it shows a cancellation."""

    vyte_id: str
    json: bytes
    is_cancelled: bool
    answer_digest: str

    @property
    def fingerprint(self) -> str:
        """Two hashes: of what is stored, and of the answer that it was made of."""
        return _digest(self.json) + self.answer_digest

    def is_of(self, fingerprint: str) -> bool:
        """Whether the event with this fingerprint is equal, whatever the order of its keys."""
        return fingerprint[:DIGEST_LENGTH] == _digest(self.json)


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """An event payload as values for the fields of ``Event`` (``columns``), its invitees and its groups.

    ``settled_at`` is Vyte's time of the last confirmation.
    """

    vyte_id: str
    columns: dict[str, Any]
    settled_at: dt.datetime | None
    invitees: tuple[InviteeRecord, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedUser:
    """A user payload."""

    vyte_id: str
    email: str
    full_name: str
    extid: str


def _digest(encoded: bytes) -> str:
    return hashlib.blake2b(encoded, digest_size=DIGEST_LENGTH // 2).hexdigest()


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


Option = TypeVar("Option", DateOption, PlaceOption)


def _settled(options: list[Option]) -> Option | None:
    """The chosen option; the only one where Vyte names none."""
    for option in options:
        if option.chosen:
            return option
    return options[0] if len(options) == 1 else None


def cancelled_at(payload: dict[str, Any]) -> dt.datetime | None:
    """Vyte's time at which a payload with a cancellation was last written; None without a cancellation."""
    if not payload.get("cancelled"):
        return None
    return _latest(as_datetime(payload.get("cancelled")), revision(payload))


def revision(payload: dict[str, Any]) -> dt.datetime | None:
    """Vyte's time of the last change of an event: the later of two fields, as a confirmation may set only one."""
    return _latest(
        as_datetime(payload.get("updatedAt")),
        as_datetime(as_dict(payload.get("confirmed")).get("updated_at")),
    )


def _latest(*instants: dt.datetime | None) -> dt.datetime | None:
    return max((when for when in instants if when), default=None)


def read_answer(payload: object) -> EventAnswer:
    """An event as it came; raises Unreadable when it is no object, no event, or has no usable ``_id``."""
    if not isinstance(payload, dict):
        raise Unreadable("an event that is not a JSON object")
    key = identifier(payload.get("_id"))
    if not key:
        raise Unreadable("an event without a usable _id")
    if payload.keys().isdisjoint(EVENT_KEYS):
        raise Unreadable(f"something for {key} that is no event")
    try:
        encoded = msgspec.json.encode(payload)
    except (ValueError, OverflowError, RecursionError):
        # A lone surrogate, an integer over 64 bits, or deep nesting.
        encoded = msgspec.json.encode(clean(payload))
    return EventAnswer(key, encoded)


def parse_event(payload: object) -> ParsedEvent:
    """Parse an event ("The event object"); raises Unreadable as ``read_answer`` does."""
    return parse_record(read_answer(payload).record())


def parse_record(record: EventRecord) -> ParsedEvent:
    """Parse the record of an event ("The event object")."""
    data: dict[str, Any] = msgspec.json.decode(record.json)
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
        **_status(data),
        "fingerprint": record.fingerprint,
        "data": data,
    }
    settled_at = as_datetime(as_dict(data.get("confirmed")).get("updated_at")) or columns["vyte_updated_at"]
    return ParsedEvent(record.vyte_id, columns, settled_at, invitees(data), groups(data))


def _status(data: dict[str, Any]) -> dict[str, Any]:
    """The status of the meeting, and its time and place once it is confirmed."""
    settled = as_dict(data.get("confirmed")).get("flag") is True
    status = "cancelled" if data.get("cancelled") else "confirmed" if settled else "planning"
    date = _settled(dates(data)) if settled else None
    place = _settled(places(data)) if settled else None
    zone, all_day = text(data.get("timezone"), 64), date.all_day if date else False
    start, end = _times(date, zone)
    return {
        "status": status,
        "starts_at": start,
        "ends_at": end,
        "lasts_until": lasts_until(start, end, all_day=all_day, zone=zone),
        "all_day": all_day,
        "place_name": place.name if place else "",
        "place_address": place.address if place else "",
    }


def _times(date: DateOption | None, zone: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Start and end of the settled date; whole days begin and end at midnight where the meeting takes place."""
    if date is None or date.start is None:
        return None, None
    return span(date.start, date.end, zone) if date.all_day else (date.start, date.end)


def invitees(data: dict[str, Any]) -> tuple[InviteeRecord, ...]:
    """The invitees of an event payload, each once, in Vyte's order."""
    found: dict[tuple[str, str], InviteeRecord] = {}
    for item in as_dicts(data.get("invitees")):
        key, address = identifier(item.get("_id")), email(item.get("email"))
        if key or address:
            person = InviteeRecord(
                key, address, text(item.get("full_name"), 255), text(item.get("phone"), 64)
            )
            found.setdefault((key, address), person)
    return tuple(found.values())


def groups(data: dict[str, Any]) -> tuple[str, ...]:
    """The ids of the groups an event payload belongs to, each once, in Vyte's order."""
    value = as_dict(data.get("third_party")).get("group_ids")
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(group for group in map(group_id, items) if group))


def user(payload: object) -> dict[str, Any]:
    """The user in a payload: bare, as ``{"user": {…}}`` (Vyte's guide to booking pages), or as ``{"user": id}``."""
    data = as_dict(payload)
    if identifier(data.get("_id")):
        return data
    nested = data.get("user")
    return user(nested) if isinstance(nested, dict) else {"_id": nested} if identifier(nested) else data


def emails(data: dict[str, Any]) -> tuple[str, ...]:
    """The addresses of a user payload ("Users"), the first one first."""
    given = data.get("emails")
    listed = given if isinstance(given, list) and given else [data.get("email")]
    return tuple(address for address in map(email, listed) if address)


def parse_user(payload: object) -> ParsedUser:
    """Parse a user ("Users"), also one inside ``{"user": …}``; raises Unreadable without a usable ``_id``."""
    data = user(payload)
    key = identifier(data.get("_id"))
    if not key:
        raise Unreadable("a user without a usable _id")
    first = next(iter(emails(data)), "")
    names = (data.get("full_name"), f"{text(data.get('first_name'), 120)} {text(data.get('last_name'), 120)}")
    organization = as_dict(as_dict(data.get("account")).get("organization"))
    full_name = next((name for name in (text(value, 255) for value in names) if name), "")
    return ParsedUser(key, first, full_name, extid(organization.get("extid")))
