"""Free times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django_vyte.client.arguments import day, joined
from django_vyte.client.resource import Resource
from django_vyte.client.types import Slots as FreeSlots
from django_vyte.client.types import SlotsByDay


class Slots(Resource):
    """``vyte.slots``: v2 documentation, Slots.

    ``duration`` is in minutes. Whose time: ``emails`` or ``users`` (ids), of several the times free for all,
    or ``team`` (an id), the times free for any member. ``start`` and ``end`` are days, both included: dates,
    or aware datetimes for the day they fall on. ``timezone`` is a name such as ``Europe/Paris``.
    """

    def list(
        self,
        *,
        duration: int,
        emails: Sequence[str] | None = None,
        users: Sequence[str] | None = None,
        team: str | None = None,
        start: date | None = None,
        end: date | None = None,
        timezone: str | None = None,
    ) -> FreeSlots:
        """All free times; ``nextAvailability`` when there are none."""
        days = {"from": day("start", start), "to": day("end", end)}
        query = _whose(duration, emails, users, team, timezone) | days
        return self._read("GET", "/v2/slots", FreeSlots, query=query)

    def by_day(
        self,
        *,
        duration: int,
        emails: Sequence[str] | None = None,
        users: Sequence[str] | None = None,
        team: str | None = None,
        start: date | None = None,
        end: date | None = None,
        timezone: str | None = None,
    ) -> SlotsByDay:
        """The same by day; a day without free times is left out."""
        days = {"from": day("start", start), "to": day("end", end)}
        query = _whose(duration, emails, users, team, timezone) | days
        return self._read("GET", "/v2/slots/days", SlotsByDay, query=query)

    def next(
        self,
        *,
        duration: int,
        emails: Sequence[str] | None = None,
        users: Sequence[str] | None = None,
        team: str | None = None,
        timezone: str | None = None,
    ) -> FreeSlots:
        """The next free time, in ``slots`` or in ``nextAvailability.availableSlot``: look into both."""
        query = _whose(duration, emails, users, team, timezone)
        return self._read("GET", "/v2/slots/next", FreeSlots, query=query)


def _whose(
    duration: int,
    emails: Sequence[str] | None,
    users: Sequence[str] | None,
    team: str | None,
    timezone: str | None,
) -> dict[str, str | int | None]:
    if not (emails or users or team):
        raise ValueError("Say whose time: emails, users or team.")
    return {
        "duration": duration,
        "emails": joined("emails", emails),
        "users": joined("users", users),
        "team": team,
        "timezone": timezone,
    }
