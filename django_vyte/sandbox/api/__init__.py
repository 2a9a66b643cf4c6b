"""The operations of Vyte's API, one module per resource; each lists its routes as ``RULES``."""

from __future__ import annotations

from functools import cache

from werkzeug.routing import Map, Rule

from django_vyte.sandbox.api import (
    appointment_types,
    availabilities,
    booking_pages,
    calendars,
    events,
    hooks,
    locators,
    organizations,
    preferences,
    slots,
    teams,
    third_parties,
    users,
)

RESOURCES = (
    appointment_types,
    availabilities,
    booking_pages,
    calendars,
    events,
    hooks,
    locators,
    organizations,
    preferences,
    slots,
    teams,
    third_parties,
    users,
)

PREFIXES = ("v2", "events", "slots", "hooks", "thirdparties", "users", "api")
"""First segments of paths that belong to the API and not to the web pages."""


@cache
def api_map() -> Map:
    """Every route of the API."""
    rules: list[Rule] = [rule.empty() for resource in RESOURCES for rule in resource.RULES]
    return Map(rules, strict_slashes=False, merge_slashes=False)
