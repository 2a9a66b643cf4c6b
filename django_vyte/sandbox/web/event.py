"""The page of an event, where people vote, confirm and cancel."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.web.rendering import page, see, web_route, when
from django_vyte.sandbox.world import meetings
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.event_status import status_of, title_of
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.state import JSON

SIDES = ("yes", "no")


def show_event(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
    """GET /event/ID."""
    return event_page(sandbox, request, event_id)


def event_page(
    sandbox: LocalVyte, request: Request, event_id: str, refused: Refused | None = None
) -> Response:
    """The page; with what was chosen on it, and why that was refused if it was."""
    with sandbox.state.lock:
        event = find_event(sandbox, event_id)
        dates = [{**date, "text": when(date, event.get("timezone"))} for date in event.get("dates") or []]
        places = [{**place, "text": place_text(place)} for place in event.get("places") or []]
        return page(
            "event",
            refused.status if refused else 200,
            title=title_of(event),
            problem=refused.message if refused else "",
            id=event["_id"],
            status=status_of(event),
            organiser=person(event.get("created_by") or {}),
            people=people(event),
            voter=request.form.get("voter") or request.args.get("voted", ""),
            voted=request.args.get("voted", "") in [each["email"] for each in people(event)],
            dates=[choice(sandbox, event, date, "date", request) for date in dates],
            places=[choice(sandbox, event, place, "place", request) for place in places],
            messages=[str(message.get("body", "")) for message in event.get("messages") or []],
            groups=(event.get("third_party") or {}).get("group_ids") or [],
        )


def post_vote(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
    """POST /event/ID/vote: ``voter`` and per choice a field ``vote-ID`` that says yes or no."""
    voter, counted = request.form.get("voter", ""), 0
    with sandbox.state.lock:
        event = find_event(sandbox, event_id)
        for kind in ("date", "place"):
            for given in event.get(f"{kind}s") or []:
                answer = request.form.get(f"vote-{given.get('_id')}")
                if answer in ("yes", "no"):
                    wanted = {f"{kind}_id": given["_id"]}
                    meetings.vote(sandbox.state, event, voter, yes=answer == "yes", **wanted)
                    counted += 1
    if not counted:
        raise Refused(400, "Say yes or no to one date or place at least.")
    return see(f"/event/{event_id}?{urlencode({'voted': voter})}")


def post_confirmation(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
    """POST /event/ID/confirm: ``date`` and ``place`` are ids, or empty for the most voted."""
    with sandbox.state.lock:
        date, place = (request.form.get(name) or None for name in ("date", "place"))
        meetings.confirm(sandbox.state, find_event(sandbox, event_id), date, place)
    return see(f"/event/{event_id}")


def post_cancellation(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
    """POST /event/ID/cancel."""
    with sandbox.state.lock:
        meetings.cancel(sandbox.state, find_event(sandbox, event_id))
    return see(f"/event/{event_id}")


def or_page(answer: Callable[..., Response]) -> Callable[..., Response]:
    """What a form of the page does, or the page again with the reason why not."""

    def try_it(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
        find_event(sandbox, event_id)
        try:
            return answer(sandbox, request, event_id)
        except Refused as refused:
            return event_page(sandbox, request, event_id, refused)

    return try_it


def find_event(sandbox: LocalVyte, event_id: str) -> JSON:
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


def choice(sandbox: LocalVyte, event: JSON, given: JSON, kind: str, request: Request) -> JSON:
    """A date or a place as the page shows it, with who is for it and who against."""
    votes, decided = given.get("votes") or {}, (event.get("confirmed") or {}).get(f"{kind}_id")
    shown = {side: [voter(sandbox, event, ballot) for ballot in votes.get(side, [])] for side in SIDES}
    return {
        "id": given.get("_id", ""),
        "text": given["text"],
        **{side: {"count": str(len(names)), "names": ", ".join(names)} for side, names in shown.items()},
        "chosen": request.form.get(f"vote-{given.get('_id')}", ""),
        "decided": decided is not None and given.get("_id") == decided,
    }


def voter(sandbox: LocalVyte, event: JSON, ballot: JSON) -> str:
    """Whose vote it is: the name, else the email, of somebody who takes part or has an account."""
    author = ballot.get("created_by") or {}
    everyone = [*(event.get("invitees") or []), event.get("created_by") or {}]
    for key in ("user", "email"):
        for someone in everyone:
            if author.get(key) and someone.get(key) == author[key]:
                return str(someone.get("full_name") or someone.get("email") or "somebody")
    account = sandbox.state.users.get(str(author.get("user")), {})
    return str(account.get("full_name") or author.get("email") or "somebody")


RULES = [
    web_route("/event/<event_id>", show_event),
    web_route("/event/<event_id>/vote", or_page(post_vote), "POST"),
    web_route("/event/<event_id>/confirm", or_page(post_confirmation), "POST"),
    web_route("/event/<event_id>/cancel", or_page(post_cancellation), "POST"),
]
