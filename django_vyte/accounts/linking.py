"""Links a Vyte team: verifies an API key with Vyte, and stores it encrypted with its ``Team``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.debug import sensitive_variables

from django_vyte.accounts.clients import new_client
from django_vyte.accounts.problems import Kind, set_problem
from django_vyte.db import atomic, fresh
from django_vyte.exceptions import DecryptionError, UnexpectedAnswer, VyteError
from django_vyte.models import ApiKey as StoredKey
from django_vyte.models import Team
from django_vyte.payloads import values

if TYPE_CHECKING:
    from django_vyte.client import VyteClient
    from django_vyte.client.types import ApiKey, Organization


@sensitive_variables()
def link(key: str) -> Team:
    """Verify an API key with Vyte and store it; it becomes the only active key of its team.

    White space around the key is ignored, and linking the same key again changes nothing. Raises VyteError, with
    nothing stored, when Vyte does not accept the key; no error shows it. Asks ``GET /v2/auth/test`` ("Getting started")
    and ``GET /api/keys/team`` ("API keys").
    """
    key = key.strip()
    try:
        client = new_client(key)
    except ValueError as error:
        raise VyteError(str(error)) from None
    with client:
        organization = client.auth.test()
        details = _key_details(client, key)
    vyte_id = values.identifier(organization.get("_id"))
    if not vyte_id:
        raise UnexpectedAnswer("GET /v2/auth/test: the answer does not say whose key this is")
    with atomic(Team):
        team = _save_team(vyte_id, organization)
        if not _is_in_use(team, key):
            _save_key(team, key, details)
        set_problem(team.pk, Kind.KEY, "")
    return team


@sensitive_variables()
def _key_details(client: VyteClient, key: str) -> ApiKey:
    """Vyte's object of this key; empty when Vyte does not answer, because the key works without it."""
    try:
        details = client.api_keys.retrieve()
    except VyteError:
        return {}
    return details if details.get("key") in (None, key) else {}


def _save_team(vyte_id: str, organization: Organization) -> Team:
    """The team, locked until the transaction ends, so that only one of two keys linked at once is active."""
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
    """Whether ``key`` is the newest active key of the team; False when that one cannot be decrypted."""
    active = fresh(team.api_keys.all()).filter(status=StoredKey.Status.ACTIVE)
    newest = active.order_by("-pk").first()
    try:
        return newest is not None and newest.key == key
    except DecryptionError:
        return False


@sensitive_variables()
def _save_key(team: Team, key: str, details: ApiKey) -> None:
    team.api_keys.filter(status=StoredKey.Status.ACTIVE).update(status=StoredKey.Status.REVOKED)
    team.api_keys.create(
        key=key,
        hint=key[-4:],
        vyte_id=values.identifier(details.get("_id")),
        scope=values.text(details.get("scope"), 32),
    )
