"""Users, the members of an organization: ``/v2/users``."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from django_vyte.sandbox.api import booking_pages
from django_vyte.sandbox.api.availabilities import own_user
from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.api.organizations import describe_organization
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world import people, registration
from django_vyte.sandbox.world.bodies import checked
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON


def list_users(exchange: Exchange) -> Response:
    """GET /v2/users: the members of the organization."""
    return json_answer(people.members(exchange.state, exchange.owner))


def retrieve_user(exchange: Exchange, user_id: str) -> Response:
    """GET /v2/users/:user_id."""
    return json_answer(own_user(exchange, user_id))


def create_user(exchange: Exchange) -> Response:
    """POST /v2/users: organization and user are required; idempotent by id, extid or email."""
    body = exchange.json_object()
    for name in ("organization", "user"):
        if not body.get(name):
            raise Refused(400, f"{name} is required")
    with registration.all_or_nothing(exchange.state):
        return json_answer(write_one(exchange, body))


def update_user(exchange: Exchange, user_id: str) -> Response:
    """PUT /v2/users/:user_id."""
    with registration.all_or_nothing(exchange.state):
        return json_answer(write_one(exchange, exchange.json_object(), own_user(exchange, user_id)))


def delete_user(exchange: Exchange, user_id: str) -> Response:
    """DELETE /v2/users/:user_id: out of the organization, which is answered; 403 from then on."""
    people.remove(exchange.state, own_user(exchange, user_id), exchange.owner)
    return json_answer(describe_organization(exchange.state, exchange.owner))


def create_users(exchange: Exchange) -> Response:
    """POST /v2/users/batch: what creating each answers; all of them or, when one is refused, none."""
    return write_all(exchange, new=True)


def update_users(exchange: Exchange) -> Response:
    """PUT /v2/users/batch: what updating each answers, named by id, extid or email; all or none."""
    return write_all(exchange, new=False)


def write_all(exchange: Exchange, *, new: bool) -> Response:
    """Writes a list of bodies, bare or as ``users``; each is like that of one user, or ``user`` alone.

    Vyte's documentation lists the operation and says nothing about it.
    """
    body = exchange.body()
    around = {"organization": body.get("organization")} if isinstance(body, dict) else {}
    entries = body.get("users") if isinstance(body, dict) else body
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(400, "users must be an array of objects")
    answers = []
    with registration.all_or_nothing(exchange.state):
        for number, entry in enumerate(entries):
            try:
                answers.append(
                    write_one(
                        exchange, {**around, **(entry if "user" in entry else {"user": entry})}, new=new
                    )
                )
            except Refused as refused:
                raise Refused(refused.status, f"users[{number}]: {refused.message}") from None
    return json_answer(answers)


def write_one(exchange: Exchange, body: JSON, user: JSON | None = None, *, new: bool = True) -> JSON:
    """Writes one body and describes the outcome.

    ``link`` is where to finish signing up, if that was asked for: the documentation does not name it.
    """
    user = registration.write_user(exchange.state, body, exchange.owner, user, new=new)
    if body.get("vyteme"):
        write_page(exchange, user, body["vyteme"])
    if not body.get("finish_signup_with"):
        return {"user": user}
    return {"user": user, "link": f"{exchange.request.host_url}organizations/{exchange.owner}/join"}


def write_page(exchange: Exchange, user: JSON, asked: Any) -> None:
    """Makes the booking page that ``vyteme`` describes, or changes it when it is the user's."""
    if not isinstance(asked, dict):
        raise Refused(400, "vyteme must be an object")
    asked = {**checked(asked, booking_pages.KINDS, ("nickname",)), "belongs_to": user["_id"]}
    page = exchange.state.pages.get(asked["nickname"])
    if page and page["belongs_to"] == user["_id"]:
        booking_pages.check_page(exchange, {name: asked[name] for name in ("custom",) if name in asked})
        page.update(asked)
        exchange.state.touch(page)
    else:
        booking_pages.check_page(exchange, asked)
        booking_pages.make_page(exchange, asked)


RULES = [
    route("/v2/users", "GET", list_users),
    route("/v2/users", "POST", create_user),
    route("/v2/users/batch", "POST", create_users),
    route("/v2/users/batch", "PUT", update_users),
    route("/v2/users/<user_id>", "GET", retrieve_user),
    route("/v2/users/<user_id>", "PUT", update_user),
    route("/v2/users/<user_id>", "DELETE", delete_user),
]
