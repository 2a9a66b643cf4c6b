"""Scheduling a meeting from another app: ``/add_invitees`` and ``/add_details``."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from django_vyte.sandbox import meetings
from django_vyte.sandbox.clock import zone
from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.signing import is_signed
from django_vyte.sandbox.state import JSON
from django_vyte.sandbox.web.rendering import page, read_places, see, web_route

if TYPE_CHECKING:
    from django_vyte.sandbox.sandbox import Sandbox


def show_form(sandbox: Sandbox, request: Request) -> Response:
    """GET: the form, filled in with what the link says."""
    app = check_link(sandbox, request.args)
    link = request.args
    names = link.get("in", "").split("|")
    invitees = zip_longest([email for email in link.get("im", "").split("|") if email], names, fillvalue="")
    return page(
        "schedule",
        title=f"Schedule a meeting from {app['name']}",
        link=link.to_dict(),
        action=request.full_path,
        app=app["name"],
        groups=groups(link),
        invitees=[{"email": email, "name": name} for email, name in invitees if email] + [{}, {}],
        places=[*read_places(link.get("places", "")), {}, {}],
        dates=[proposal(1), proposal(2), {}],
    )


def accept_form(sandbox: Sandbox, request: Request) -> Response:
    """POST: makes the event and leads to its page. The link is checked again."""
    app = check_link(sandbox, request.args)
    body = {
        "title": request.form.get("title") or "Meeting",
        "created_by": {"email": request.args["cm"], "full_name": request.args.get("cn")},
        "dates": rows(request.form, start="date", end="end_date"),
        "places": rows(request.form, place_name="name", place_address="address"),
        "invitees": rows(request.form, invitee_email="email", invitee_name="full_name"),
        "messages": [{"body": text} for text in [request.form.get("message")] if text],
        "timezone": request.form.get("timezone") or "Europe/Paris",
        "third_party": {"app": app["_id"], "group_ids": groups(request.args)},
    }
    with sandbox.state.lock:
        event = meetings.create(sandbox.state, body, sandbox.state.owner_of(app["_id"]))
    return see(f"/event/{event['_id']}")


def check_link(sandbox: Sandbox, link: MultiDict[str, str]) -> JSON:
    """The app that a link comes from.

    Refused with 400 for an app that is not known, 403 for a creator token that is not right, and 401 when
    there is none and nobody with that email has an account; who has one is taken to be logged in.
    """
    app = sandbox.state.apps.get(link.get("aid", ""))
    if app is None:
        raise Refused(400, "This link does not come from an app that is registered with Vyte (aid)")
    email, token = link.get("cm", ""), link.get("ct", "")
    if token and not is_signed(app["secret"], email, token):
        raise Refused(403, f"This link was not signed by {app['name']}: its creator token (ct) is wrong")
    if not email or (not token and email.lower() not in sandbox.state.emails):
        raise Refused(
            401, "Log in to schedule a meeting: this link says nothing that proves who you are (cm and ct)"
        )
    return app


def groups(link: MultiDict[str, str]) -> list[str]:
    """The ids in ``agid``, separated by commas."""
    return [group for group in link.get("agid", "").split(",") if group]


def proposal(days: int) -> JSON:
    """An hour from 10 that many weekdays ahead, as a form field takes it."""
    day = datetime.now(zone(None)).replace(hour=10, minute=0)
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return {"start": f"{day:%Y-%m-%dT%H:%M}", "end": f"{day + timedelta(hours=1):%Y-%m-%dT%H:%M}"}


def rows(form: MultiDict[str, str], **members: str) -> list[dict[str, Any]]:
    """Repeated fields as objects, one per row whose first field is filled in."""
    columns = [form.getlist(field) for field in members]
    return [
        {name: value for name, value in zip(members.values(), row, strict=True) if value}
        for row in zip(*columns, strict=False)
        if row[0]
    ]


RULES = [
    web_route(path, answer, method)
    for path in ("/add_invitees", "/add_details")
    for answer, method in ((show_form, "GET"), (accept_form, "POST"))
]
