"""The page of a locator: its locations, each with a link to book there."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.web.rendering import page, web_route
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.state import JSON


def show_locator(sandbox: LocalVyte, request: Request, handle: str) -> Response:
    """GET /locators/HANDLE."""
    state = sandbox.state
    with state.lock:
        found = next((each for each in state.locators.values() if each["handle"] == handle), None)
        if found is None:
            raise Refused(404, "There is no such locator")
        locations = [each for each in state.locations.values() if each["locator"] == found["_id"]]
        return page(
            "locator",
            title=found.get("title") or handle,
            message=found.get("message") or "",
            nothing=(found.get("no_results") or {}).get("message") or "There are no locations.",
            locations=[row(location) for location in locations],
        )


def row(location: JSON) -> dict[str, str]:
    """A location as the page shows it; a link that is neither a path nor http leads nowhere."""
    link = str(location.get("link") or "")
    return {
        "name": str(location.get("name")),
        "address": str(location.get("address") or ""),
        "link": link if link.startswith(("/", "http://", "https://")) else "",
    }


RULES = [web_route("/locators/<handle>", show_locator)]
