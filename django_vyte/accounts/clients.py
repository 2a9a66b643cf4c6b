"""A client that speaks to Vyte as a linked team; ``Team.client`` is bound to it in ``AppConfig.ready``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_vyte.db import fresh
from django_vyte.exceptions import AccountError
from django_vyte.models import ApiKey
from django_vyte.redaction import HasSecretValue

if TYPE_CHECKING:
    from django_vyte.client import VyteClient


def client_for(team_id: int, *, record: bool = True, **options: Any) -> VyteClient:
    """A client with the newest active key of a team, by its primary key; ``options`` are those of ``VyteClient``.

    ``record`` keeps on the team's page whether Vyte accepts the key. Raises VyteError when the team has no active key,
    DecryptionError when it cannot be read.
    """
    keys = fresh(ApiKey.objects.all()).filter(team_id=team_id, status=ApiKey.Status.ACTIVE)
    rows = keys.select_related("team").only("key", "status", "team__problem")
    row = rows.order_by("-pk").first()
    if row is None:
        raise AccountError("This team has no active API key. Link it again: manage.py vyte_link_team.")
    if not record:
        return new_client(row.key, **options)
    # As in new_client: loaded when it is needed.
    from django_vyte.accounts.team_client import TeamClient

    return TeamClient(row, **options)


def new_client(key: str | HasSecretValue, **options: Any) -> VyteClient:
    """A client with any key. Only the first one loads the HTTP stack, which a process can start without."""
    from django_vyte.client import VyteClient

    return VyteClient(key, **options)
