"""The web pages behind Vyte's links, one module per kind of page; each lists its routes as ``RULES``."""

from __future__ import annotations

from functools import cache

from werkzeug.routing import Map, Rule

from django_vyte.sandbox.web import booking, event, index, join, locator, scheduling

PAGES = (index, scheduling, event, join, locator, booking)


@cache
def page_map() -> Map:
    """Every route of the web pages."""
    rules: list[Rule] = [rule.empty() for page in PAGES for rule in page.RULES]
    return Map(rules, strict_slashes=False, merge_slashes=False)
