"""``vyte.calendars``: the calendars that users connected."""

from __future__ import annotations

from typing import Unpack

from django_vyte.client.arguments import content, segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import CalendarList, CalendarListChange


class Calendars(Resource):
    """``vyte.calendars``: v2 documentation, Calendars."""

    def retrieve(self, user_id: str) -> CalendarList:
        """The calendars of a user, and what Vyte does with them.

        ``GET /v2/users/:user_id/calendars``

        >>> vyte.calendars.retrieve(user_id)["sync_suggestions"]
        True
        """
        return self._read("GET", _path(user_id), CalendarList)

    def update(self, user_id: str, **fields: Unpack[CalendarListChange]) -> CalendarList:
        """Change ``sync_suggestions`` (whether suggested dates are written into them) and ``calendars``.

        ``PUT /v2/users/:user_id/calendars``

        >>> vyte.calendars.update(user_id, sync_suggestions=False)["sync_suggestions"]
        False
        """
        return self._read("PUT", _path(user_id), CalendarList, body=content("", fields))

    def delete(self, user_id: str, calendar_id: str) -> None:
        """Disconnect a calendar.

        ``DELETE /v2/users/:user_id/calendars/:calendar_id``

        >>> vyte.calendars.delete(user_id, calendar_id)
        """
        self._send("DELETE", f"{_path(user_id)}/{segment(calendar_id, 'calendar_id')}")


def _path(user_id: str) -> str:
    return f"/v2/users/{segment(user_id, 'user_id')}/calendars"
