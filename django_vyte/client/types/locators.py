"""Pages on which people find the nearest place to meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict


class Button(TypedDict, total=False):
    """A button on a locator's page."""

    label: str
    link: str


class NoResults(TypedDict, total=False):
    """What a locator shows when no place is near."""

    message: str
    button: Button


class LocatorSettings(TypedDict, total=False):
    """What a locator's page shows; ``max_distance`` is in metres, ``postcode_filter`` a regular expression."""

    title: str
    message: str
    footer: str
    lang: str
    geolocation: bool
    max_distance: int
    postcode_filter: str
    address_postfix: str
    address_region_bias: str
    no_results: NoResults
    back_button: Button


class Point(TypedDict):
    """A place on Earth, in degrees.

    Vyte's prose puts the latitude first; its samples have the longitude first, as GeoJSON does.
    """

    type: str
    coordinates: list[float]


class Location(TypedDict):
    """A place that a locator finds; ``link`` is where it leads, mostly the path of a booking page."""

    _id: str
    name: str
    locator: str
    location: NotRequired[Point]
    address: NotRequired[str]
    picture_url: NotRequired[str]
    link: NotRequired[str]
    extid: NotRequired[str]
    org: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class LocationChange(TypedDict, total=False):
    """What is to change in a location."""

    name: str
    extid: str
    location: Point
    address: str
    picture_url: str
    link: str


class NewLocation(TypedDict):
    """A location to create: ``location`` or ``address`` is needed; ``extid`` is your own id of it."""

    name: str
    extid: str
    location: NotRequired[Point]
    address: NotRequired[str]
    picture_url: NotRequired[str]
    link: NotRequired[str]


class Locator(LocatorSettings):
    """A locator, whose page is ``/locators/HANDLE``."""

    _id: str
    handle: str
    org: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class LocatorChange(LocatorSettings, total=False):
    """What is to change in a locator."""

    handle: str


class NewLocator(LocatorSettings):
    """A locator to create; no two locators of all organizations have the same ``handle``."""

    handle: str
    locations: NotRequired[Sequence[NewLocation]]
