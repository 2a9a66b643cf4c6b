"""Booking pages: ``/NICK``, ``/NICK/MINUTES`` and ``/NICK/HANDLE``, in an iframe with ``?embed``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.web.offers import DAYS, Offer, choices, find_offer, free_slots
from django_vyte.sandbox.web.rendering import page, see, web_route
from django_vyte.sandbox.web.scheduling import groups
from django_vyte.sandbox.world import meetings
from django_vyte.sandbox.world.availability import is_free, next_slots
from django_vyte.sandbox.world.clock import spell
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.schedules import Span
from django_vyte.sandbox.world.state import JSON, VyteState


def show_page(
    sandbox: LocalVyte, request: Request, nickname: str, minutes: int | None = None, handle: str | None = None
) -> Response:
    """GET: the free slots of the page's owner, from ``start`` on, as a form."""
    names = {"name": "cn", "email": "cm", "phone": "cp", "company": "cc", "message": "em"}
    typed = {name: request.args.get(parameter, "") for name, parameter in names.items()}
    with sandbox.state.lock:
        offer = find_offer(sandbox.state, nickname, minutes, handle)
        return form_page(sandbox.state, request, nickname, offer, {**typed, "place": "0"})


def book(
    sandbox: LocalVyte, request: Request, nickname: str, minutes: int | None = None, handle: str | None = None
) -> Response:
    """POST: makes the event and leads to its page, or shows the form again: 409 when the slot was just taken."""
    typed = {name: value.strip() for name, value in request.form.items()}
    with sandbox.state.lock:
        offer = find_offer(sandbox.state, nickname, minutes, handle)
        try:
            event = book_slot(sandbox.state, request.args, offer, typed)
        except Refused as refused:
            return form_page(sandbox.state, request, nickname, offer, typed, refused)
    return see(f"/event/{event['_id']}")


def form_page(
    state: VyteState,
    request: Request,
    nickname: str,
    offer: Offer,
    typed: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    """The form with what was typed, and why it was refused if it was; then with times around the one wanted."""
    first = first_day(request.args, offer, typed.get("slot", ""))
    slots = free_slots(state, offer, first)
    after = datetime.combine(first, datetime.min.time(), offer.shown)
    soonest = [] if slots else next_slots(state, [offer.owner], offer.minutes, after, offer.shown)
    return page(
        "booking",
        refused.status if refused else 200,
        title=offer.title,
        problem=refused.message if refused else "",
        message=offer.message,
        days=by_day(slots, typed.get("slot", "")),
        soonest=[at_day(request, slot[0].date(), spelt_day(slot[0])) for slot in soonest[:1]],
        timezone=str(offer.shown),
        minutes=str(offer.minutes),
        types=[{"name": each["name"], "path": f"/{nickname}/{each['handle']}"} for each in offer.types],
        places=[{**place, "number": str(n)} for n, place in enumerate(choices(offer, request.args))],
        typed=typed,
        action=request.full_path,
        later=at_day(request, first + timedelta(days=DAYS), "")["path"],
        embed="embed" in request.args,
    )


def at_day(request: Request, day: date, text: str) -> dict[str, str]:
    """The same page from a day on, as a link with that text."""
    return {
        "path": f"{request.path}?{urlencode({**request.args.to_dict(), 'start': day.isoformat()})}",
        "text": text,
    }


def spelt_day(start: datetime) -> str:
    """The day of an instant in words: ``Monday 5 January 2099``."""
    return f"{start:%A} {start.day} {start:%B %Y}"


def by_day(slots: list[Span], chosen: str) -> list[JSON]:
    """The free slots as the page shows them; open are the first day and the day of the chosen slot."""
    days: dict[str, list[JSON]] = {}
    for start, end in slots:
        slot = {"value": spell(start), "text": f"{start:%H:%M} to {end:%H:%M}"}
        days.setdefault(spelt_day(start), []).append(slot)
    return [
        {
            "name": name,
            "count": str(len(found)),
            "open": number == 0 or chosen in [slot["value"] for slot in found],
            "slots": [{**slot, "checked": slot["value"] == chosen} for slot in found],
        }
        for number, (name, found) in enumerate(days.items())
    ]


def book_slot(state: VyteState, link: MultiDict[str, str], offer: Offer, typed: dict[str, str]) -> JSON:
    """The event that was booked; refused with 400 for what is missing and 409 for a time that is not free.

    Hold the state's lock: between the question whether it is free and the answer nobody else may book.
    """
    start = read_slot(typed.get("slot", ""))
    if start is None:
        raise Refused(400, "Choose one of the free times.")
    if not typed.get("name") or "@" not in typed.get("email", ""):
        raise Refused(400, "Give your name and your email.")
    slot = (start, start + timedelta(minutes=offer.minutes))
    if start <= datetime.now(UTC) or not is_free(state, offer.owner, *slot):
        raise Refused(409, "That time has just been taken: please choose another one.")
    return meetings.create(state, booking(offer, slot, link, typed), state.owner_of(offer.owner["_id"]))


def read_slot(value: str) -> datetime | None:
    """The beginning of a slot as the form sends it; None for anything else."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if value.endswith("Z") else None
    except (ValueError, OverflowError):
        return None


def booking(offer: Offer, slot: Span, link: MultiDict[str, str], typed: dict[str, str]) -> JSON:
    """The body of the event that a booking makes: its creator is the owner of the page."""
    custom, owner = offer.custom, offer.owner
    title = link.get("et", "").strip() or custom.get("auto_title") or "{{invitee}} / {{me}}"
    fields = {"email": "email", "name": "full_name", "phone": "phone", "company": "company"}
    places = choices(offer, link)
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
        "timezone": str(offer.shown),
        "lang": custom.get("fixed_lang") or owner["language"],
        "vyteme": True,
        **({"third_party": third_party} if link.get("aid") else {}),
    }


def first_day(link: Mapping[str, str], offer: Offer, wanted: str) -> date:
    """The first day to show: that of the time that was wanted, else ``start`` of the link, else today."""
    today = datetime.now(offer.shown).date()
    slot = read_slot(wanted)
    try:
        asked = date.fromisoformat(link.get("start", ""))
    except ValueError:
        asked = today
    if slot is not None and not asked <= slot.astimezone(offer.shown).date() < asked + timedelta(days=DAYS):
        asked = slot.astimezone(offer.shown).date()
    return max(asked, today)


PATHS = ("/<nickname>", "/<nickname>/<int:minutes>", "/<nickname>/<handle>", "/<nickname>/types/<handle>")

RULES = [
    web_route(path, answer, method)
    for path in PATHS
    for answer, method in ((show_page, "GET"), (book, "POST"))
]
