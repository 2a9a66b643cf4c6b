"""The account behind a key."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Organization(TypedDict):
    """The account that an API key belongs to (v1 calls it a team); members and admins are ids of users."""

    _id: str
    name: str
    private: bool
    members: list[str]
    admins: list[str]
    lang: NotRequired[str]
    plan: NotRequired[str]
    superadmin_team: NotRequired[str]
    free_trial_days: NotRequired[int]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class ApiKey(TypedDict, total=False):
    """An API key; ``_id`` is what deletes it. What a key may read about itself is not documented."""

    _id: str
    key: str
    organization: str
    user: str
    scope: str
    createdAt: str
    updatedAt: str
