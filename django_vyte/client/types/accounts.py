"""The account behind a key."""

from __future__ import annotations

from typing import TypedDict


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
