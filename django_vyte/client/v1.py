"""``vyte.v1``: operations of Vyte's API v1 that v2 replaced (v1 documentation)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack

from django_vyte.client import types
from django_vyte.client.arguments import content, days, emails, joined, minutes, segment
from django_vyte.client.resource import Resource
from django_vyte.client.slots import uniform
from django_vyte.client.third_parties import app_query, token_query
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
        """Register an app; ``_id`` is its ``app_id``, ``secret`` signs its links: store both at once.

        A GET that creates, and so never sent twice: an error with ``maybe_applied`` leaves open whether the app exists.

        ``GET /thirdparties/new``

        >>> vyte.v1.third_parties.register(name="crm", contact_email="ada@example.com")["name"]
        'crm'
        """
        query = app_query(name, contact_email, contact_name)
        return self._read("GET", "/thirdparties/new", types.ThirdParty, query=query, repeatable=False)

    def token(self, *, email: str, secret: str) -> types.Token:
        """The creator token of ``email``; with the warning of ``vyte.third_parties.token``.

        ``GET /thirdparties/token``

        >>> len(vyte.v1.third_parties.token(email=email, secret=secret)["token"])
        64
        """
        query = token_query(email, secret)
        return self._read("GET", "/thirdparties/token", types.Token, query=query, secrets=[secret])

    def group_events(self, app_id: str, group_ids: str | Sequence[str]) -> list[types.Event]:
        """The events that an app created for one group or several.

        ``GET /thirdparties/:app_id/groups/:group_ids/events``

        >>> isinstance(vyte.v1.third_parties.group_events(app_id, ["project_1"]), list)
        True
        """
        groups = [group_ids] if isinstance(group_ids, str) else group_ids
        joined("group_ids", groups)
        path = ",".join(segment(group, "group_ids") for group in groups)
        path = f"/thirdparties/{segment(app_id, 'app_id')}/groups/{path}/events"
        return self._read("GET", path, list[types.Event])


class Bookings(Resource):
    """``vyte.v1.bookings``: section "Booking an appointment"."""

    def create(self, **fields: Unpack[types.NewEvent]) -> types.Event:
        """Create an event, as ``vyte.events.create`` does; ``third_party`` holds ``app`` and ``ct``.

        Never sent twice, so an error with ``maybe_applied`` leaves open whether it exists.

        ``POST /events``

        >>> dates = [{"date": start, "end_date": end}]
        >>> vyte.v1.bookings.create(title="Call", created_by={"email": email}, dates=dates)["title"]
        'Call'
        """
        return self._read("POST", "/events", types.Event, body=content("", fields))


class Slots(Resource):
    """``vyte.v1.slots``: section "Getting free slots". Arguments and answers as in ``vyte.slots``, all required."""

    def list(self, *, duration: types.Minutes, emails: Sequence[str], start: date, end: date) -> types.Slots:
        """All free times.

        ``GET /slots``

        >>> free = vyte.v1.slots.list(duration=30, emails=[email], start=day, end=day)
        >>> len(free_times(free)) > 0
        True
        """
        query = _query(duration, emails, start, end)
        return uniform(self._read("GET", "/slots", types.Slots, query=query))

    def by_day(
        self, *, duration: types.Minutes, emails: Sequence[str], start: date, end: date
    ) -> types.SlotsByDay:
        """The same by day; a day without free times is left out.

        ``GET /slots/days``

        >>> free = vyte.v1.slots.by_day(duration=30, emails=[email], start=day, end=day)
        >>> [*free["days"]] == [str(day)]
        True
        """
        query = _query(duration, emails, start, end)
        return uniform(self._read("GET", "/slots/days", types.SlotsByDay, query=query), "days")


def _query(
    duration: types.Minutes, whose_emails: Sequence[str], start: date, end: date
) -> dict[str, str | int | None]:
    whose = emails("emails", whose_emails)
    return {"duration": minutes("duration", duration), "emails": whose, **days(start, end)}
