"""Calls that were received, for tests of what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_vyte import inbox

if TYPE_CHECKING:
    from django_vyte.models import Delivery, Team


def kept(team: Team | None, raw: bytes) -> Delivery:
    """A call as the endpoint keeps it, less its headers."""
    delivery = inbox.draft("vyte", raw, {})
    delivery.team = team
    delivery.save(force_insert=True)
    return delivery
