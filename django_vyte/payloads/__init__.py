"""Parses Vyte's JSON into what the mirror stores: no models, no network.

``events`` knows Vyte's events and users, ``days`` its all-day dates. ``values`` (single values), ``zones`` (names of
time zones) and ``cleaning`` (JSON made fit to be stored) know nothing of Vyte.
"""

from django_vyte.payloads.days import day
from django_vyte.payloads.events import (
    BOOKKEEPING,
    CREDENTIALS,
    DateOption,
    EventAnswer,
    EventRecord,
    InviteeRecord,
    ParsedEvent,
    ParsedUser,
    PlaceOption,
    Unreadable,
    cancelled_at,
    dates,
    emails,
    groups,
    invitees,
    parse_event,
    parse_record,
    parse_user,
    places,
    read_answer,
    revision,
    user,
)

__all__ = [
    "BOOKKEEPING",
    "CREDENTIALS",
    "DateOption",
    "EventAnswer",
    "EventRecord",
    "InviteeRecord",
    "ParsedEvent",
    "ParsedUser",
    "PlaceOption",
    "Unreadable",
    "cancelled_at",
    "dates",
    "day",
    "emails",
    "groups",
    "invitees",
    "parse_event",
    "parse_record",
    "parse_user",
    "places",
    "read_answer",
    "revision",
    "user",
]
