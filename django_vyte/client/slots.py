"""``vyte.slots``: free times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django_vyte.client.arguments import days, emails, joined, minutes, text, zone
from django_vyte.client.resource import Resource
from django_vyte.client.types import Minutes, SlotsByDay, Zone
from django_vyte.client.types import Slots as FreeSlots
from django_vyte.exceptions import UnexpectedAnswer

T = TypeVar("T")


class Slots(Resource):
    """``vyte.slots``: v2 documentation, Slots.

    ``duration`` is in minutes, or a timedelta. Whose time: ``emails`` or ``users`` (ids), of several the times free
    for all, or ``team`` (an id), the times free for any member. ``start`` and ``end`` are days, both included: dates,
    or aware datetimes for the day they fall on in their own zone. ``timezone`` is that of the answer, a name such as
    ``Europe/Paris`` or a ``ZoneInfo``.

    Answers have ``slots``, or ``days`` by day, and ``nextAvailability``, which is ``None`` unless Vyte says when the
    next free time is; ``django_vyte.client.free_times`` and ``next_free_time`` read aware datetimes from them.
    """

    def list(
        self,
        *,
        duration: Minutes,
        emails: Sequence[str] | None = None,
        users: Sequence[str] | None = None,
        team: str | None = None,
        start: date | None = None,
        end: date | None = None,
        timezone: Zone | None = None,
    ) -> FreeSlots:
        """All free times.

        ``GET /v2/slots``

        >>> free = vyte.slots.list(duration=30, emails=[email], start=day, end=day)
        >>> len(free_times(free)) > 0
        True
        """
        query = _question(duration, emails, users, team, timezone) | days(start, end)
        return uniform(self._read("GET", "/v2/slots", FreeSlots, query=query))

    def by_day(
        self,
        *,
        duration: Minutes,
        emails: Sequence[str] | None = None,
        users: Sequence[str] | None = None,
        team: str | None = None,
        start: date | None = None,
        end: date | None = None,
        timezone: Zone | None = None,
    ) -> SlotsByDay:
        """The same by day; a day without free times is left out.

        ``GET /v2/slots/days``

        >>> free = vyte.slots.by_day(duration=30, users=[user_id], start=day, end=day)
        >>> [*free["days"]] == [str(day)]
        True
        """
        query = _question(duration, emails, users, team, timezone) | days(start, end)
        return uniform(self._read("GET", "/v2/slots/days", SlotsByDay, query=query), "days")

    def next(
        self,
        *,
        duration: Minutes,
        emails: Sequence[str] | None = None,
        users: Sequence[str] | None = None,
        team: str | None = None,
        timezone: Zone | None = None,
    ) -> FreeSlots:
        """The next free time, or times; both ``slots`` and ``nextAvailability`` have the first of them.

        ``GET /v2/slots/next``

        >>> next_free_time(vyte.slots.next(duration=30, emails=[email])).start.tzinfo is not None
        True
        """
        query = _question(duration, emails, users, team, timezone)
        return coming(uniform(self._read("GET", "/v2/slots/next", FreeSlots, query=query)))


def uniform(answer: T, member: str = "slots") -> T:
    """The answer with both ``member`` and ``nextAvailability``: Vyte leaves out either where it is empty."""
    found: Any = answer
    empty: Any = {} if member == "days" else []
    free = found.get(member) or empty
    if not isinstance(free, type(empty)):
        raise UnexpectedAnswer(f"free slots: {member!r} is a {type(free).__name__}")
    found[member] = free
    following = found.get("nextAvailability")
    slot = following.get("availableSlot") if isinstance(following, dict) else None
    found["nextAvailability"] = _availability(slot) | following if slot else None
    return answer


def coming(answer: FreeSlots) -> FreeSlots:
    """The answer with its first slot in both ``slots`` and ``nextAvailability``: Vyte fills either."""
    following = answer["nextAvailability"]
    if following and not answer["slots"]:
        answer["slots"] = [following["availableSlot"]]
    elif answer["slots"] and not following:
        answer["nextAvailability"] = _availability(answer["slots"][0])
    return answer


def _availability(slot: Any) -> Any:
    """The ``nextAvailability`` for a slot."""
    try:
        return {"availableDate": slot["start"]["dateTime"][:10], "availableSlot": slot}
    except (KeyError, TypeError):
        raise UnexpectedAnswer("free slots: a slot has no start") from None


def _question(
    duration: Minutes,
    whose_emails: Sequence[str] | None,
    users: Sequence[str] | None,
    team: str | None,
    timezone: Zone | None,
) -> dict[str, str | int | None]:
    if not (whose_emails or users or team):
        raise ValueError("Say whose time: emails, users or team.")
    return {
        "duration": minutes("duration", duration),
        "emails": emails("emails", whose_emails),
        "users": joined("users", users),
        "team": text("team", team),
        "timezone": zone("timezone", timezone),
    }
