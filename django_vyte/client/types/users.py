"""People who signed up to Vyte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from django_vyte.client.types.availabilities import NewAvailability
from django_vyte.client.types.booking_pages import NewPageSettings
from django_vyte.client.types.scalars import Zone


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
    free_trial_days: int
    free_trial_started: str
    free_trial_until: str
    app_url: str


class ConnectedCalendars(TypedDict, total=False):
    """Which kinds of calendar a user connected."""

    google: bool
    office365: bool
    exchange: bool
    icloud: bool
    caldav: bool


class Consent(TypedDict, total=False):
    """What a user agreed to, and when."""

    terms: str


class GoogleAccount(TypedDict, total=False):
    """The Google account that a user connected."""

    id: str
    email: str
    picture: str
    token: str  # do not store, log or show it
    last_contacts_fetch: str
    last_profile_fetch: str


class User(TypedDict):
    """Someone who signed up to Vyte; ``emails`` has one."""

    _id: str
    first_name: str
    last_name: str
    full_name: str
    emails: list[str]
    timezone: str
    language: str
    account: Account
    calendars: ConnectedCalendars
    picture_url: NotRequired[str]
    signedup_with: NotRequired[str]
    calendarList: NotRequired[str]
    consent: NotRequired[Consent]
    google: NotRequired[GoogleAccount]
    modules: NotRequired[dict[str, bool]]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class SavedUser(TypedDict):
    """A user created or updated, beside a link to complete the registration if one was asked for."""

    user: User


class NewUserOrganization(TypedDict, total=False):
    """``extid`` is your own id of the user."""

    extid: str


class NewAccount(TypedDict, total=False):
    """A user's place in the organization."""

    organization: NewUserOrganization


class UserFields(TypedDict, total=False):
    """What is known of a user. Vyte's prose has ``emails``, a list of one, its samples ``email``."""

    id: str
    email: str
    emails: list[str]
    first_name: str
    last_name: str
    timezone: Zone
    language: str
    picture_url: str
    account: NewAccount


class Credentials(TypedDict):
    """With what someone logs in."""

    username: str
    password: str
    server: NotRequired[str]


class Login(TypedDict):
    """With what a user logs in to Vyte."""

    credentials: Credentials


class ExchangeCalendar(TypedDict):
    """An Exchange calendar to connect; ``source`` is ``exchange``."""

    source: str
    credentials: Credentials


class UserPage(TypedDict, total=False):
    """A user's booking page."""

    nickname: str
    message: str
    custom: NewPageSettings


class UserChange(TypedDict, total=False):
    """What is to change of a user and around them."""

    organization: str
    user: UserFields
    finish_signup_with: str
    login: Login
    availability: NewAvailability
    vyteme: UserPage
    calendars: Sequence[ExchangeCalendar]


class NewUser(TypedDict):
    """A user to create, and what is to be set up around them.

    ``organization`` is its id. ``finish_signup_with="email"`` lets them complete the registration by a link,
    and excludes ``login``.
    """

    organization: str
    user: UserFields
    finish_signup_with: NotRequired[str]
    login: NotRequired[Login]
    availability: NotRequired[NewAvailability]
    vyteme: NotRequired[UserPage]
    calendars: NotRequired[Sequence[ExchangeCalendar]]
