"""The page of an event: voting, deciding, cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox import meetings
from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.state import JSON
from django_vyte.sandbox.web.index import status_of
from django_vyte.sandbox.web.rendering import page, see, web_route, when

if TYPE_CHECKING:
    from django_vyte.sandbox.sandbox import Sandbox


def show_event(sandbox: Sandbox, request: Request, event_id: str) -> Response:
    """GET /event/ID."""
    with sandbox.state.lock:
        event = find(sandbox, event_id)
        confirmed = event.get("confirmed") or {}
        return page(
            "event",
            title=str(event.get("title") or "Meeting"),
            id=event["_id"],
            status=status_of(event),
            organiser=person(event.get("created_by") or {}),
            people=people(event),
            dates=[
                choice(date, when(date, event.get("timezone")), confirmed.get("date_id"))
                for date in event.get("dates") or []
            ],
            places=[choice(p, place_text(p), confirmed.get("place_id")) for p in event.get("places") or []],
            messages=[str(message.get("body", "")) for message in event.get("messages") or []],
            groups=(event.get("third_party") or {}).get("group_ids") or [],
        )


def vote(sandbox: Sandbox, request: Request, event_id: str) -> Response:
    """POST /event/ID/vote: ``voter`` and per choice a field ``vote-ID`` that says yes or no."""
    with sandbox.state.lock:
        event = find(sandbox, event_id)
        for kind in ("date", "place"):
            for choice_ in event.get(f"{kind}s") or []:
                answer = request.form.get(f"vote-{choice_.get('_id')}")
                if answer in ("yes", "no"):
                    wanted = {f"{kind}_id": choice_["_id"]}
                    meetings.vote(sandbox.state, event, request.form["voter"], yes=answer == "yes", **wanted)
    return see(f"/event/{event_id}")


def confirm(sandbox: Sandbox, request: Request, event_id: str) -> Response:
    """POST /event/ID/confirm: ``date`` and ``place`` are ids, or empty for the most voted."""
    with sandbox.state.lock:
        date, place = (request.form.get(name) or None for name in ("date", "place"))
        meetings.confirm(sandbox.state, find(sandbox, event_id), date, place)
    return see(f"/event/{event_id}")


def cancel(sandbox: Sandbox, request: Request, event_id: str) -> Response:
    """POST /event/ID/cancel."""
    with sandbox.state.lock:
        meetings.cancel(sandbox.state, find(sandbox, event_id))
    return see(f"/event/{event_id}")


def find(sandbox: Sandbox, event_id: str) -> JSON:
    """The event with that id; refused with 404."""
    if event_id not in sandbox.state.events:
        raise Refused(404, "There is no such meeting")
    return sandbox.state.events[event_id]


def people(event: JSON) -> list[JSON]:
    """Who may vote: the creator and the invitees, each email once."""
    everyone = [event.get("created_by") or {}, *(event.get("invitees") or [])]
    by_email = {p["email"]: {"email": p["email"], "text": person(p)} for p in everyone if p.get("email")}
    return list(by_email.values())


def person(someone: JSON) -> str:
    """A name with an email, or whichever is known."""
    name, email = someone.get("full_name") or "", someone.get("email") or ""
    return f"{name} ({email})" if name and email else name or email


def place_text(place: JSON) -> str:
    """Name and address of a place."""
    return ", ".join(str(place[key]) for key in ("name", "address") if place.get(key))


def choice(given: JSON, text: str, decided: Any) -> JSON:
    """A date or a place as the page shows it."""
    votes = given.get("votes") or {}
    return {
        "id": given.get("_id", ""),
        "text": text,
        "yes": str(len(votes.get("yes", []))),
        "no": str(len(votes.get("no", []))),
        "decided": decided is not None and given.get("_id") == decided,
    }


RULES = [
    web_route("/event/<event_id>", show_event),
    web_route("/event/<event_id>/vote", vote, "POST"),
    web_route("/event/<event_id>/confirm", confirm, "POST"),
    web_route("/event/<event_id>/cancel", cancel, "POST"),
]
