"""The client of a linked team: it notices that Vyte refuses the team's key."""

from __future__ import annotations

import logging
from typing import Any

from django.db import Error

from django_vyte.accounts.problems import Kind, set_problem
from django_vyte.client import VyteClient
from django_vyte.db import fresh
from django_vyte.models import ApiKey

logger = logging.getLogger(__name__)


class TeamClient(VyteClient):
    """Records in ``Team.problem`` that Vyte refuses the team's key, until Vyte accepts it again.

    Whatever asks Vyte for a team does it through this class, so a refusal (401) is seen whoever asked. A 403 is about
    one request and is kept by the work that made it.
    """

    def __init__(self, row: ApiKey, **options: Any) -> None:
        super().__init__(row.key, **options)
        self._row = row
        self._is_refused = any(line.startswith(Kind.KEY) for line in row.team.problem.splitlines())
        self._http.on_answer = self._note

    def _note(self, what: str, status: int) -> None:
        is_accepted = 200 <= status < 300
        if self._is_refused is not is_accepted or not (is_accepted or status == 401):
            return
        self._is_refused = not is_accepted
        active = fresh(ApiKey.objects.all()).filter(pk=self._row.pk, status=ApiKey.Status.ACTIVE)
        try:
            # The answer to a key that was replaced meanwhile says nothing about the new one.
            if active.exists():
                set_problem(self._row.team_id, Kind.KEY, "" if is_accepted else f"{what} answered {status}.")
        except Error:
            # What was asked for is worth more than the note.
            logger.exception("Team %s: whether Vyte accepts its key could not be kept", self._row.team_id)
