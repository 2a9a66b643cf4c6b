"""Webhook subscriptions."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Hook(TypedDict):
    """A webhook subscription; ``target_url`` is as secret as what it lets in."""

    _id: str
    action: str
    target_url: str
    organization: NotRequired[str]
    scope: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]
