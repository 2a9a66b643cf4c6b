"""``VyteContext``: what the webhook calls of one team share while a worker handles them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone

from django_vyte.accounts.clients import client_for
from django_vyte.db import fresh
from django_vyte.exceptions import AuthenticationFailed, VyteError
from django_vyte.inbox.sources import Context, UnknownAccount
from django_vyte.models import Team

if TYPE_CHECKING:
    from django_vyte.client import VyteClient


class Answer(NamedTuple):
    """When an event was asked for, and its payload, which raises VyteError where Vyte did not give it."""

    as_of: datetime
    payload: Callable[[], object]


@dataclass
class VyteContext(Context):
    """The team and its client, each read when it is first needed, and answers that are already there."""

    answers: dict[str, Answer] = field(default_factory=dict)

    @cached_property
    def team(self) -> Team:
        """The team; UnknownAccount when it was deleted."""
        team = fresh(Team.objects.all()).filter(pk=self.team_id).first()
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

    @cached_property
    def client_of_threads(self) -> VyteClient:
        """Leaves the database alone; ``ask`` asks with a refused key again, and has it recorded."""
        return client_for(self.team_id, record=False)

    def prefetch(self, vyte_ids: Collection[str]) -> None:
        """Ask Vyte for these events at the same time, and wait for every answer: ``ask`` gives them out."""
        retrieve = self.client_of_threads.events.retrieve
        threads = ThreadPoolExecutor(len(vyte_ids), "django-vyte-fetch")
        try:
            asked = {key: (timezone.now(), threads.submit(retrieve, key)) for key in vyte_ids}
            wait([future for _, future in asked.values()])
        finally:
            # An order to stop waits for no answer.
            threads.shutdown(wait=False, cancel_futures=True)
        for key, (as_of, future) in asked.items():
            if not isinstance(future.exception(), AuthenticationFailed):
                self.answers[key] = Answer(as_of, future.result)

    def ask(self, vyte_id: str) -> Answer:
        """What Vyte says about an event: what was prefetched, or what it says when the payload is called for."""
        prefetched = self.answers.pop(vyte_id, None)
        return prefetched or Answer(timezone.now(), partial(self.client.events.retrieve, vyte_id))


def is_team_pk(account: str) -> bool:
    """Whether this text can be the primary key of a team."""
    return account.isascii() and account.isdigit() and len(account) < 19
