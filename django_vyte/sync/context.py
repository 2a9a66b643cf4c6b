"""``VyteContext``: what the webhook calls of one team share while a worker handles them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django_vyte.accounts.clients import client_for
from django_vyte.client import VyteClient
from django_vyte.exceptions import VyteError
from django_vyte.inbox.sources import Context, UnknownAccount
from django_vyte.models import Team


@dataclass
class VyteContext(Context):
    """The team and its client, each read when it is first needed."""

    @cached_property
    def team(self) -> Team:
        """The team; UnknownAccount when it was deleted."""
        team = Team.objects.filter(pk=self.team_id).first()
        if team is None:
            raise UnknownAccount("The team of this call is not linked any more.")
        return team

    @property
    def team_id(self) -> int:
        """The primary key of the team, which may be deleted by now; UnknownAccount where it cannot be one."""
        if not is_team_pk(self.account):
            raise UnknownAccount("The team of this call is not linked any more.")
        return int(self.account)

    @cached_property
    def client(self) -> VyteClient:
        """Speaks to Vyte as the team; VyteError when it has no key, UnknownAccount when it was deleted."""
        try:
            return client_for(self.team_id)
        except VyteError:
            _ = self.team
            raise


def is_team_pk(account: str) -> bool:
    """Whether this text can be the primary key of a team."""
    return account.isascii() and account.isdigit() and len(account) < 19
