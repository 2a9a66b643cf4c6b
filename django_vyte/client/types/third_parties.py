"""Third-party apps."""

from __future__ import annotations

from typing import TypedDict


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
