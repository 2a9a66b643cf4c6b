"""Free slots: ``/slots`` and ``/slots/days`` of v1, ``/v2/slots`` and what is below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world.availability import YEARS, find_slots, next_slots
from django_vyte.sandbox.world.clock import zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.people import members
from django_vyte.sandbox.world.schedules import Span, schedule_of
from django_vyte.sandbox.world.state import JSON

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


def read_question(exchange: Exchange, *, days_required: bool = False) -> Question:
    """The query of an exchange; refused with 400 when something is missing or cannot be read."""
    minutes = exchange.required("duration")
    if not minutes.isdigit() or not 0 < int(minutes) <= 24 * 60:
        raise Refused(400, "duration must be a number of minutes")
    users = find_users(exchange)
    try:
        home = schedule_of(exchange.state, users[0])["timezone"]
        shown = zone(exchange.request.args.get("timezone") or home)
        if days_required:
            first, last = (
                date.fromisoformat(exchange.required("from")),
                date.fromisoformat(exchange.required("to")),
            )
        else:
            first = day_asked(exchange, "from", datetime.now(shown).date())
            last = day_asked(exchange, "to", first + timedelta(days=6))
    except (ValueError, OverflowError) as error:
        raise Refused(400, str(error)) from None
    if not timedelta(0) <= last - first <= LONGEST or first.year not in YEARS:
        raise Refused(400, "to must be within a year after from")
    named = exchange.words("emails") or exchange.words("users")
    return Question(users, not named, int(minutes), first, last, shown)


def day_asked(exchange: Exchange, name: str, default: date) -> date:
    """A day of the query; raises ValueError when it is not one."""
    text = exchange.request.args.get(name)
    return date.fromisoformat(text) if text else default


def find_users(exchange: Exchange) -> list[JSON]:
    """The users that ``emails``, ``users`` or ``team`` name, each once.

    ``team`` is a team or the whole organization. 400 when there are none or one is not known, 403 for those
    of another organization than the key's.
    """
    state = exchange.state
    ids = [
        state.emails.get(email.strip().lower(), "") for email in exchange.words("emails")
    ] + exchange.words("users")
    if not ids:
        ids = [user_id for team in exchange.words("team") for user_id in members_of(exchange, team)]
    if not ids or not all(user_id in state.users for user_id in ids):
        raise Refused(400, "emails, users or team must name Vyte users")
    return [
        state.owned(state.users, user_id, owner_asking(exchange, user_id)) for user_id in dict.fromkeys(ids)
    ]


def owner_asking(exchange: Exchange, object_id: str) -> str:
    """The organization that asks; without a key, which v1 does not need, the one that is asked about."""
    return exchange.owner or exchange.state.owner_of(object_id)


def members_of(exchange: Exchange, team_id: str) -> list[str]:
    """The ids of the members of a team, or of the asking organization."""
    if team_id in exchange.state.organizations:
        if exchange.owner not in ("", team_id):
            raise Refused(403, "team is another organization than your key's")
        return [user["_id"] for user in members(exchange.state, team_id)]
    if team_id not in exchange.state.teams:
        raise Refused(400, "team must be the id of a team or of your organization")
    team: list[str] = exchange.state.owned(exchange.state.teams, team_id, owner_asking(exchange, team_id))[
        "members"
    ]
    return team


def search(exchange: Exchange, question: Question) -> list[Span]:
    """The slots that answer a question."""
    q = question
    return find_slots(exchange.state, q.users, q.minutes, q.first, q.last, q.shown, any_of=q.any_of)


def next_day(exchange: Exchange, question: Question, after: datetime) -> list[Span]:
    """The slots of the first day that has some after an instant, none when it is more than 60 days away."""
    q = question
    return next_slots(exchange.state, q.users, q.minutes, after, q.shown, any_of=q.any_of)


def describe_next(slots: list[Span]) -> JSON:
    """``nextAvailability`` with the first of some slots; empty when there are none."""
    if not slots:
        return {}
    day = slots[0][0].date().isoformat()
    return {"nextAvailability": {"availableDate": day, "availableSlot": spell_slot(slots[0])}}


def describe_question(question: Question) -> JSON:
    """What the answer says about the question."""
    first, last = question.first.isoformat(), question.last.isoformat()
    return {"timezone": question.shown.key, "from": first, "to": last}


def list_slots(exchange: Exchange) -> Response:
    """GET /v2/slots: the slots one after the other."""
    return answer_slots(exchange, read_question(exchange))


def list_slots_v1(exchange: Exchange) -> Response:
    """GET /slots (v1): from and to are required, a key is not, and pages of other sites may ask."""
    return with_cors(answer_slots(exchange, read_question(exchange, days_required=True)))


def answer_slots(exchange: Exchange, question: Question) -> Response:
    """The answer of a list of slots."""
    slots = search(exchange, question)
    more = {} if slots else describe_next(next_day(exchange, question, end_of(question)))
    return json_answer({**describe_question(question), "slots": [spell_slot(slot) for slot in slots], **more})


def list_days(exchange: Exchange) -> Response:
    """GET /v2/slots/days: the slots by day."""
    return answer_days(exchange, read_question(exchange))


def list_days_v1(exchange: Exchange) -> Response:
    """GET /slots/days (v1): as ``/slots``."""
    return with_cors(answer_days(exchange, read_question(exchange, days_required=True)))


def with_cors(response: Response) -> Response:
    """Let scripts in pages of any origin read the response, as Vyte's slot picker does."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def answer_days(exchange: Exchange, question: Question) -> Response:
    """The answer of slots by day: only days that have some."""
    days: dict[str, dict[str, list[JSON]]] = {}
    for slot in search(exchange, question):
        days.setdefault(slot[0].date().isoformat(), {"slots": []})["slots"].append(spell_slot(slot))
    more = {} if days else describe_next(next_day(exchange, question, end_of(question)))
    return json_answer({**describe_question(question), "days": days, **more})


def next_free(exchange: Exchange) -> Response:
    """GET /v2/slots/next: the free slots of the next day that has some, from now on."""
    question = read_question(exchange)
    slots = next_day(exchange, question, datetime.now(UTC))
    if exchange.quirks.next_shape == "nextAvailability":
        return json_answer(describe_next(slots))
    return json_answer({"timezone": question.shown.key, "slots": [spell_slot(slot) for slot in slots]})


def end_of(question: Question) -> datetime:
    """The instant at which the last day of a question ends, or the present one when that is later."""
    end = datetime.combine(question.last + timedelta(days=1), time(), question.shown)
    return max(end, datetime.now(UTC))


def spell_slot(slot: Span) -> JSON:
    """A slot as Vyte answers it, with the offset of the zone it is shown in."""
    start, end = slot
    return {
        "start": {"dateTime": start.isoformat(timespec="milliseconds")},
        "end": {"dateTime": end.isoformat(timespec="milliseconds")},
    }


RULES = [
    route("/slots", "GET", list_slots_v1, v1=True, open=True),
    route("/slots/days", "GET", list_days_v1, v1=True, open=True),
    route("/v2/slots", "GET", list_slots),
    route("/v2/slots/days", "GET", list_days),
    route("/v2/slots/next", "GET", next_free),
]
