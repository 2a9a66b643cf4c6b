"""Renders the pages' templates with an engine of their own, and formats dates and places for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from django_vyte.sandbox.world.clock import zone
from django_vyte.sandbox.world.state import JSON

FOLDER = Path(__file__).parents[1] / "templates"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"


@cache
def engine() -> Engine:
    """A template engine of its own, so that pages need nothing of the Django project around them."""
    return Engine(dirs=[str(FOLDER)], autoescape=True)


def page(name: str, code: int = 200, *, title: str, **context: Any) -> Response:
    """A page from ``templates/vyte_sandbox/NAME.html``, answered with status ``code``.

    The context may hold strings, lists and mappings only: numbers and dates would need Django's settings. A form
    that was refused is shown again as it was filled in, with ``problem`` above it.
    """
    context["title"] = title.strip() or "Vyte sandbox"
    html = engine().get_template(f"vyte_sandbox/{name}.html").render(Context(context))
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
    return Response(html, code, headers, content_type="text/html; charset=utf-8")


def refusal(status: int, message: str) -> Response:
    """A page that says why something is not possible."""
    return page("refusal", status, title=str(message), status=str(status))


def see(path: str) -> Response:
    """Leads on to another page after a form was accepted."""
    return Response(b"", 303, {"Location": path})


def web_route(path: str, answer: Callable[..., Response], method: str = "GET") -> Rule:
    """A rule for one page, ``answer(sandbox, request, **arguments)``."""
    return Rule(path, methods=[method], endpoint=answer)


def when(date: JSON, timezone: str | None) -> str:
    """A date of an event in words: ``Thursday 16 July 2020, 09:00 to 10:00 (Europe/Paris)``."""
    name = timezone or "Europe/Paris"
    start, end = (datetime.fromisoformat(date[key]) for key in ("date", "end_date"))
    if date.get("all_day"):
        last = max(start, end - timedelta(microseconds=1))
        until = "" if last.date() == start.date() else f" to {last:%A} {last.day} {last:%B %Y}"
        return f"{start:%A} {start.day} {start:%B %Y}{until}, all day"
    start, end = start.astimezone(zone(name)), end.astimezone(zone(name))
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M} to {end:%H:%M} ({name})"


def read_places(text: str) -> list[JSON]:
    """The ``places`` of a link: ``name|address||name|address``."""
    places = []
    for part in filter(None, text.split("||")):
        name, _, address = part.partition("|")
        places.append({"name": name, "address": address} if address else {"name": name})
    return places
