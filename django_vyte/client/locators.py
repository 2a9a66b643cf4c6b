"""``vyte.locators`` and ``vyte.locations``: pages on which people find the nearest place to meet."""

from __future__ import annotations

from typing import Unpack

from django_vyte.client.arguments import content, segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import (
    Location,
    LocationChange,
    Locator,
    LocatorChange,
    NewLocation,
    NewLocator,
)

_LOCATORS = "/v2/locators"


class Locators(Resource):
    """``vyte.locators``: v2 documentation, Locators. Read by ``handle``, changed and deleted by ``_id``."""

    def create(self, **fields: Unpack[NewLocator]) -> Locator:
        """Create the page ``/locators/HANDLE``; the ``handle`` must be new among all organizations.

        ``max_distance`` is in metres; ``locations`` creates its places at once. Never sent twice, so an
        error with ``maybe_applied`` leaves open whether it exists.

        ``POST /v2/locators``

        >>> vyte.locators.create(handle="our-shops", title="Our shops", max_distance=20000)["title"]
        'Our shops'
        """
        return self._read("POST", _LOCATORS, Locator, body=content("", fields))

    def retrieve(self, handle: str) -> Locator:
        """One locator by its ``handle``; ``NotFound`` when there is none.

        ``GET /v2/locators/:handle``

        >>> vyte.locators.retrieve(locator_handle)["_id"] == locator_id
        True
        """
        return self._read("GET", f"{_LOCATORS}/{segment(handle, 'handle')}", Locator)

    def update(self, locator_id: str, **fields: Unpack[LocatorChange]) -> Locator:
        """Change what is given.

        ``PUT /v2/locators/:locator_id``

        >>> vyte.locators.update(locator_id, title="Near you")["title"]
        'Near you'
        """
        return self._read("PUT", _locator(locator_id), Locator, body=content("", fields))

    def delete(self, locator_id: str) -> None:
        """Delete a locator.

        ``DELETE /v2/locators/:locator_id``

        >>> vyte.locators.delete(locator_id)
        """
        self._send("DELETE", _locator(locator_id))

    def list(self) -> list[Locator]:
        """All locators of the organization.

        ``GET /v2/locators``

        >>> locator_id in [locator["_id"] for locator in vyte.locators.list()]
        True
        """
        return self._read("GET", _LOCATORS, list[Locator])


class Locations(Resource):
    """``vyte.locations``: v2 documentation, Locations."""

    def create(self, locator_id: str, **fields: Unpack[NewLocation]) -> Location:
        """Add a place to a locator: ``name``, ``extid`` (your own id) and an ``address`` or a ``location``.

        Vyte looks up the address when there is no ``location``, a GeoJSON point: longitude first. Never sent
        twice, so an error with ``maybe_applied`` leaves open whether it exists.

        ``POST /v2/locators/:locator_id/locations``

        >>> address = "96bis Boulevard Raspail, Paris"
        >>> vyte.locations.create(locator_id, name="Paris", extid="p1", address=address)["name"]
        'Paris'
        """
        return self._read("POST", _locations(locator_id), Location, body=content("", fields))

    def retrieve(self, locator_id: str, location_id: str) -> Location:
        """One place; ``NotFound`` when there is none.

        ``GET /v2/locators/:locator_id/locations/:location_id``

        >>> vyte.locations.retrieve(locator_id, location_id)["locator"] == locator_id
        True
        """
        return self._read("GET", f"{_locations(locator_id)}/{segment(location_id, 'location_id')}", Location)

    def update(self, locator_id: str, location_id: str, **fields: Unpack[LocationChange]) -> Location:
        """Change what is given.

        ``PUT /v2/locators/:locator_id/locations/:location_id``

        >>> vyte.locations.update(locator_id, location_id, name="Mysterious place")["name"]
        'Mysterious place'
        """
        path = f"{_locations(locator_id)}/{segment(location_id, 'location_id')}"
        return self._read("PUT", path, Location, body=content("", fields))

    def delete(self, locator_id: str, location_id: str) -> None:
        """Take a place off a locator.

        ``DELETE /v2/locators/:locator_id/locations/:location_id``

        >>> vyte.locations.delete(locator_id, location_id)
        """
        self._send("DELETE", f"{_locations(locator_id)}/{segment(location_id, 'location_id')}")

    def list(self, locator_id: str) -> list[Location]:
        """All places of a locator.

        ``GET /v2/locators/:locator_id/locations``

        >>> location_id in [location["_id"] for location in vyte.locations.list(locator_id)]
        True
        """
        return self._read("GET", _locations(locator_id), list[Location])


def _locator(locator_id: str) -> str:
    return f"{_LOCATORS}/{segment(locator_id, 'locator_id')}"


def _locations(locator_id: str) -> str:
    return f"{_locator(locator_id)}/locations"
