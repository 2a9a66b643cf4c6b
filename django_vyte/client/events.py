"""Meetings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Unpack, cast

from django_vyte.client.arguments import content, event, joined, segment
from django_vyte.client.decoding import decoded_items
from django_vyte.client.resource import Resource
from django_vyte.client.types import Event, EventFilters, Invitee, NewInvitee
from django_vyte.conf import get_settings

_EVENTS = "/v2/events"


class Events(Resource):
    """``vyte.events``: v2 documentation, Events. Ids are ``_id`` of Vyte's objects."""

    def iterate(self, **filters: Unpack[EventFilters]) -> Iterator[Event]:
        """The events that match, decoded one by one: memory does not grow with the answer.

        ``filter`` is ``confirmed`` or ``upcoming``, ``q`` a regular expression on the title, ``limit`` a
        number; the others restrict to these creators, invitees, app and groups. There is no further page:
        what comes back as long as ``limit`` may be cut short.

        Nothing is sent, and so nothing raised, until the first event is asked for. An answer that is cut off
        or not a list raises ``UnexpectedAnswer`` then, before any event is yielded.
        """
        pieces = self._http.stream("GET", _EVENTS, query=_query(filters))
        for item in decoded_items(pieces, f"GET {_EVENTS}"):
            yield cast(Event, item)

    def create(self, *, created_by: Mapping[str, str], **fields: Any) -> Event:
        """Create an event and answer it; ``created_by`` has an ``email`` or a ``user`` (id).

        ``fields`` are Vyte's: title (required), dates, places, invitees, messages, timezone, lang, …
        Datetimes must be aware. Never sent twice, so a ``VyteTimeout`` leaves open whether it exists.
        """
        return self._read("POST", _EVENTS, Event, body=event(created_by, fields))

    def retrieve(self, event_id: str) -> Event:
        """The event as it is now; ``NotFound`` when it is gone."""
        return self._read("GET", f"{_EVENTS}/{segment(event_id)}", Event)

    def update(self, event_id: str, **fields: Any) -> Event:
        """Change ``dates``, ``places`` (whole lists, as in ``create``) or ``title``; answers the event."""
        return self._read("PUT", f"{_EVENTS}/{segment(event_id)}", Event, body=content("", fields))

    def confirm(self, event_id: str, *, date_id: str | None = None, place_id: str | None = None) -> Event:
        """Confirm a date and a place; without them Vyte takes the only one, or the one with most votes."""
        path = f"{_EVENTS}/{segment(event_id)}/confirm"
        return self._read("POST", path, Event, query={"d": date_id, "p": place_id}, repeatable=True)

    def cancel(self, event_id: str) -> None:
        """Cancel an event, confirmed or not."""
        self._send("POST", f"{_EVENTS}/{segment(event_id)}/cancel", repeatable=True)

    def add_invitees(self, event_id: str, invitees: Sequence[NewInvitee]) -> list[Invitee]:
        """Invite people, each with at least an ``email``; answers all invitees of the event."""
        path = f"{_EVENTS}/{segment(event_id)}/invitees"
        return self._read("POST", path, list[Invitee], body=content("invitees", list(invitees)))

    def delete_invitee(self, event_id: str, invitee_id: str) -> None:
        """Take an invitee off: ``_id`` of the invitee, not ``user``.

        Vyte's documentation says POST in one place and DELETE in another: ``VYTE["DELETE_INVITEE_METHOD"]``.
        """
        path = f"{_EVENTS}/{segment(event_id)}/invitees/{segment(invitee_id)}"
        self._send(get_settings().DELETE_INVITEE_METHOD, path, repeatable=True)

    def list(self, **filters: Unpack[EventFilters]) -> list[Event]:
        """The events that match, all at once; takes and raises what ``iterate`` does."""
        return [*self.iterate(**filters)]


def _query(filters: EventFilters) -> dict[str, str | int | None]:
    unknown = sorted(set(filters) - set(EventFilters.__annotations__))
    if unknown:
        raise TypeError(f"Vyte has no such filter: {', '.join(unknown)}.")
    return {
        name: value if isinstance(value, int) else joined(name, cast(Any, value))
        for name, value in filters.items()
    }
