"""Appointment types of a booking page: ``/v2/vytemes/:nickname/types``.

The documentation prints PUT for retrieving one; its index and sample say GET, and so does this.
"""

from __future__ import annotations

import re
import unicodedata

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.booking_pages import own_page
from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import empty_answer, json_answer
from django_vyte.sandbox.world.bodies import check_custom, checked
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

KINDS = {
    "availability": str,
    "name": str,
    "handle": str,
    "active": bool,
    "message": str,
    "description": str,
    "public": bool,
    "custom": dict,
}


def list_types(exchange: Exchange, nickname: str) -> Response:
    """GET /v2/vytemes/:nickname/types."""
    return json_answer(types_of(exchange, own_page(exchange, nickname)))


def create_type(exchange: Exchange, nickname: str) -> Response:
    """POST /v2/vytemes/:nickname/types: without a handle it is made from the name."""
    page, asked = own_page(exchange, nickname), asked_of(exchange)
    handle = asked.get("handle") or handle_from(asked.get("name") or "")
    if not handle:
        raise Refused(400, "name is required")
    check_handle(exchange, page, handle)
    now = exchange.state.clock.now()
    made: JSON = {"name": handle, "active": True, "public": True, "custom": {}, **asked, "handle": handle}
    made.update(_id=new_id(), vyteme=page["_id"], createdAt=now, updatedAt=now, __v=0)
    exchange.state.appointment_types[made["_id"]] = made
    return json_answer(made)


def retrieve_type(exchange: Exchange, nickname: str, handle: str) -> Response:
    """GET /v2/vytemes/:nickname/types/:handle."""
    return json_answer(find_type(exchange, own_page(exchange, nickname), handle))


def update_type(exchange: Exchange, nickname: str, handle: str) -> Response:
    """PUT /v2/vytemes/:nickname/types/:handle: changes what is sent."""
    page = own_page(exchange, nickname)
    found, asked = find_type(exchange, page, handle), asked_of(exchange)
    if asked.get("handle", handle) != handle:
        check_handle(exchange, page, asked["handle"])
    found.update(asked)
    exchange.state.touch(found)
    return json_answer(found)


def delete_type(exchange: Exchange, nickname: str, handle: str) -> Response:
    """DELETE /v2/vytemes/:nickname/types/:handle: 204."""
    del exchange.state.appointment_types[find_type(exchange, own_page(exchange, nickname), handle)["_id"]]
    return empty_answer()


def asked_of(exchange: Exchange) -> JSON:
    """What a body says about an appointment type; which page it is on says the path."""
    asked = checked(exchange.json_object(), KINDS)
    check_custom(asked.get("custom"))
    return {name: value for name, value in asked.items() if name not in ("nickname", "vyteme")}


def types_of(exchange: Exchange, page: JSON) -> list[JSON]:
    """The appointment types of a page."""
    return [each for each in exchange.state.appointment_types.values() if each["vyteme"] == page["_id"]]


def find_type(exchange: Exchange, page: JSON, handle: str) -> JSON:
    """The appointment type of a page with that handle; refused with 404."""
    for each in types_of(exchange, page):
        if each["handle"] == handle:
            return each
    raise Refused(404, "the page has no such appointment type")


def check_handle(exchange: Exchange, page: JSON, handle: str | None) -> None:
    """Refused with 400 for a handle that cannot be in a URL or that the page has already."""
    if not handle or not re.fullmatch(r"[\w.~-]+", handle):
        raise Refused(400, "handle must be letters, digits and dashes")
    if handle in [each["handle"] for each in types_of(exchange, page)]:
        raise Refused(400, f"the page has an appointment type {handle} already")


def handle_from(name: str) -> str:
    """A name as a handle: ``Conference lunch`` becomes ``conference-lunch``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


RULES = [
    route("/v2/vytemes/<nickname>/types", "GET", list_types),
    route("/v2/vytemes/<nickname>/types", "POST", create_type),
    route("/v2/vytemes/<nickname>/types/<handle>", "GET", retrieve_type),
    route("/v2/vytemes/<nickname>/types/<handle>", "PUT", update_type),
    route("/v2/vytemes/<nickname>/types/<handle>", "DELETE", delete_type),
]
