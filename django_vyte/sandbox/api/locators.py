"""Locators and their locations: ``/v2/locators`` and ``/v2/locators/:locator_id/locations``.

Every path takes a locator's id or its handle. The documentation's headings print POST for changing one; its
index and samples say PUT, and so does this.
"""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world.bodies import NUMBER, checked
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

LANGUAGES = ("fr", "en", "es", "it", "pt", "de", "sv", "nl")
LOCATOR_KINDS = {
    "no_results": dict,
    "back_button": dict,
    "geolocation": bool,
    "handle": str,
    "postcode_filter": str,
    "address_postfix": str,
    "address_region_bias": str,
    "lang": str,
    "max_distance": NUMBER,
    "message": str,
    "title": str,
}
LOCATION_KINDS = {
    "location": dict,
    "name": str,
    "address": str,
    "picture_url": str,
    "link": str,
    "extid": str,
}
ELSEWHERE = {"type": "Point", "coordinates": [0, 0]}
"""Where an address is that nobody looks up: the local Vyte asks no geocoder."""


def list_locators(exchange: Exchange) -> Response:
    """GET /v2/locators."""
    state = exchange.state
    mine = [each for each in state.locators.values() if state.owner_of(each["_id"]) == exchange.owner]
    return json_answer(mine)


def create_locator(exchange: Exchange) -> Response:
    """POST /v2/locators: the handle is required and unique among all organizations."""
    asked = locator_asked(exchange, required=("handle",))
    check_handle(exchange, asked["handle"])
    made: JSON = {"lang": "en", "geolocation": False, **asked, "_id": new_id(), "__v": 0}
    return json_answer(exchange.state.load_locator(made, exchange.owner))


def retrieve_locator(exchange: Exchange, locator: str) -> Response:
    """GET /v2/locators/:handle."""
    return json_answer(own_locator(exchange, locator))


def update_locator(exchange: Exchange, locator: str) -> Response:
    """PUT /v2/locators/:locator_id: changes what is sent."""
    found, asked = own_locator(exchange, locator), locator_asked(exchange)
    if asked.get("handle", found["handle"]) != found["handle"]:
        check_handle(exchange, asked["handle"])
    found.update(asked)
    return json_answer(found)


def delete_locator(exchange: Exchange, locator: str) -> Response:
    """DELETE /v2/locators/:locator_id: the locator and its locations; answers how many locators went."""
    found = own_locator(exchange, locator)
    for location in locations_of(exchange, found):
        del exchange.state.locations[location["_id"]]
    del exchange.state.locators[found["_id"]]
    return json_answer({"n": 1, "ok": 1})


def list_locations(exchange: Exchange, locator: str) -> Response:
    """GET /v2/locators/:locator_id/locations."""
    return json_answer(locations_of(exchange, own_locator(exchange, locator)))


def create_location(exchange: Exchange, locator: str) -> Response:
    """POST /v2/locators/:locator_id/locations: name, extid, and coordinates or an address are required."""
    found = own_locator(exchange, locator)
    asked = location_asked(exchange, required=("name", "extid"))
    if not (asked.get("location") or asked.get("address")):
        raise Refused(400, "location is required when there is no address")
    now = exchange.state.clock.now()
    made: JSON = {**asked, "_id": new_id(), "locator": found["_id"], "__v": 0}
    made.update(createdAt=now, updatedAt=now)
    made["location"] = {**ELSEWHERE, **(asked.get("location") or {})}
    return json_answer(exchange.state.load_location(made))


def retrieve_location(exchange: Exchange, locator: str, location_id: str) -> Response:
    """GET /v2/locators/:locator_id/locations/:location_id."""
    return json_answer(own_location(exchange, locator, location_id))


def update_location(exchange: Exchange, locator: str, location_id: str) -> Response:
    """PUT /v2/locators/:locator_id/locations/:location_id: changes what is sent."""
    found, asked = own_location(exchange, locator, location_id), location_asked(exchange)
    if asked.get("location"):
        asked["location"] = {**found["location"], **asked["location"]}
    found.update(asked)
    exchange.state.touch(found)
    return json_answer(found)


def delete_location(exchange: Exchange, locator: str, location_id: str) -> Response:
    """DELETE /v2/locators/:locator_id/locations/:location_id: answers how many went."""
    del exchange.state.locations[own_location(exchange, locator, location_id)["_id"]]
    return json_answer({"n": 1, "ok": 1})


def own_locator(exchange: Exchange, locator: str) -> JSON:
    """The locator with that id or handle, if it is the asking organization's."""
    by_handle = {each["handle"]: each["_id"] for each in exchange.state.locators.values()}
    return exchange.state.owned(exchange.state.locators, by_handle.get(locator, locator), exchange.owner)


def locations_of(exchange: Exchange, locator: JSON) -> list[JSON]:
    """The locations of a locator."""
    return [each for each in exchange.state.locations.values() if each["locator"] == locator["_id"]]


def own_location(exchange: Exchange, locator: str, location_id: str) -> JSON:
    """The location with that id, if it is on that locator; refused with 404."""
    found = {each["_id"]: each for each in locations_of(exchange, own_locator(exchange, locator))}
    if location_id not in found:
        raise Refused(404, "the locator has no such location")
    return found[location_id]


def locator_asked(exchange: Exchange, required: tuple[str, ...] = ()) -> JSON:
    """What a body says about a locator; whose it is says the key."""
    asked = checked(exchange.json_object(), LOCATOR_KINDS, required)
    if asked.get("lang") is not None and asked["lang"] not in LANGUAGES:
        raise Refused(400, f"lang must be one of {', '.join(LANGUAGES)}")
    return {name: value for name, value in asked.items() if name != "org"}


def location_asked(exchange: Exchange, required: tuple[str, ...] = ()) -> JSON:
    """What a body says about a location; refused with 400 for coordinates that are no two numbers."""
    asked = checked(exchange.json_object(), LOCATION_KINDS, required)
    given = asked.get("location")
    if given and not is_pair(given.get("coordinates")):
        raise Refused(400, "location.coordinates must be latitude and longitude")
    return {name: value for name, value in asked.items() if name not in ("org", "locator")}


def is_pair(value: Any) -> bool:
    """Whether a value is a list of two numbers."""
    return isinstance(value, list) and len(value) == 2 and all(type(number) in NUMBER for number in value)


def check_handle(exchange: Exchange, handle: str | None) -> None:
    """Refused with 400 for a handle that cannot be in a URL or that any organization has already."""
    check_spelling(handle)
    if handle in [each["handle"] for each in exchange.state.locators.values()]:
        raise Refused(400, f"the handle {handle} is taken")


def check_spelling(handle: str | None) -> None:
    """Refused with 400 for a handle that cannot be in a URL."""
    if not handle or not re.fullmatch(r"[\w.~-]+", handle):
        raise Refused(400, "handle must be letters, digits and dashes")


LOCATIONS = "/v2/locators/<locator>/locations"

RULES = [
    route("/v2/locators", "GET", list_locators),
    route("/v2/locators", "POST", create_locator),
    route("/v2/locators/<locator>", "GET", retrieve_locator),
    route("/v2/locators/<locator>", "PUT", update_locator),
    route("/v2/locators/<locator>", "DELETE", delete_locator),
    route(LOCATIONS, "GET", list_locations),
    route(LOCATIONS, "POST", create_location),
    route(f"{LOCATIONS}/<location_id>", "GET", retrieve_location),
    route(f"{LOCATIONS}/<location_id>", "PUT", update_location),
    route(f"{LOCATIONS}/<location_id>", "DELETE", delete_location),
]
