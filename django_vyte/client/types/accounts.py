"""The account behind a key."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from django_vyte.client.types.users import Account, ConnectedCalendars


class OrganizationFields(TypedDict):
    """What Vyte always says of an account (v1 calls it a team); ``admins`` are ids of users."""

    _id: str
    name: str
    private: bool
    admins: list[str]
    lang: NotRequired[str]
    plan: NotRequired[str]
    superadmin_team: NotRequired[str]
    brand: NotRequired[str]
    free_trial_days: NotRequired[int]
    free_trial_started: NotRequired[str]
    free_trial_until: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class Organization(OrganizationFields):
    """The account that an API key belongs to; ``members`` are ids of users."""

    members: list[str]


class OrganizationMember(TypedDict):
    """A user as an account shows them."""

    _id: str
    full_name: NotRequired[str]
    emails: NotRequired[list[str]]
    picture_url: NotRequired[str]
    account: NotRequired[Account]
    calendars: NotRequired[ConnectedCalendars]


class OrganizationWithMembers(OrganizationFields):
    """The account that an API key belongs to, with its users."""

    members: list[OrganizationMember]


class ApiKey(TypedDict, total=False):
    """An API key; ``_id`` is what deletes it. What a key may read about itself is not documented."""

    _id: str
    key: str
    organization: str
    user: str
    scope: str
    createdAt: str
    updatedAt: str
