"""The organization of a key, and that key: ``/users/organizations``, ``/api/keys``, ``/v2/auth/test``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import empty_answer, json_answer
from django_vyte.sandbox.world import keys, people
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON, VyteState


def test_auth(exchange: Exchange) -> Response:
    """GET /v2/auth/test: the organization, its members as ids."""
    return json_answer(exchange.state.organizations[exchange.owner])


def retrieve_organization(exchange: Exchange) -> Response:
    """GET /users/organizations (v1): the organization, its members as users."""
    return json_answer(describe_organization(exchange.state, exchange.owner))


def describe_organization(state: VyteState, organization_id: str) -> JSON:
    """An organization with its members as users."""
    return {**state.organizations[organization_id], "members": people.members(state, organization_id)}


def retrieve_key(exchange: Exchange) -> Response:
    """GET /api/keys/team (v1): the key of the organization, the same one until it is deleted."""
    return json_answer(exchange.state.keys[keys.working_key(exchange.state, exchange.owner) or ""])


def delete_key(exchange: Exchange, key_id: str) -> Response:
    """DELETE /api/keys/:key_id (v1): 204, and the key opens nothing any more."""
    if keys.described_by(exchange.state, key_id)["organization"] != exchange.owner:
        raise Refused(404, "no such key")
    keys.delete(exchange.state, key_id)
    return empty_answer()


RULES = [
    route("/v2/auth/test", "GET", test_auth),
    route("/users/organizations", "GET", retrieve_organization, v1=True),
    route("/api/keys/team", "GET", retrieve_key, v1=True),
    route("/api/keys/<key_id>", "DELETE", delete_key, v1=True),
]
