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


def list_types(ask: Exchange, nickname: str) -> Response:
    """GET /v2/vytemes/:nickname/types."""
    return json_answer(types_of(ask, own_page(ask, nickname)))


def create_type(ask: Exchange, nickname: str) -> Response:
    """POST /v2/vytemes/:nickname/types: without a handle it is made from the name."""
    page, asked = own_page(ask, nickname), asked_of(ask)
    handle = asked.get("handle") or handle_from(asked.get("name") or "")
    if not handle:
        raise Refused(400, "name is required")
    check_handle(ask, page, handle)
    now = ask.state.clock.now()
    made: JSON = {"name": handle, "active": True, "public": True, "custom": {}, **asked, "handle": handle}
    made.update(_id=new_id(), vyteme=page["_id"], createdAt=now, updatedAt=now, __v=0)
    ask.state.appointment_types[made["_id"]] = made
    return json_answer(made)


def retrieve_type(ask: Exchange, nickname: str, handle: str) -> Response:
    """GET /v2/vytemes/:nickname/types/:handle."""
    return json_answer(find(ask, own_page(ask, nickname), handle))


def update_type(ask: Exchange, nickname: str, handle: str) -> Response:
    """PUT /v2/vytemes/:nickname/types/:handle: changes what is sent."""
    page = own_page(ask, nickname)
    found, asked = find(ask, page, handle), asked_of(ask)
    if asked.get("handle", handle) != handle:
        check_handle(ask, page, asked["handle"])
    found.update(asked)
    ask.state.touch(found)
    return json_answer(found)


def delete_type(ask: Exchange, nickname: str, handle: str) -> Response:
    """DELETE /v2/vytemes/:nickname/types/:handle: 204."""
    del ask.state.appointment_types[find(ask, own_page(ask, nickname), handle)["_id"]]
    return empty_answer()


def asked_of(ask: Exchange) -> JSON:
    """What a body says about an appointment type; which page it is on says the path."""
    asked = checked(ask.json_object(), KINDS)
    check_custom(asked.get("custom"))
    return {name: value for name, value in asked.items() if name not in ("nickname", "vyteme")}


def types_of(ask: Exchange, page: JSON) -> list[JSON]:
    """The appointment types of a page."""
    return [each for each in ask.state.appointment_types.values() if each["vyteme"] == page["_id"]]


def find(ask: Exchange, page: JSON, handle: str) -> JSON:
    """The appointment type of a page with that handle; refused with 404."""
    for each in types_of(ask, page):
        if each["handle"] == handle:
            return each
    raise Refused(404, "the page has no such appointment type")


def check_handle(ask: Exchange, page: JSON, handle: str | None) -> None:
    """Refused with 400 for a handle that cannot be in a URL or that the page has already."""
    if not handle or not re.fullmatch(r"[\w.~-]+", handle):
        raise Refused(400, "handle must be letters, digits and dashes")
    if handle in [each["handle"] for each in types_of(ask, page)]:
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
