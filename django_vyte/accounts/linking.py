"""Linking a Vyte account: a key that Vyte vouches for becomes a team and an encrypted ``ApiKey``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from django_vyte.client import VyteClient
from django_vyte.exceptions import DecryptionError, UnexpectedAnswer, VyteError
from django_vyte.models import ApiKey as StoredKey
from django_vyte.models import Team
from django_vyte.payloads import values

if TYPE_CHECKING:
    from django_vyte.client.types import ApiKey, Organization


@sensitive_variables()
def link(key: str) -> Team:
    """Verify an API key with Vyte and store it with its team; the key becomes the only active one of that team.

    White space around the key is ignored, and linking the same key again changes nothing. Raises VyteError when the
    key cannot be one or Vyte does not vouch for it, with nothing stored; no error shows the key. Asks
    ``GET /v2/auth/test`` ("Getting started") and ``GET /api/keys/team`` ("API keys").
    """
    key = key.strip()
    try:
        client = VyteClient(key)
    except ValueError as error:
        raise VyteError(str(error)) from None
    with client:
        organization = client.auth.test()
        described = _description(client, key)
    vyte_id = values.identifier(organization.get("_id"))
    if not vyte_id:
        raise UnexpectedAnswer("GET /v2/auth/test: the answer does not say whose key this is")
    with transaction.atomic():
        team = _save_team(vyte_id, organization)
        if not _is_in_use(team, key):
            _save_key(team, key, described)
    return team


@sensitive_variables()
def _description(client: VyteClient, key: str) -> ApiKey:
    """What Vyte says about this key; nothing where it does not tell, for a key works without."""
    try:
        described = client.api_keys.retrieve()
    except VyteError:
        return {}
    return described if described.get("key") in (None, key) else {}


def _save_team(vyte_id: str, organization: Organization) -> Team:
    """The team, locked until the transaction ends, so that of two keys linked at once one is active."""
    shown = {
        "name": values.text(organization.get("name"), 255) or vyte_id,
        "private": organization.get("private") is True,
    }
    team, _ = Team.objects.select_for_update().get_or_create(vyte_id=vyte_id, defaults=shown)
    changed = [name for name, value in shown.items() if getattr(team, name) != value]
    if changed:
        for name in changed:
            setattr(team, name, shown[name])
        team.save(update_fields=changed)
    return team


@sensitive_variables()
def _is_in_use(team: Team, key: str) -> bool:
    """Whether ``key`` is the newest active key of the team. One that cannot be decrypted any more is another key."""
    active = team.api_keys.filter(status=StoredKey.Status.ACTIVE)
    try:
        newest = active.order_by("-pk").first()
    except DecryptionError:
        return False
    return newest is not None and newest.key == key


@sensitive_variables()
def _save_key(team: Team, key: str, described: ApiKey) -> None:
    team.api_keys.filter(status=StoredKey.Status.ACTIVE).update(status=StoredKey.Status.REVOKED)
    team.api_keys.create(
        key=key,
        hint=key[-4:],
        vyte_id=values.identifier(described.get("_id")),
        scope=values.text(described.get("scope"), 32),
    )
