"""``vyte.availabilities``: when users can be booked."""

from __future__ import annotations

from typing import Unpack

from django_vyte.client.arguments import content, segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import Availability, NewAvailability


class Availabilities(Resource):
    """``vyte.availabilities``: v2 documentation, Availabilities.

    The times of ``slots`` are times of day in the availability's ``timezone``, as ``datetime.time`` or as text,
    ``2018-01-01T09:00``, of which the date does not count. Vyte answers them as instants in UTC.
    """

    def create(self, user_id: str, **fields: Unpack[NewAvailability]) -> Availability:
        """Set when a user can be booked; ``timezone`` may be a ``ZoneInfo``, buffers minutes or timedeltas.

        ``POST /v2/users/:user_id/availabilities``

        >>> slot = {"start_time": time(9), "end_time": time(12, 30)}
        >>> days = {"monday": {"enabled": True, "slots": [slot]}}
        >>> vyte.availabilities.create(user_id, timezone="Europe/Paris", days=days)["timezone"]
        'Europe/Paris'
        """
        return self._read("POST", _path(user_id), Availability, body=content("", fields))

    def retrieve(self, user_id: str) -> Availability:
        """When a user can be booked.

        ``GET /v2/users/:user_id/availabilities``

        >>> vyte.availabilities.retrieve(user_id)["days"]["monday"]["enabled"]
        True
        """
        return self._read("GET", _path(user_id), Availability)

    def update(self, user_id: str, **fields: Unpack[NewAvailability]) -> Availability:
        """Change what is given, as in ``create``; a day is replaced whole.

        ``PUT /v2/users/:user_id/availabilities``

        >>> vyte.availabilities.update(user_id, buffer_after=timedelta(minutes=15))["buffer_after"]
        15
        """
        return self._read("PUT", _path(user_id), Availability, body=content("", fields))

    def delete(self, user_id: str) -> None:
        """Forget when a user can be booked.

        ``DELETE /v2/users/:user_id/availabilities``

        >>> vyte.availabilities.delete(user_id)
        """
        self._send("DELETE", _path(user_id))


def _path(user_id: str) -> str:
    return f"/v2/users/{segment(user_id, 'user_id')}/availabilities"
