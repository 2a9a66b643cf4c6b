"""Availabilities: the hours in which a user can be booked (v2 documentation, Availabilities)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django_vyte.sandbox.world.bodies import NUMBER, checked
from django_vyte.sandbox.world.clock import new_id, spell, zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON, VyteState

Span = tuple[datetime, datetime]

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COUNTS = ("days_after_as_busy", "buffer_before", "buffer_after")
KINDS = {
    "timezone": str,
    "days": dict,
    **dict.fromkeys(("today_as_busy", "past_as_busy", "all_day_busy"), bool),
    **dict.fromkeys(COUNTS, NUMBER),
}
EDGES = ("start_time", "end_time")
MOST = 100_000

SERVER_ZONE = "Europe/Paris"
"""Where a clock time is read: the documentation sends ``09:00`` for London in January and gets ``08:00Z``."""

END = datetime.max.replace(tzinfo=UTC)


def default_schedule(user: JSON) -> JSON:
    """The availability of a user who has set none: weekdays from 9 to 17, however far ahead."""
    hours = {"start_time": "2018-01-01T09:00", "end_time": "2018-01-01T17:00"}
    weekdays: JSON = {day: {"enabled": True, "slots": [dict(hours)]} for day in WEEK[:5]}
    return {
        "timezone": user.get("timezone") or SERVER_ZONE,
        "today_as_busy": False,
        "past_as_busy": True,
        "buffer_before": 0,
        "buffer_after": 0,
        "all_day_busy": True,
        "days": {**weekdays, **{day: {"enabled": False} for day in WEEK[5:]}},
    }


def schedule_of(state: VyteState, user: JSON) -> JSON:
    """The availability of a user, the default one when none is set."""
    return state.availabilities.get(user["_id"]) or default_schedule(user)


def set_schedule(state: VyteState, user: JSON, body: JSON) -> JSON:
    """Sets the whole availability: what the body leaves out becomes the default. 400 for nonsense."""
    known = state.availabilities.get(user["_id"], {})
    frame: JSON = {name: known[name] for name in ("_id", "createdAt", "__v") if name in known}
    return store_schedule(state, user, merge({**frame, **default_schedule(user)}, read_schedule(body)))


def update_schedule(state: VyteState, user: JSON, body: JSON) -> JSON:
    """Changes what the body names of the availability, and of each of its days. 400 for nonsense."""
    return store_schedule(state, user, merge(schedule_of(state, user), read_schedule(body)))


def merge(schedule: JSON, given: JSON) -> JSON:
    """An availability with what is given in place of what was there, day by day."""
    days = schedule["days"]
    changed = {name: {**days.get(name, {}), **day} for name, day in given.get("days", {}).items()}
    return {**schedule, **given, "days": {**days, **changed}}


def store_schedule(state: VyteState, user: JSON, content: JSON) -> JSON:
    """Keeps an availability in the shape that writing answers; it has one id as long as it is there."""
    frame = {
        "trim_scheduler": True,
        "_id": new_id(),
        "belongs_to": user["_id"],
        "dates": [],
        "createdAt": state.clock.now(),
        "__v": 0,
    }
    days = {name: store_day(day) for name, day in content["days"].items()}
    kept: JSON = {**frame, **content, "days": days}
    kept["updatedAt"] = state.clock.now(after=content.get("updatedAt"))
    state.availabilities[user["_id"]] = kept
    return kept


def store_day(day: JSON) -> JSON:
    """A day with an id for each of its slots and times as instants, whatever spelling they came in."""
    if "slots" not in day:
        return day
    slots = [
        {**slot, "_id": slot.get("_id") or new_id(), **{name: as_datetime(slot[name]) for name in EDGES}}
        for slot in day["slots"]
    ]
    return {**day, "slots": slots}


def as_datetime(clock: str) -> str:
    """A clock time as Vyte answers it: an instant of the first of January 2018."""
    return spell(datetime.combine(date(2018, 1, 1), read_clock(clock), zone(SERVER_ZONE)))


def read_clock(text: str) -> time:
    """The time of day in ``2018-01-01T09:00``, ``2018-01-01T08:00:00.000Z`` or ``09:00``; the date is ignored.

    One with an offset is read where the server is. Raises ValueError when it is none of these.
    """
    if len(text) <= 8:
        return time.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(zone(SERVER_ZONE)) if moment.tzinfo else moment).time()


def openings(schedule: JSON, day: date, home: ZoneInfo) -> list[Span]:
    """The spans of a day in which a user can be booked; a slot that ends at midnight lasts until then."""
    described = schedule["days"].get(WEEK[day.weekday()], {})
    if not described.get("enabled"):
        return []
    spans = []
    for slot in described.get("slots") or []:
        start, end = read_clock(slot["start_time"]), read_clock(slot["end_time"])
        last = day if end != time() else day + timedelta(days=1)
        spans.append((datetime.combine(day, start, home), datetime.combine(last, end, home)))
    return spans


def closed_days(schedule: JSON, home: ZoneInfo) -> list[Span]:
    """The spans of days on which nothing can be booked: today, and what is too far ahead."""
    midnight = datetime.combine(datetime.now(home).date(), time(), home)
    spans = [(midnight, midnight + timedelta(days=1))] if schedule.get("today_as_busy") else []
    ahead = schedule.get("days_after_as_busy")
    return spans if ahead is None else [*spans, (midnight + timedelta(days=ahead + 1), END)]


def earliest(schedule: JSON) -> datetime:
    """The instant before which nothing can be booked."""
    return datetime.now(UTC) if schedule.get("past_as_busy") else datetime.min.replace(tzinfo=UTC)


def pause(schedule: JSON) -> timedelta:
    """What lies between two meetings at least: every meeting has its buffer before it and after it."""
    return timedelta(minutes=max(schedule.get("buffer_before") or 0, schedule.get("buffer_after") or 0))


def read_schedule(body: Any) -> JSON:
    """An availability out of a body; refused with 400, naming the member, for what makes no sense."""
    if not isinstance(body, dict):
        raise Refused(400, "availability must be an object")
    asked = checked(body, KINDS)
    try:
        zone(asked.get("timezone"))
    except ValueError as error:
        raise Refused(400, f"timezone: {error}") from None
    if not all(0 <= (asked.get(name) or 0) <= MOST for name in COUNTS):
        raise Refused(400, f"{', '.join(COUNTS)} must be between 0 and {MOST}")
    check_days(asked.get("days") or {})
    return {name: value for name, value in asked.items() if value is not None and name != "belongs_to"}


def check_days(days: JSON) -> None:
    """Refused with 400 unless it is an object of weekdays with slots that end after they start."""
    if not all(isinstance(day, dict) for day in days.values()):
        raise Refused(400, "days must be an object with an object for each day")
    for name, day in days.items():
        if name not in WEEK:
            raise Refused(400, f"days.{name} is no day of the week")
        if not isinstance(day.get("enabled", False), bool):
            raise Refused(400, f"days.{name}.enabled must be true or false")
        slots = day.get("slots", [])
        if not isinstance(slots, list) or not all(isinstance(slot, dict) for slot in slots):
            raise Refused(400, f"days.{name}.slots must be an array of objects")
        for slot in slots:
            check_slot(slot, f"days.{name}.slots")


def check_slot(slot: JSON, place: str) -> None:
    """Refused with 400 unless a slot has two times in their order; midnight ends a day."""
    times = []
    for name in EDGES:
        if not isinstance(slot.get(name), str):
            raise Refused(400, f"{place}.{name} is required")
        try:
            times.append(read_clock(slot[name]))
        except ValueError:
            raise Refused(400, f"{place}.{name} is no time") from None
    if times[1] <= times[0] and times[1] != time():
        raise Refused(400, f"{place}.end_time must be after start_time")
