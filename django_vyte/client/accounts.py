"""The account behind a key: what it is, its key, its users."""

from __future__ import annotations

from django_vyte.client.arguments import segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import ApiKey, Organization, User


class Auth(Resource):
    """``vyte.auth``: v2 guide, Getting started."""

    def test(self) -> Organization:
        """The organization of this key; ``AuthenticationFailed`` when the key is not valid."""
        return self._read("GET", "/v2/auth/test", Organization)


class Organizations(Resource):
    """``vyte.organizations``: v1 documentation, Teams."""

    def retrieve(self) -> Organization:
        """The organization (v1: team) of this key, with its members and admins."""
        return self._read("GET", "/users/organizations", Organization)


class ApiKeys(Resource):
    """``vyte.api_keys``: v1 documentation, API keys."""

    def retrieve(self) -> ApiKey:
        """The team's key, always the same one until it is deleted."""
        return self._read("GET", "/api/keys/team", ApiKey)

    def delete(self, key_id: str) -> None:
        """Revoke a key by its ``_id``."""
        self._send("DELETE", f"/api/keys/{segment(key_id)}")


class Users(Resource):
    """``vyte.users``: v2 documentation, Users."""

    def retrieve(self, user_id: str) -> User:
        """One user of the organization."""
        return self._read("GET", f"/v2/users/{segment(user_id)}", User)
