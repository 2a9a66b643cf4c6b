"""Meetings: what Vyte answers, then what is sent to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from django_vyte.client.types.scalars import Instant, Zone


class Creator(TypedDict, total=False):
    """Who created something; in the event of a booking page, whose page it is."""

    user: str
    email: str
    full_name: str
    picture_url: str


class Vote(TypedDict):
    """One vote for or against a date or a place."""

    _id: str
    created_by: Creator
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class Votes(TypedDict):
    """All votes on a date or a place."""

    yes: list[Vote]
    no: list[Vote]


class EventDate(TypedDict):
    """A date suggested or confirmed."""

    date: str
    end_date: str
    all_day: bool
    _id: NotRequired[str]
    confirmed: NotRequired[bool]
    confirmed_invitees: NotRequired[list[Any]]
    votes: NotRequired[Votes]
    created_by: NotRequired[Creator]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class EventPlace(TypedDict):
    """A place suggested or confirmed; ``address`` may be a street, a phone number or a video link."""

    name: str
    _id: NotRequired[str]
    address: NotRequired[str]
    icon: NotRequired[str]
    source: NotRequired[str]
    votes: NotRequired[Votes]
    created_by: NotRequired[Creator]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class Voted(TypedDict, total=False):
    """What an invitee has voted on."""

    dates: bool
    places: bool


class InviteeStats(TypedDict, total=False):
    """What an invitee has done."""

    voted: Voted


class Invitee(TypedDict):
    """Someone invited; ``_id`` is the invitee's, ``user`` that of the Vyte user behind it."""

    email: str
    _id: NotRequired[str]
    full_name: NotRequired[str]
    phone: NotRequired[str]
    user: NotRequired[str]
    picture_url: NotRequired[str]
    timezone: NotRequired[str]
    locale: NotRequired[str]
    star: NotRequired[bool]
    su: NotRequired[bool]
    stats: NotRequired[InviteeStats]
    created_by: NotRequired[Creator]


class Confirmed(TypedDict):
    """What an event's confirmation decided; ``updated_at`` is also moved by a cancellation."""

    flag: bool
    updated_at: NotRequired[str | None]
    date_id: NotRequired[str | None]
    place_id: NotRequired[str | None]
    multi: NotRequired[bool]


class ThirdPartyReference(TypedDict, total=False):
    """The third-party app and the groups that an event belongs to; ``ct`` is a credential."""

    app: str
    name: str
    ct: str
    group_ids: list[str]


class _Sent(TypedDict, total=False):
    _id: str
    created_by: Creator
    createdAt: str
    updatedAt: str


# "from" is no name that a class can have.
_Sender = TypedDict("_Sender", {"from": str}, total=False)


class Message(_Sent, _Sender, total=True):
    """What someone wrote to everybody; ``from`` is an email."""

    body: str


class Event(TypedDict):
    """A meeting (v2 documentation, "The event object").

    The lists are documented, and yet Vyte leaves some out of some answers.
    """

    title: str
    confirmed: Confirmed
    created_by: Creator
    lang: str
    locale: str
    _id: NotRequired[str]  # missing from webhook calls only
    cancelled: NotRequired[str]
    dates: NotRequired[list[EventDate]]
    places: NotRequired[list[EventPlace]]
    invitees: NotRequired[list[Invitee]]
    messages: NotRequired[list[Message]]
    declines: NotRequired[list[Any]]
    third_party: NotRequired[ThirdPartyReference]
    timezone: NotRequired[str]
    vyteme: NotRequired[bool]
    invitees_length: NotRequired[int]
    ics_sequence: NotRequired[int]
    version: NotRequired[int]
    email: NotRequired[str]  # what is sent there reaches all participants
    alias: NotRequired[str]
    app_url: NotRequired[str]
    api: NotRequired[bool]
    group_pro: NotRequired[bool]
    identification_alternatives: NotRequired[list[Any]]
    links: NotRequired[Any]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]
    key_store: NotRequired[Any]  # a credential: never store, log or show it


class EventFilters(TypedDict, total=False):
    """What ``events.list`` and ``events.iterate`` take; ``None`` is the same as leaving it out."""

    filter: Literal["confirmed", "upcoming", "future"] | None
    q: str | re.Pattern[str] | None
    limit: int | None
    creator_users: Sequence[str] | None
    creator_emails: Sequence[str] | None
    invitee_users: Sequence[str] | None
    invitee_emails: Sequence[str] | None
    app_id: str | None
    group_ids: Sequence[str] | None


class NewCreator(TypedDict, total=False):
    """Who creates an event: an ``email``, or the id of a ``user``."""

    email: str
    user: str


class NewConfirmed(TypedDict):
    """Whether an event is confirmed from the start."""

    flag: bool


class NewDate(TypedDict):
    """A date to suggest."""

    date: Instant
    end_date: Instant
    all_day: NotRequired[bool]


class NewPlace(TypedDict):
    """A place to suggest; ``address`` may be a street, a phone number, a video link."""

    name: str
    address: NotRequired[str]


class NewInvitee(TypedDict):
    """Someone to invite."""

    email: str
    full_name: NotRequired[str]
    phone: NotRequired[str]


class NewMessage(TypedDict):
    """The first message; it is also in the first email to the invitees."""

    body: str


class NewThirdPartyReference(TypedDict, total=False):
    """The third-party app and the groups to link an event to; ``ct`` is the creator's token."""

    app: str
    ct: str
    group_ids: Sequence[str]


class NewEventFields(TypedDict):
    """What an event to create may have, whoever creates it; ``lang`` and ``locale`` as in ISO 639-1."""

    title: str
    confirmed: NotRequired[NewConfirmed]
    dates: NotRequired[Sequence[NewDate]]
    places: NotRequired[Sequence[NewPlace]]
    invitees: NotRequired[Sequence[NewInvitee]]
    messages: NotRequired[Sequence[NewMessage]]
    third_party: NotRequired[NewThirdPartyReference]
    lang: NotRequired[str]
    locale: NotRequired[str]
    timezone: NotRequired[Zone]
    vyteme: NotRequired[bool]


class NewEvent(NewEventFields):
    """An event to create (v2 documentation, "Create an event")."""

    created_by: NewCreator


class NewTeamEvent(NewEventFields):
    """An event to create with a member of a team: always ``vyteme``, as if booked on a page."""

    created_by: NotRequired[NewCreator]


class EventChanges(TypedDict, total=False):
    """What is to change in an event; ``dates`` and ``places`` are whole lists that replace the others."""

    title: str
    dates: Sequence[NewDate]
    places: Sequence[NewPlace]
