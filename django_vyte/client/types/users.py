"""People who signed up to Vyte."""

from __future__ import annotations

from typing import TypedDict


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
