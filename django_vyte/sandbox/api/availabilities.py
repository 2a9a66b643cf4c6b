"""Availabilities, when users can be booked: ``/v2/users/:user_id/availabilities``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world import schedules
from django_vyte.sandbox.world.state import JSON

PATH = "/v2/users/<user_id>/availabilities"


def retrieve_availability(exchange: Exchange, user_id: str) -> Response:
    """GET …/availabilities: the default one when the user has set none."""
    return json_answer(schedules.schedule_of(exchange.state, own_user(exchange, user_id)))


def set_availability(exchange: Exchange, user_id: str) -> Response:
    """POST …/availabilities: what is left out becomes the default."""
    return json_answer(
        schedules.set_schedule(exchange.state, own_user(exchange, user_id), exchange.json_object())
    )


def update_availability(exchange: Exchange, user_id: str) -> Response:
    """PUT …/availabilities: what is left out stays, days that are not named as well."""
    return json_answer(
        schedules.update_schedule(exchange.state, own_user(exchange, user_id), exchange.json_object())
    )


def delete_availability(exchange: Exchange, user_id: str) -> Response:
    """DELETE …/availabilities: the default from now on; answers how many there were."""
    known = exchange.state.availabilities.pop(own_user(exchange, user_id)["_id"], None)
    return json_answer({"n": int(known is not None), "ok": 1})


def own_user(exchange: Exchange, user_id: str) -> JSON:
    """The user with that id; refused with 404, or 403 when it is not one of the asking organization."""
    return exchange.state.owned(exchange.state.users, user_id, exchange.owner)


RULES = [
    route(PATH, "GET", retrieve_availability),
    route(PATH, "POST", set_availability),
    route(PATH, "PUT", update_availability),
    route(PATH, "DELETE", delete_availability),
]
