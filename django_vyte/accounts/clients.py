"""A client that speaks to Vyte as a linked team; ``Team.client`` is bound to it in ``AppConfig.ready``."""

from __future__ import annotations

from typing import Any

from django_vyte.client import VyteClient
from django_vyte.db import fresh
from django_vyte.exceptions import AccountError
from django_vyte.models import ApiKey


def client_for(team_id: int, **options: Any) -> VyteClient:
    """A client with the newest active key of a team, by its primary key; ``options`` are those of ``VyteClient``.

    Raises VyteError when the team has no active key, DecryptionError when it cannot be read.
    """
    keys = fresh(ApiKey.objects.all()).filter(team_id=team_id, status=ApiKey.Status.ACTIVE)
    row = keys.order_by("-pk").first()
    if row is None:
        raise AccountError("This team has no active API key. Link it again: manage.py vyte_link_team.")
    return VyteClient(row.key, **options)
