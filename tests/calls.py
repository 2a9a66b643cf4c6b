"""Calls that were received, for tests of what is done with them."""

from __future__ import annotations

from django_vyte.accounts.endpoint import TEAM_OF_TOKEN
from django_vyte.inbox import receiving
from django_vyte.inbox.receiving import AccountLookup
from django_vyte.inbox.sources import SOURCES
from django_vyte.models import Delivery, Team
from django_vyte.models.webhook import digest


def kept(team: Team | None, raw: bytes) -> Delivery:
    """A call as the endpoint stores it, less its headers; without a team, of one that is not linked any more."""
    delivery = receiving.parse(SOURCES["vyte"], raw, {})
    delivery.account = str(team.pk) if team else "0"
    delivery.save(force_insert=True)
    return delivery


def stored_at(token: str, raw: bytes) -> int | None:
    """The key of a call that came to the address with this token, as the endpoint stores it."""
    lookup = AccountLookup(TEAM_OF_TOKEN, (digest(token),))
    return receiving.store(receiving.parse(SOURCES["vyte"], raw, {}), lookup)


class Killed(BaseException):
    """Ends a worker as SIGKILL does: nobody catches it, and nothing is given back."""
