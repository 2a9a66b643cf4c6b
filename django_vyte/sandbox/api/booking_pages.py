"""Booking pages, which Vyte calls vytemes: ``/v2/vytemes`` and ``/v2/users/:user_id/vyteme(s)``."""

from __future__ import annotations

import re

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world.bodies import check_custom, checked
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

KINDS = {
    "nickname": str,
    "message": str,
    "belongs_to": str,
    "secondary": bool,
    "active": bool,
    "custom": dict,
}
RESERVED = {
    *("api", "events", "hooks", "slots", "thirdparties", "users", "v2", "_sandbox"),
    *("add_details", "add_invitees", "event", "icon.svg", "locators", "organizations", "teams"),
}
"""First segments of Vyte's own paths."""


def create_page(exchange: Exchange) -> Response:
    """POST /v2/vytemes: a new page; nickname and belongs_to are required, the nickname is unique."""
    asked = checked(exchange.json_object(), KINDS, ("nickname", "belongs_to"))
    check_page(exchange, asked)
    return json_answer(make_page(exchange, asked))


def make_page(exchange: Exchange, asked: JSON) -> JSON:
    """A new page with what was asked for and checked."""
    now = exchange.state.clock.now()
    page: JSON = {"secondary": False, "active": True, "custom": {}, **asked}
    page.update(_id=new_id(), createdAt=now, updatedAt=now, __v=0)
    exchange.state.owners[page["_id"]] = exchange.owner
    return exchange.state.load_page(page)


def retrieve_page(exchange: Exchange, nickname: str) -> Response:
    """GET /v2/vytemes/:nickname."""
    return json_answer(own_page(exchange, nickname))


def update_page(exchange: Exchange, nickname: str) -> Response:
    """PUT /v2/vytemes/:nickname: changes what is sent; another nickname renames the page."""
    page = own_page(exchange, nickname)
    asked = checked(exchange.json_object(), KINDS)
    check_page(exchange, {name: value for name, value in asked.items() if page.get(name) != value})
    page.update(asked)
    exchange.state.touch(page)
    if page["nickname"] != nickname:
        pages = exchange.state.pages
        pages[page["nickname"]] = pages.pop(nickname)
    return json_answer(page)


def delete_page(exchange: Exchange, nickname: str) -> Response:
    """DELETE /v2/vytemes/:nickname: the page and its appointment types; answers how many pages went."""
    page = own_page(exchange, nickname)
    del exchange.state.pages[nickname]
    types = exchange.state.appointment_types
    for type_id in [each["_id"] for each in types.values() if each["vyteme"] == page["_id"]]:
        del types[type_id]
    return json_answer({"n": 1, "ok": 1})


def retrieve_page_of_user(exchange: Exchange, user_id: str) -> Response:
    """GET /v2/users/:user_id/vyteme: the user's primary page."""
    primary = next((page for page in pages_of(exchange, user_id) if not page.get("secondary")), None)
    if primary is None:
        raise Refused(404, "the user has no booking page")
    return json_answer(primary)


def list_pages_of_user(exchange: Exchange, user_id: str) -> Response:
    """GET /v2/users/:user_id/vytemes."""
    return json_answer(pages_of(exchange, user_id))


def pages_of(exchange: Exchange, user_id: str) -> list[JSON]:
    """The pages of one of the asking organization's users."""
    exchange.state.owned(exchange.state.users, user_id, exchange.owner)
    return [page for page in exchange.state.pages.values() if page["belongs_to"] == user_id]


def own_page(exchange: Exchange, nickname: str) -> JSON:
    """The page with that nickname; refused with 404, or 403 when it is another organization's."""
    page = exchange.state.pages.get(nickname)
    if page is None:
        raise Refused(404, "there is no such booking page")
    return exchange.state.owned({page["_id"]: page}, page["_id"], exchange.owner)


def check_page(exchange: Exchange, asked: JSON) -> None:
    """Refused with 400 for a nickname that cannot be or is taken, an unknown owner, or odd settings."""
    if "nickname" in asked:
        nickname = asked["nickname"] or ""
        check_nickname(nickname)
        if nickname in exchange.state.pages:
            raise Refused(400, f"the nickname {nickname} is taken")
    if "belongs_to" in asked:
        user_id = asked["belongs_to"]
        if user_id not in exchange.state.users or exchange.state.owner_of(user_id) != exchange.owner:
            raise Refused(400, "belongs_to must be the id of a user of your organization")
    check_custom(asked.get("custom"))


def check_nickname(nickname: str) -> None:
    """Refused with 400 for a nickname that cannot be the path of a page."""
    if not re.fullmatch(r"[^\W_][\w.~-]*", nickname) or nickname in RESERVED or nickname.isdigit():
        raise Refused(400, "nickname must be letters, digits and dashes, and no word of Vyte's own")


RULES = [
    route("/v2/vytemes", "POST", create_page),
    route("/v2/vytemes/<nickname>", "GET", retrieve_page),
    route("/v2/vytemes/<nickname>", "PUT", update_page),
    route("/v2/vytemes/<nickname>", "DELETE", delete_page),
    route("/v2/users/<user_id>/vyteme", "GET", retrieve_page_of_user),
    route("/v2/users/<user_id>/vytemes", "GET", list_pages_of_user),
]
