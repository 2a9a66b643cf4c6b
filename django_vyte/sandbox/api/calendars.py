"""The calendars that users have connected: ``/v2/users/:user_id/calendars``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.availabilities import own_user
from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world import calendars

PATH = "/v2/users/<user_id>/calendars"


def retrieve_calendars(exchange: Exchange, user_id: str) -> Response:
    """GET …/calendars: the calendar list."""
    return json_answer(calendars.calendars_of(exchange.state, own_user(exchange, user_id)))


def update_calendars(exchange: Exchange, user_id: str) -> Response:
    """PUT …/calendars: the changed calendar list."""
    return json_answer(calendars.update(exchange.state, own_user(exchange, user_id), exchange.json_object()))


def delete_calendar(exchange: Exchange, user_id: str, calendar_id: str) -> Response:
    """DELETE …/calendars/:calendar_id: answers how many there were."""
    calendars.delete(exchange.state, own_user(exchange, user_id), calendar_id)
    return json_answer({"n": 1, "ok": 1})


RULES = [
    route(PATH, "GET", retrieve_calendars),
    route(PATH, "PUT", update_calendars),
    route(f"{PATH}/<calendar_id>", "DELETE", delete_calendar),
]
