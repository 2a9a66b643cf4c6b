"""Scheduling a meeting from another app: ``/add_invitees`` and ``/add_details``."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import zip_longest

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.web.rendering import page, read_places, see, web_route
from django_vyte.sandbox.world import meetings
from django_vyte.sandbox.world.clock import read, spell, zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.signing import is_signed
from django_vyte.sandbox.world.state import JSON

ZONE = "Europe/Paris"


def show_form(sandbox: LocalVyte, request: Request) -> Response:
    """GET: the form, filled in with what the link says."""
    app = check_link(sandbox, request.args)
    link = request.args
    names = link.get("in", "").split("|")
    invitees = zip_longest([email for email in link.get("im", "").split("|") if email], names, fillvalue="")
    typed = {
        "title": link.get("et", ""),
        "message": link.get("em", ""),
        "timezone": ZONE,
        "invitees": [{"email": email, "name": name} for email, name in invitees if email] + [{}, {}],
        "places": [*read_places(link.get("places", "")), {}, {}],
        "dates": [proposed_date(1), proposed_date(2), {}],
    }
    return form_page(app, request, typed)


def accept_form(sandbox: LocalVyte, request: Request) -> Response:
    """POST: makes the event and leads to its page, or shows the form again. The link is checked again."""
    app = check_link(sandbox, request.args)
    form = request.form
    typed = {
        "title": form.get("title", "").strip(),
        "message": form.get("message", "").strip(),
        "timezone": form.get("timezone", "").strip() or ZONE,
        "invitees": rows(form, email="invitee_email", name="invitee_name"),
        "places": rows(form, name="place_name", address="place_address"),
        "dates": rows(form, start="start", end="end"),
    }
    try:
        body = read_form(typed)
        body["created_by"] = {"email": request.args["cm"], "full_name": request.args.get("cn")}
        body["third_party"] = {"app": app["_id"], "group_ids": groups(request.args)}
        with sandbox.state.lock:
            event = meetings.create(sandbox.state, body, sandbox.state.owner_of(app["_id"]))
    except Refused as refused:
        return form_page(app, request, typed, refused)
    return see(f"/event/{event['_id']}")


def form_page(app: JSON, request: Request, typed: JSON, refused: Refused | None = None) -> Response:
    """The form with what was typed, and why it was refused if it was."""
    return page(
        "schedule",
        refused.status if refused else 200,
        title=f"Schedule a meeting from {app['name']}",
        problem=refused.message if refused else "",
        link=request.args.to_dict(),
        action=request.full_path,
        app=app["name"],
        groups=groups(request.args),
        typed=typed,
    )


def read_form(typed: JSON) -> JSON:
    """The body of the event that was asked for; refused with 400 for what would be lost or cannot be."""
    if not typed["title"]:
        raise Refused(400, "Give the meeting a title.")
    for invitee in typed["invitees"]:
        if invitee["name"] and not invitee["email"]:
            raise Refused(400, f"{invitee['name']} cannot be invited without an email.")
        if invitee["email"] and "@" not in invitee["email"]:
            raise Refused(400, f"{invitee['email']} is no email.")
    for place in typed["places"]:
        if place["address"] and not place["name"]:
            raise Refused(400, f"The address {place['address']} needs the name of a place beside it.")
    try:
        zone(typed["timezone"])
    except ValueError as error:
        raise Refused(400, f"There is {error}.") from None
    return {
        "title": typed["title"],
        "dates": [span(date, typed["timezone"]) for date in typed["dates"] if date["start"] or date["end"]],
        "places": [filled(place) for place in typed["places"] if place["name"]],
        "invitees": [
            filled({"email": person["email"], "full_name": person["name"]})
            for person in typed["invitees"]
            if person["email"]
        ],
        "messages": [{"body": typed["message"]}] if typed["message"] else [],
        "timezone": typed["timezone"],
    }


def span(date: JSON, timezone: str) -> JSON:
    """A date as the API takes it; refused with 400 when it has not both ends, in their order."""
    if not (date["start"] and date["end"]):
        raise Refused(400, "A date needs both its beginning and its end.")
    try:
        start, end = (spell(read(date[name], timezone)) for name in ("start", "end"))
    except (ValueError, OverflowError) as error:
        raise Refused(400, f"A date cannot be read: {error}.") from None
    if end <= start:
        raise Refused(400, "A date ends before it begins.")
    return {"date": start, "end_date": end}


def filled(row: JSON) -> JSON:
    """The fields of a row that are filled in."""
    return {name: value for name, value in row.items() if value}


def check_link(sandbox: LocalVyte, link: MultiDict[str, str]) -> JSON:
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


def proposed_date(days: int) -> JSON:
    """An hour from 10 that many weekdays ahead, as a form field takes it."""
    day = datetime.now(zone(None)).replace(hour=10, minute=0)
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return {"start": f"{day:%Y-%m-%dT%H:%M}", "end": f"{day + timedelta(hours=1):%Y-%m-%dT%H:%M}"}


def rows(form: MultiDict[str, str], **fields: str) -> list[JSON]:
    """Repeated fields as objects, one per row, empty rows included."""
    columns = [[value.strip() for value in form.getlist(field)] for field in fields.values()]
    return [dict(zip(fields, row, strict=True)) for row in zip_longest(*columns, fillvalue="")]


RULES = [
    web_route(path, answer, method)
    for path in ("/add_invitees", "/add_details")
    for answer, method in ((show_form, "GET"), (accept_form, "POST"))
]
