"""Third-party apps."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Contact(TypedDict, total=False):
    """Whom Vyte writes to about a third-party app."""

    email: str
    name: str


class ThirdParty(TypedDict):
    """A third-party app; ``_id`` is its ``app_id``, ``secret`` signs its links."""

    _id: str
    name: str
    secret: str
    contact: NotRequired[Contact]
    organization: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class Token(TypedDict):
    """A creator token."""

    token: str
