"""Meetings."""

from __future__ import annotations

from typing import Any, NotRequired, Required, TypedDict


class Creator(TypedDict, total=False):
    """Who created something; in the event of a booking page, whose page it is."""

    user: str
    email: str
    full_name: str
    picture_url: str


class Vote(TypedDict, total=False):
    """One vote for or against a date or a place."""

    _id: str
    created_by: Creator


class Votes(TypedDict, total=False):
    """All votes on a date or a place."""

    yes: list[Vote]
    no: list[Vote]


class EventDate(TypedDict, total=False):
    """A date suggested or confirmed."""

    _id: str
    date: str
    end_date: str
    all_day: bool
    confirmed: bool
    votes: Votes
    created_by: Creator


class EventPlace(TypedDict, total=False):
    """A place suggested or confirmed; ``address`` may be a street, a phone number or a video link."""

    _id: str
    name: str
    address: str
    source: str
    votes: Votes
    created_by: Creator


class Invitee(TypedDict, total=False):
    """Someone invited; ``_id`` is the invitee's, ``user`` that of the Vyte user behind it."""

    _id: str
    email: str
    full_name: str
    phone: str
    user: str


class Confirmed(TypedDict, total=False):
    """What an event's confirmation decided; ``updated_at`` is also moved by a cancellation."""

    flag: bool
    updated_at: str | None
    date_id: str
    place_id: str


class ThirdPartyReference(TypedDict, total=False):
    """The third-party app and the groups that an event belongs to."""

    app: str
    name: str
    group_ids: list[str]


Message = TypedDict("Message", {"_id": str, "from": str, "body": str, "created_by": Creator}, total=False)


class Event(TypedDict, total=False):
    """A meeting (v2 documentation, "The event object")."""

    _id: str
    title: str
    confirmed: Confirmed
    cancelled: str
    created_by: Creator
    dates: list[EventDate]
    places: list[EventPlace]
    invitees: list[Invitee]
    messages: list[Message]
    third_party: ThirdPartyReference
    vyteme: bool
    lang: str
    locale: str
    timezone: str
    createdAt: str
    updatedAt: str
    key_store: Any  # a credential: never store, log or show it


class EventFilters(TypedDict, total=False):
    """What ``events.list`` and ``events.iterate`` take; ``None`` is the same as leaving it out."""

    filter: str | None
    q: str | None
    limit: int | None
    creator_users: list[str] | None
    creator_emails: list[str] | None
    invitee_users: list[str] | None
    invitee_emails: list[str] | None
    app_id: str | None
    group_ids: list[str] | None


class NewInvitee(TypedDict):
    """Someone to invite."""

    email: Required[str]
    full_name: NotRequired[str]
    phone: NotRequired[str]
