"""The shape of Vyte's objects, for editors and type checkers.

Every key may be missing and others come without notice; nothing is checked or removed when the program runs.
Instants are texts in ISO 8601, with an offset spelt ``Z``, ``+01:00`` or ``+0100``.
"""

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


class Organization(TypedDict, total=False):
    """The account that an API key belongs to (v1 calls it a team)."""

    _id: str
    name: str
    private: bool
    members: list[str]
    admins: list[str]
    plan: str


class ApiKey(TypedDict, total=False):
    """An API key; ``_id`` is what deletes it."""

    _id: str
    key: str
    organization: str
    user: str
    scope: str


class Hook(TypedDict, total=False):
    """A webhook subscription."""

    _id: str
    action: str
    target_url: str
    organization: str
    scope: str


class SlotTime(TypedDict, total=False):
    """One end of a slot."""

    dateTime: str


class Slot(TypedDict, total=False):
    """A free time."""

    start: SlotTime
    end: SlotTime


class NextAvailability(TypedDict, total=False):
    """When the next free time is, told when none is in the days asked for."""

    availableDate: str
    availableSlot: Slot


class Slots(TypedDict, total=False):
    """Free times in a row."""

    slots: list[Slot]
    timezone: str
    nextAvailability: NextAvailability


class DaySlots(TypedDict, total=False):
    """The free times of one day."""

    slots: list[Slot]


class SlotsByDay(TypedDict, total=False):
    """Free times by day, ``YYYY-MM-DD``."""

    days: dict[str, DaySlots]
    timezone: str
    nextAvailability: NextAvailability


class UserOrganization(TypedDict, total=False):
    """A user's place in an organization; ``extid`` is what was passed to the join link."""

    id: str
    name: str
    extid: str
    admin: bool


class Account(TypedDict, total=False):
    """What a user's subscription says."""

    organization: UserOrganization
    plan: str


class User(TypedDict, total=False):
    """Someone who signed up to Vyte."""

    _id: str
    first_name: str
    last_name: str
    full_name: str
    emails: list[str]
    timezone: str
    language: str
    account: Account


class Contact(TypedDict, total=False):
    """Whom Vyte writes to about a third-party app."""

    email: str
    name: str


class ThirdParty(TypedDict, total=False):
    """A third-party app; ``_id`` is its ``app_id``."""

    _id: str
    name: str
    secret: str
    contact: Contact


class Token(TypedDict, total=False):
    """A creator token."""

    token: str
