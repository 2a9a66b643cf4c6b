"""API keys: which of them work, and revoking, renewing and deleting one. A revoked key stays and opens nothing."""

from __future__ import annotations

from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON, VyteState


def owner_of_key(state: VyteState, key: str) -> str | None:
    """The organization that a key opens; None for one that is unknown, deleted or revoked."""
    described = state.keys.get(key)
    if described is None or described.get("revoked"):
        return None
    return str(described["organization"])


def working_key(state: VyteState, organization_id: str) -> str | None:
    """The key of an organization that works; None when all of its keys are revoked or deleted."""
    return next((key for key in state.keys if owner_of_key(state, key) == organization_id), None)


def described_by(state: VyteState, key_id: str) -> JSON:
    """The key with that id; refused with 404 when there is none."""
    for described in state.keys.values():
        if described["_id"] == key_id:
            return described
    raise Refused(404, "no such key")


def revoke(state: VyteState, key_id: str) -> None:
    """From now on the key opens nothing."""
    described_by(state, key_id)["revoked"] = True


def delete(state: VyteState, key_id: str) -> None:
    """The key is gone."""
    del state.keys[described_by(state, key_id)["key"]]


def renew(state: VyteState, key_id: str) -> str:
    """A new key of the same organization in place of the old one, which is gone."""
    organization_id = described_by(state, key_id)["organization"]
    delete(state, key_id)
    return state.add_key(organization_id)
