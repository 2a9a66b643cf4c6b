"""The operations of Vyte's first API that its second replaced (v1 documentation)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django_vyte.client import types
from django_vyte.client.arguments import day, event, joined, segment
from django_vyte.client.resource import Resource
from django_vyte.http import Http


class V1:
    """``vyte.v1``."""

    def __init__(self, http: Http) -> None:
        self.third_parties = ThirdParties(http)
        self.bookings = Bookings(http)
        self.slots = Slots(http)


class ThirdParties(Resource):
    """``vyte.v1.third_parties``: section "How to create events"."""

    def register(self, *, name: str, contact_email: str, contact_name: str | None = None) -> types.ThirdParty:
        """Register an app; ``_id`` is its ``app_id``, ``secret`` signs its links: store both at once."""
        query = {"name": name, "contact_email": contact_email, "contact_name": contact_name}
        # A GET that creates: asking twice would make two apps.
        return self._read("GET", "/thirdparties/new", types.ThirdParty, query=query, repeatable=False)

    def token(self, *, email: str, secret: str) -> types.Token:
        """The creator token of ``email``; with the warning of ``vyte.third_parties.token``."""
        query = {"cm": email, "secret": secret}
        return self._read("GET", "/thirdparties/token", types.Token, query=query, secrets=[secret])

    def group_events(self, app_id: str, group_ids: str | Sequence[str]) -> list[types.Event]:
        """The events that an app created for one group or several."""
        groups = [group_ids] if isinstance(group_ids, str) else group_ids
        joined("group_ids", groups)
        path = f"/thirdparties/{segment(app_id)}/groups/{','.join(map(segment, groups))}/events"
        return self._read("GET", path, list[types.Event])


class Bookings(Resource):
    """``vyte.v1.bookings``: section "Booking an appointment"."""

    def create(self, *, created_by: Mapping[str, str], **fields: Any) -> types.Event:
        """Create an event, as ``vyte.events.create`` does; ``third_party`` holds ``app`` and ``ct``."""
        return self._read("POST", "/events", types.Event, body=event(created_by, fields))


class Slots(Resource):
    """``vyte.v1.slots``: section "Getting free slots". Arguments as in ``vyte.slots``, all required."""

    def list(self, *, duration: int, emails: Sequence[str], start: date, end: date) -> types.Slots:
        """All free times; ``nextAvailability`` when there are none."""
        query = _query(duration, emails, start, end)
        return self._read("GET", "/slots", types.Slots, query=query)

    def by_day(self, *, duration: int, emails: Sequence[str], start: date, end: date) -> types.SlotsByDay:
        """The same by day."""
        query = _query(duration, emails, start, end)
        return self._read("GET", "/slots/days", types.SlotsByDay, query=query)


def _query(duration: int, emails: Sequence[str], start: date, end: date) -> dict[str, str | int | None]:
    return {
        "duration": duration,
        "emails": joined("emails", emails),
        "from": day("start", start),
        "to": day("end", end),
    }
