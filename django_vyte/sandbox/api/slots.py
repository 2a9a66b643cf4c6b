"""Free slots: ``/slots`` and ``/slots/days`` of v1, ``/v2/slots`` and what is below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from django_vyte.sandbox.availability import Span, find_slots, next_slot
from django_vyte.sandbox.clock import zone
from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.exchange import Exchange, json_answer, route
from django_vyte.sandbox.state import JSON

LONGEST = timedelta(days=366)


@dataclass
class Question:
    """Whose slots of how many minutes are wanted, on which days of which zone."""

    users: list[JSON]
    any_of: bool
    minutes: int
    first: date
    last: date
    shown: ZoneInfo


def read_question(ask: Exchange, *, days_required: bool = False) -> Question:
    """The query of an exchange; refused with 400 when something is missing or cannot be read."""
    minutes = ask.required("duration")
    if not minutes.isdigit() or not 0 < int(minutes) <= 24 * 60:
        raise Refused(400, "duration must be a number of minutes")
    users = find_users(ask)
    try:
        shown = zone(ask.request.args.get("timezone") or users[0].get("timezone"))
        if days_required:
            first, last = date.fromisoformat(ask.required("from")), date.fromisoformat(ask.required("to"))
        else:
            first = day_asked(ask, "from", datetime.now(shown).date())
            last = day_asked(ask, "to", first + timedelta(days=6))
    except ValueError as error:
        raise Refused(400, str(error)) from None
    if not timedelta(0) <= last - first <= LONGEST:
        raise Refused(400, "to must be within a year after from")
    return Question(users, bool(ask.words("team")), int(minutes), first, last, shown)


def day_asked(ask: Exchange, name: str, default: date) -> date:
    """A day of the query; raises ValueError when it is not one."""
    text = ask.request.args.get(name)
    return date.fromisoformat(text) if text else default


def find_users(ask: Exchange) -> list[JSON]:
    """The users that ``emails``, ``users`` or ``team`` name; 400 when there are none or one is not known."""
    state = ask.state
    ids = [state.emails.get(email.strip().lower(), "") for email in ask.words("emails")] + ask.words("users")
    for team in ask.words("team"):
        ids += state.organizations.get(team, {"members": [""]})["members"]
    if not ids or not all(user_id in state.users for user_id in ids):
        raise Refused(400, "emails, users or team must name Vyte users")
    return [state.users[user_id] for user_id in ids]


def search(ask: Exchange, question: Question) -> list[Span]:
    """The slots that answer a question."""
    q = question
    return find_slots(ask.state, q.users, q.minutes, q.first, q.last, q.shown, any_of=q.any_of)


def next_availability(ask: Exchange, question: Question, after: datetime) -> JSON:
    """``nextAvailability`` with the first slot after an instant; empty when there is none within 60 days."""
    q = question
    slot = next_slot(ask.state, q.users, q.minutes, after, q.shown, any_of=q.any_of)
    if slot is None:
        return {}
    day = slot[0].date().isoformat()
    return {"nextAvailability": {"availableDate": day, "availableSlot": spell_slot(slot)}}


def list_slots(ask: Exchange) -> Response:
    """GET /v2/slots: the slots one after the other."""
    return answer_slots(ask, read_question(ask))


def list_slots_v1(ask: Exchange) -> Response:
    """GET /slots (v1): from and to are required."""
    return answer_slots(ask, read_question(ask, days_required=True))


def answer_slots(ask: Exchange, question: Question) -> Response:
    """The answer of a list of slots."""
    slots = search(ask, question)
    more = {} if slots else next_availability(ask, question, end_of(question))
    return json_answer({"slots": [spell_slot(slot) for slot in slots], **more})


def list_days(ask: Exchange) -> Response:
    """GET /v2/slots/days: the slots by day."""
    return answer_days(ask, read_question(ask))


def list_days_v1(ask: Exchange) -> Response:
    """GET /slots/days (v1): from and to are required."""
    return answer_days(ask, read_question(ask, days_required=True))


def answer_days(ask: Exchange, question: Question) -> Response:
    """The answer of slots by day: only days that have some."""
    days: dict[str, dict[str, list[JSON]]] = {}
    for slot in search(ask, question):
        days.setdefault(slot[0].date().isoformat(), {"slots": []})["slots"].append(spell_slot(slot))
    more = {} if days else next_availability(ask, question, end_of(question))
    return json_answer({"days": days, **more})


def next_free(ask: Exchange) -> Response:
    """GET /v2/slots/next: the first free slot from now on."""
    question = read_question(ask)
    found = next_availability(ask, question, datetime.now(UTC))
    if ask.quirks.next_shape == "nextAvailability":
        return json_answer(found)
    return json_answer({"slots": [found["nextAvailability"]["availableSlot"]] if found else []})


def end_of(question: Question) -> datetime:
    """The instant at which the last day of a question ends."""
    return datetime.combine(question.last + timedelta(days=1), time(), question.shown)


def spell_slot(slot: Span) -> JSON:
    """A slot as Vyte answers it, with the offset of the zone it is shown in."""
    start, end = slot
    return {
        "start": {"dateTime": start.isoformat(timespec="milliseconds")},
        "end": {"dateTime": end.isoformat(timespec="milliseconds")},
    }


RULES = [
    route("/slots", "GET", list_slots_v1, v1=True),
    route("/slots/days", "GET", list_days_v1, v1=True),
    route("/v2/slots", "GET", list_slots),
    route("/v2/slots/days", "GET", list_days),
    route("/v2/slots/next", "GET", next_free),
]
