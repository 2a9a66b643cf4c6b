"""The clinic's API: one operation, over the transport that all services share."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django_vyte.exceptions import UnexpectedAnswer
from django_vyte.http import BearerAuth, Http, Service, Timeouts

TIMEOUTS = Timeouts(
    timeout=5, retries=0, deadline=10, list_deadline=60, circuit_failures=0, circuit_seconds=10
)


class ClinicClient:
    """Speaks to the clinic as one practice."""

    def __init__(self, api_url: str, token: str) -> None:
        self._http = Http(api_url, BearerAuth(token), TIMEOUTS, Service("The clinic", "CLINIC"))

    def appointment(self, clinic_id: str) -> dict[str, Any]:
        """``GET /appointments/:id``; NotFound for one that the clinic does not have, VyteError for all else."""
        path = f"/appointments/{quote(clinic_id, safe='')}"
        try:
            answer = json.loads(self._http.request("GET", path))
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("version"), int):
            raise UnexpectedAnswer(f"GET {path}: the answer is no appointment")
        return answer
