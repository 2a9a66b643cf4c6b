"""Webhook subscriptions."""

from __future__ import annotations

from typing import TypedDict


class Hook(TypedDict, total=False):
    """A webhook subscription."""

    _id: str
    action: str
    target_url: str
    organization: str
    scope: str
