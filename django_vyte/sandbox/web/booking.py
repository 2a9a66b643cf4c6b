"""Booking pages: ``/NICK`` and ``/NICK/MINUTES``, in an iframe with ``?embed``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox import meetings
from django_vyte.sandbox.availability import Span, find_slots
from django_vyte.sandbox.clock import spell, zone
from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.state import JSON
from django_vyte.sandbox.web.rendering import page, read_places, see, web_route
from django_vyte.sandbox.web.scheduling import groups

if TYPE_CHECKING:
    from django_vyte.sandbox.sandbox import Sandbox

DAYS = 7


def show_page(sandbox: Sandbox, request: Request, nickname: str, minutes: int | None = None) -> Response:
    """GET: the free slots of the page's owner, from ``start`` on, as a form."""
    booking_page, owner = find(sandbox, nickname)
    first = first_day(request.args, owner)
    with sandbox.state.lock:
        slots = free_slots(sandbox, owner, minutes or length(booking_page), first)
    days: dict[str, list[JSON]] = {}
    for start, end in slots:
        day = f"{start:%A} {start.day} {start:%B %Y}"
        days.setdefault(day, []).append({"value": spell(start), "text": f"{start:%H:%M} to {end:%H:%M}"})
    later = {**request.args.to_dict(), "start": (first + timedelta(days=DAYS)).isoformat()}
    return page(
        "booking",
        title=f"Book {owner['full_name']}",
        message=booking_page.get("message", ""),
        days=[{"name": name, "slots": found, "count": str(len(found))} for name, found in days.items()],
        timezone=owner["timezone"],
        places=[{**place, "number": str(n)} for n, place in enumerate(choices(booking_page, request.args))],
        link=request.args.to_dict(),
        action=request.full_path,
        later=f"{request.path}?{urlencode(later)}",
        embed="embed" in request.args,
    )


def book(sandbox: Sandbox, request: Request, nickname: str, minutes: int | None = None) -> Response:
    """POST: makes the event and leads to its page; 409 when the slot was taken in the meantime."""
    booking_page, owner = find(sandbox, nickname)
    form = request.form
    try:
        start = datetime.fromisoformat(form.get("slot", ""))
        first = start.astimezone(zone(owner["timezone"])).date()
    except ValueError:
        raise Refused(400, "Choose one of the free times") from None
    with sandbox.state.lock:
        slots = free_slots(sandbox, owner, minutes or length(booking_page), first)
        slot = next((slot for slot in slots if slot[0] == start), None)
        if slot is None:
            raise Refused(409, "That time has just been taken: please choose another one")
        body = booking(booking_page, owner, slot, request)
        event = meetings.create(sandbox.state, body, sandbox.state.owner_of(owner["_id"]))
    return see(f"/event/{event['_id']}")


def booking(booking_page: JSON, owner: JSON, slot: Span, request: Request) -> JSON:
    """The body of the event that a booking makes: its creator is the owner of the page."""
    form, link, custom = request.form, request.args, booking_page.get("custom", {})
    guest = form.get("name") or form.get("email", "")
    title = link.get("et") or custom.get("auto_title") or "{{invitee}} / {{me}}"
    fields = {"email": "email", "name": "full_name", "phone": "phone", "company": "company"}
    places = choices(booking_page, link)
    chosen = form.get("place", "")
    third_party = {"app": link.get("aid"), "group_ids": groups(link)}
    return {
        "title": title.replace("{{invitee}}", guest).replace("{{me}}", owner["full_name"]),
        "created_by": {"user": owner["_id"]},
        "confirmed": {"flag": bool(custom.get("auto_confirm", True))},
        "dates": [{"all_day": False, "date": spell(slot[0]), "end_date": spell(slot[1])}],
        "places": [places[int(chosen)]] if chosen.isdigit() and int(chosen) < len(places) else places[:1],
        "invitees": [{member: form[name] for name, member in fields.items() if form.get(name)}],
        "messages": [{"body": text} for text in [form.get("message")] if text],
        "timezone": owner["timezone"],
        "lang": custom.get("fixed_lang") or owner["language"],
        "vyteme": True,
        **({"third_party": third_party} if link.get("aid") else {}),
    }


def find(sandbox: Sandbox, nickname: str) -> tuple[JSON, JSON]:
    """The page with that nickname and its owner; refused with 404."""
    state = sandbox.state
    if nickname not in state.pages:
        raise Refused(404, "There is no such page")
    return state.pages[nickname], state.users[state.pages[nickname]["belongs_to"]]


def length(booking_page: JSON) -> int:
    """The minutes of an appointment when the link does not say."""
    return int(booking_page.get("custom", {}).get("duration", 30))


def first_day(link: Mapping[str, str], owner: JSON) -> date:
    """The first day to show: ``start`` of the link, or today."""
    today = datetime.now(zone(owner["timezone"])).date()
    try:
        return max(date.fromisoformat(link.get("start", "")), today)
    except ValueError:
        return today


def free_slots(sandbox: Sandbox, owner: JSON, minutes: int, first: date) -> list[Span]:
    """The owner's slots of the week from a day on that have not begun yet, in the owner's zone."""
    if not 0 < minutes <= 8 * 60:
        raise Refused(400, "An appointment lasts between 1 and 480 minutes")
    shown = zone(owner["timezone"])
    slots = find_slots(sandbox.state, [owner], minutes, first, first + timedelta(days=DAYS - 1), shown)
    now = datetime.now(UTC)
    return [slot for slot in slots if slot[0] > now]


def choices(booking_page: JSON, link: Mapping[str, str]) -> list[JSON]:
    """The places to choose from: those of the link, else those of the page."""
    given = read_places(link.get("places", "")) or booking_page.get("custom", {}).get("fixed_places", [])
    return [{name: place[name] for name in ("name", "address") if name in place} for place in given]


RULES = [
    web_route(path, answer, method)
    for path in ("/<nickname>", "/<nickname>/<int:minutes>")
    for answer, method in ((show_page, "GET"), (book, "POST"))
]
