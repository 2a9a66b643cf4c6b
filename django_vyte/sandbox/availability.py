"""When people are free: weekdays from 9 to 17 in their own time zone, less their confirmed meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from django_vyte.sandbox.clock import read, zone
from django_vyte.sandbox.filters import is_confirmed
from django_vyte.sandbox.state import JSON, State

Span = tuple[datetime, datetime]

OPENS, CLOSES = time(9), time(17)


def free_spans(state: State, user: JSON, first: date, last: date) -> list[Span]:
    """The spans in which a user is free, on days from ``first`` to ``last`` (included) in the user's zone."""
    home = zone(user.get("timezone"))
    taken = sorted(meetings_of(state, user))
    spans: list[Span] = []
    for day in days(first, last):
        if day.weekday() < 5:
            opens, closes = datetime.combine(day, OPENS, home), datetime.combine(day, CLOSES, home)
            spans += without(opens, closes, taken)
    return spans


def days(first: date, last: date) -> Iterator[date]:
    """Each day from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def without(start: datetime, end: datetime, taken: list[Span]) -> list[Span]:
    """What is left of a span when sorted others are taken out of it."""
    inside = [(max(a, start), min(b, end)) for a, b in taken if a < end and b > start]
    edges = [(start, start), *inside, (end, end)]
    left: list[Span] = []
    reached = start
    for (_, before), (after, _) in pairwise(edges):
        reached = max(reached, before)
        if reached < after:
            left.append((reached, after))
    return left


def meetings_of(state: State, user: JSON) -> list[Span]:
    """When a user has confirmed meetings, as creator or invitee."""
    emails = {str(email).lower() for email in user.get("emails", [])}
    spans = []
    for event in state.events.values():
        if is_confirmed(event) and takes_part(event, user["_id"], emails):
            decided = event["confirmed"].get("date_id")
            dates = [d for d in event.get("dates") or [] if decided in (None, d.get("_id"))]
            if len(dates) == 1:
                spans.append((read(dates[0]["date"]), read(dates[0]["end_date"])))
    return spans


def takes_part(event: JSON, user_id: str, emails: set[str]) -> bool:
    """Whether a user created an event or is invited to it."""
    people = [event.get("created_by") or {}, *(event.get("invitees") or [])]
    return any(p.get("user") == user_id or str(p.get("email")).lower() in emails for p in people)


def common(one: list[Span], other: list[Span]) -> list[Span]:
    """The spans that lie in both lists."""
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in other if a < d and c < b]
    return sorted(both)


def chop(spans: list[Span], minutes: int, after: datetime, before: datetime, shown: tzinfo) -> list[Span]:
    """Slots of that many minutes, one after the other in each span, between two instants, in a zone."""
    length = timedelta(minutes=minutes)
    slots = []
    for start, end in spans:
        while start + length <= end:
            if after <= start and start + length <= before:
                slots.append((start.astimezone(shown), (start + length).astimezone(shown)))
            start += length
    return slots


def find_slots(
    state: State,
    users: list[JSON],
    minutes: int,
    first: date,
    last: date,
    shown: tzinfo,
    *,
    any_of: bool = False,
) -> list[Span]:
    """The slots in which all the users are free (or any of them), on days of the zone ``shown``, in order."""
    after = datetime.combine(first, time(), shown)
    before = datetime.combine(last + timedelta(days=1), time(), shown)
    around = (first - timedelta(days=1), last + timedelta(days=1))
    each = [free_spans(state, user, *around) for user in users]
    if any_of:
        return sorted({slot for spans in each for slot in chop(spans, minutes, after, before, shown)})
    spans = each[0]
    for others in each[1:]:
        spans = common(spans, others)
    return chop(spans, minutes, after, before, shown)


def next_slot(
    state: State, users: list[JSON], minutes: int, after: datetime, shown: tzinfo, *, any_of: bool = False
) -> Span | None:
    """The first slot that begins after an instant, within 60 days."""
    first = after.astimezone(shown).date()
    found = find_slots(state, users, minutes, first, first + timedelta(days=60), shown, any_of=any_of)
    return next((slot for slot in found if slot[0] >= after), None)
