"""Users: ``/v2/users``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.exchange import Exchange, json_answer, route


def retrieve_user(ask: Exchange, user_id: str) -> Response:
    """GET /v2/users/:user_id."""
    return json_answer(ask.state.owned(ask.state.users, user_id, ask.owner))


RULES = [route("/v2/users/<user_id>", "GET", retrieve_user)]
