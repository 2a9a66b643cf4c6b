"""Booking pages: ``/NICK`` and ``/NICK/MINUTES``, in an iframe with ``?embed``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
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
    names = {"name": "cn", "email": "cm", "phone": "cp", "company": "cc", "message": "em"}
    typed = {name: request.args.get(parameter, "") for name, parameter in names.items()}
    return form_page(sandbox, request, nickname, minutes, {**typed, "place": "0"})


def book(sandbox: Sandbox, request: Request, nickname: str, minutes: int | None = None) -> Response:
    """POST: makes the event and leads to its page, or shows the form again: 409 when the slot was just taken."""
    typed = {name: value.strip() for name, value in request.form.items()}
    try:
        with sandbox.state.lock:
            event = make(sandbox, request.args, nickname, minutes, typed)
    except Refused as refused:
        return form_page(sandbox, request, nickname, minutes, typed, refused)
    return see(f"/event/{event['_id']}")


def form_page(
    sandbox: Sandbox,
    request: Request,
    nickname: str,
    minutes: int | None,
    typed: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    """The form with what was typed, and why it was refused if it was."""
    booking_page, owner = find(sandbox, nickname)
    first = first_day(request.args, owner)
    with sandbox.state.lock:
        slots = free_slots(sandbox, owner, minutes or length(booking_page), first)
    later = {**request.args.to_dict(), "start": (first + timedelta(days=DAYS)).isoformat()}
    return page(
        "booking",
        refused.status if refused else 200,
        title=f"Book {owner['full_name']}",
        problem=refused.message if refused else "",
        message=booking_page.get("message", ""),
        days=by_day(slots, typed.get("slot", "")),
        timezone=owner["timezone"],
        places=[{**place, "number": str(n)} for n, place in enumerate(choices(booking_page, request.args))],
        typed=typed,
        action=request.full_path,
        later=f"{request.path}?{urlencode(later)}",
        embed="embed" in request.args,
    )


def by_day(slots: list[Span], chosen: str) -> list[JSON]:
    """The free slots as the page shows them; open are the first day and the day of the chosen slot."""
    days: dict[str, list[JSON]] = {}
    for start, end in slots:
        slot = {"value": spell(start), "text": f"{start:%H:%M} to {end:%H:%M}"}
        days.setdefault(f"{start:%A} {start.day} {start:%B %Y}", []).append(slot)
    return [
        {
            "name": name,
            "count": str(len(found)),
            "open": number == 0 or chosen in [slot["value"] for slot in found],
            "slots": [{**slot, "checked": slot["value"] == chosen} for slot in found],
        }
        for number, (name, found) in enumerate(days.items())
    ]


def make(
    sandbox: Sandbox, link: MultiDict[str, str], nickname: str, minutes: int | None, typed: dict[str, str]
) -> JSON:
    """The event that was booked; refused with 400 for what is missing and 409 for a slot that is not free."""
    booking_page, owner = find(sandbox, nickname)
    try:
        start = datetime.fromisoformat(typed.get("slot", ""))
        first = start.astimezone(zone(owner["timezone"])).date()
    except (ValueError, OverflowError):
        raise Refused(400, "Choose one of the free times.") from None
    if not typed.get("name") or "@" not in typed.get("email", ""):
        raise Refused(400, "Give your name and your email.")
    slots = free_slots(sandbox, owner, minutes or length(booking_page), first)
    slot = next((slot for slot in slots if slot[0] == start), None)
    if slot is None:
        raise Refused(409, "That time has just been taken: please choose another one.")
    body = booking(booking_page, owner, slot, link, typed)
    return meetings.create(sandbox.state, body, sandbox.state.owner_of(owner["_id"]))


def booking(
    booking_page: JSON, owner: JSON, slot: Span, link: MultiDict[str, str], typed: dict[str, str]
) -> JSON:
    """The body of the event that a booking makes: its creator is the owner of the page."""
    custom = booking_page.get("custom", {})
    title = link.get("et", "").strip() or custom.get("auto_title") or "{{invitee}} / {{me}}"
    fields = {"email": "email", "name": "full_name", "phone": "phone", "company": "company"}
    places = choices(booking_page, link)
    chosen = typed.get("place", "")
    third_party = {"app": link.get("aid"), "group_ids": groups(link)}
    return {
        "title": title.replace("{{invitee}}", typed["name"]).replace("{{me}}", owner["full_name"]),
        "created_by": {"user": owner["_id"]},
        "confirmed": {"flag": bool(custom.get("auto_confirm", True))},
        "dates": [{"all_day": False, "date": spell(slot[0]), "end_date": spell(slot[1])}],
        "places": [places[int(chosen)]] if chosen.isdigit() and int(chosen) < len(places) else places[:1],
        "invitees": [{member: typed[name] for name, member in fields.items() if typed.get(name)}],
        "messages": [{"body": text} for text in [typed.get("message")] if text],
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
