"""``vyte.auth``, ``vyte.organizations`` and ``vyte.api_keys``: the key of this client, and its organization."""

from __future__ import annotations

from django_vyte.client.arguments import segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import ApiKey, Organization, OrganizationWithMembers


class Auth(Resource):
    """``vyte.auth``: v2 guide, Getting started."""

    def test(self) -> Organization:
        """The organization of this key; ``AuthenticationFailed`` when the key is not valid.

        ``GET /v2/auth/test``

        >>> vyte.auth.test()["_id"] == organization_id
        True
        """
        return self._read("GET", "/v2/auth/test", Organization)


class Organizations(Resource):
    """``vyte.organizations``: v1 documentation, Teams."""

    def retrieve(self) -> OrganizationWithMembers:
        """The organization (v1: team) of this key, with its members and admins.

        ``GET /users/organizations``

        >>> vyte.organizations.retrieve()["_id"] == organization_id
        True
        """
        return self._read("GET", "/users/organizations", OrganizationWithMembers)


class ApiKeys(Resource):
    """``vyte.api_keys``: v1 documentation, API keys."""

    def retrieve(self) -> ApiKey:
        """The team's key, always the same one until it is deleted.

        ``GET /api/keys/team``

        >>> vyte.api_keys.retrieve()["_id"] == key_id
        True
        """
        return self._read("GET", "/api/keys/team", ApiKey)

    def delete(self, key_id: str) -> None:
        """Revoke a key by its ``_id``; the next call with it is an ``AuthenticationFailed``.

        ``DELETE /api/keys/:key_id``

        >>> vyte.api_keys.delete(key_id)
        """
        self._send("DELETE", f"/api/keys/{segment(key_id, 'key_id')}")
