"""Free and busy times of users: the hours of their availability, minus their meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from django_vyte.sandbox.world.clock import read, zone
from django_vyte.sandbox.world.event_status import is_confirmed
from django_vyte.sandbox.world.schedules import Span, closed_days, earliest, openings, pause, schedule_of
from django_vyte.sandbox.world.state import JSON, VyteState

A_DAY = timedelta(days=1)
YEARS = range(1970, 9000)
"""Years in which the days before and after can be told."""


def is_free(state: VyteState, user: JSON, start: datetime, end: datetime) -> bool:
    """Whether a user can be booked from one aware instant to another: open, not past, and no meeting near."""
    schedule = schedule_of(state, user)
    if start < earliest(schedule) or end - start > A_DAY or start.year not in YEARS:
        return False
    around = (start.astimezone(UTC).date() - A_DAY, end.astimezone(UTC).date() + A_DAY)
    return any(opens <= start and end <= closes for opens, closes in free_spans(state, user, *around))


def is_busy(state: VyteState, user: JSON, start: datetime, end: datetime) -> bool:
    """Whether a user has a meeting at some instant of a span, whatever the hours of the day."""
    return any(a < end and start < b for a, b in meetings_of(state, user))


def free_spans(state: VyteState, user: JSON, first: date, last: date) -> list[Span]:
    """The spans in which a user can be booked, on days from ``first`` to ``last`` (included) in the user's zone.

    Those that have passed are among them: ``schedules.earliest`` says what is too late.
    """
    schedule = schedule_of(state, user)
    home = zone(schedule["timezone"])
    around = pause(schedule)
    meetings = meetings_of(state, user, whole_days=bool(schedule.get("all_day_busy")))
    taken = sorted([*closed_days(schedule, home), *((a - around, b + around) for a, b in meetings)])
    spans: list[Span] = []
    for day in days(first, last):
        for opens, closes in openings(schedule, day, home):
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


def meetings_of(state: VyteState, user: JSON, *, whole_days: bool = True) -> list[Span]:
    """When a user has meetings, as creator or invitee; those that last whole days when wanted.

    They are the confirmed ones, and bookings of the user for one date that are still to be confirmed: who
    booked a time has it, so that nobody else is given the same.
    """
    emails = {str(email).lower() for email in user.get("emails", [])}
    home = zone(schedule_of(state, user)["timezone"])
    spans = []
    for event in state.events.values():
        if is_held_for(event, user) or (is_confirmed(event) and takes_part(event, {user["_id"]}, emails)):
            decided = event["confirmed"].get("date_id") if is_confirmed(event) else None
            dates = [d for d in event.get("dates") or [] if decided in (None, d.get("_id"))]
            if len(dates) == 1 and (whole_days or not dates[0].get("all_day")):
                spans += span_of(dates[0], event.get("timezone"), home)
    return spans


def is_held_for(event: JSON, user: JSON) -> bool:
    """Whether an event is a booking of that user (``vyteme``) that is still to be confirmed."""
    creator = event.get("created_by") or {}
    planned = not is_confirmed(event) and "cancelled" not in event
    return bool(event.get("vyteme")) and planned and creator.get("user") == user["_id"]


def span_of(meeting_date: JSON, event_zone: str | None, home: tzinfo) -> list[Span]:
    """When a date of an event is; one that lasts all day takes the whole days of a participant's zone.

    Nothing when it cannot be read or told: events are loaded as they are.
    """
    try:
        start, end = read(meeting_date["date"]), read(meeting_date["end_date"])
        local = start.astimezone(zone(event_zone))
    except (KeyError, ValueError, OverflowError):
        return []
    if start.year not in YEARS or end.year not in YEARS:
        return []
    if not meeting_date.get("all_day"):
        return [(start, end)]
    # A day is spelt as midnight in UTC, or as midnight where the event is.
    spelt_in = local.tzinfo if event_zone and local.time() == time() else UTC
    first = start.astimezone(spelt_in).date()
    last = (end - timedelta(microseconds=1)).astimezone(spelt_in).date() if end > start else first
    after = max(first, last) + A_DAY
    return [(datetime.combine(first, time(), home), datetime.combine(after, time(), home))]


def takes_part(event: JSON, user_ids: set[str], emails: set[str]) -> bool:
    """Whether one of some users, by id or lower-case email, created an event or is invited to it."""
    people = [event.get("created_by") or {}, *(event.get("invitees") or [])]
    return any(p.get("user") in user_ids or str(p.get("email")).lower() in emails for p in people)


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
    state: VyteState,
    users: list[JSON],
    minutes: int,
    first: date,
    last: date,
    shown: tzinfo,
    *,
    any_of: bool = False,
) -> list[Span]:
    """The slots in which all the users are free (or any of them), on days of the zone ``shown``, in order."""
    midnight = datetime.combine(first, time(), shown)
    before = datetime.combine(last + A_DAY, time(), shown)
    around = (first - A_DAY, last + A_DAY)
    each = [free_spans(state, user, *around) for user in users]
    after = [max(midnight, earliest(schedule_of(state, user))) for user in users]
    if any_of:
        found = zip(each, after, strict=True)
        return sorted({slot for spans, start in found for slot in chop(spans, minutes, start, before, shown)})
    spans = each[0]
    for others in each[1:]:
        spans = common(spans, others)
    return chop(spans, minutes, max(after), before, shown)


def next_slots(
    state: VyteState, users: list[JSON], minutes: int, after: datetime, shown: tzinfo, *, any_of: bool = False
) -> list[Span]:
    """The slots of the first day that has some after an instant, within 60 days."""
    first = after.astimezone(shown).date()
    found = find_slots(state, users, minutes, first, first + timedelta(days=60), shown, any_of=any_of)
    found = [slot for slot in found if slot[0] >= after]
    return [slot for slot in found if slot[0].date() == found[0][0].date()]
