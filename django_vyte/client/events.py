"""``vyte.events``: list, create, change, confirm and cancel meetings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Unpack

from django_vyte.client import arguments
from django_vyte.client.arguments import content, objects, segment, text
from django_vyte.client.lists import ignore
from django_vyte.client.resource import Resource, warn
from django_vyte.client.types import Event, EventChanges, EventFilters, Invitee, NewEvent, NewInvitee
from django_vyte.conf import get_settings
from django_vyte.exceptions import ProbablyIncomplete

_EVENTS = "/v2/events"
_FILTERS: dict[str, Callable[[str, Any], str | int | None]] = {
    "filter": text,
    "q": arguments.search,
    "limit": arguments.count,
    "creator_users": arguments.joined,
    "creator_emails": arguments.emails,
    "invitee_users": arguments.joined,
    "invitee_emails": arguments.emails,
    "app_id": text,
    "group_ids": arguments.groups,
}


class Events(Resource):
    """``vyte.events``: v2 documentation, Events. Ids are ``_id`` of Vyte's objects."""

    def iterate(
        self,
        *,
        report: Callable[[ProbablyIncomplete], object] = warn,
        counted: Callable[[int], object] = ignore,
        **filters: Unpack[EventFilters],
    ) -> Iterator[Event]:
        """The events that match, decoded one by one: memory does not grow with the answer.

        ``filter`` is ``confirmed`` or ``upcoming``, or ``future``: all events that are in the future, even if
        they are cancelled (from a branch of Vyte's documentation that is not published yet,
        ``document-future-filter-option``). ``q`` is a text that the title contains, or a compiled regular
        expression without flags; ``limit`` how many at most. The others restrict to these creators, invitees,
        app and groups.

        Nothing is sent, and so nothing raised, until the first event is asked for. An answer that is cut off
        or not a list raises ``UnexpectedAnswer`` then, before any event is yielded. ``counted`` is called with
        the number of items of the answer, which is known by then; those that cannot be read are left out.

        Vyte documents no further page. After the last event of a list that is as long as ``limit``, or 50, 250
        or a multiple of 100 up to 10,000 long, comes a ``ProbablyIncomplete`` warning; ``report`` is called with
        it instead where code wants to know.

        ``GET /v2/events``

        >>> event_id in [event["_id"] for event in vyte.events.iterate()]
        True
        """
        yield from self._items(_EVENTS, _query(filters), report=report, counted=counted)

    def create(self, **fields: Unpack[NewEvent]) -> Event:
        """Create an event and answer it: ``title``, ``created_by`` with an ``email`` or a ``user`` (id), and more.

        Datetimes must be aware. Never sent twice, so an error with ``maybe_applied`` leaves open whether it exists.

        ``POST /v2/events``

        >>> dates = [{"date": start, "end_date": end}]
        >>> vyte.events.create(title="Kick-off", created_by={"email": email}, dates=dates)["title"]
        'Kick-off'
        """
        return self._read("POST", _EVENTS, Event, body=content("", fields))

    def retrieve(self, event_id: str) -> Event:
        """The event as it is now; ``NotFound`` when it is gone.

        ``GET /v2/events/:event_id``

        >>> vyte.events.retrieve(event_id)["confirmed"]["flag"]
        False
        """
        return self._read("GET", _event(event_id), Event)

    def update(self, event_id: str, **fields: Unpack[EventChanges]) -> Event:
        """Change ``dates``, ``places`` (whole lists, as in ``create``) or ``title``; answers the event.

        ``PUT /v2/events/:event_id``

        >>> vyte.events.update(event_id, title="Second try")["title"]
        'Second try'
        """
        return self._read("PUT", _event(event_id), Event, body=content("", fields))

    def confirm(self, event_id: str, *, date_id: str | None = None, place_id: str | None = None) -> Event:
        """Confirm a date and a place; without them Vyte takes the only one, or the one with most votes.

        ``POST /v2/events/:event_id/confirm``

        >>> date_id = vyte.events.retrieve(event_id)["dates"][0]["_id"]
        >>> vyte.events.confirm(event_id, date_id=date_id)["confirmed"]["date_id"] == date_id
        True
        """
        query = {"d": text("date_id", date_id), "p": text("place_id", place_id)}
        return self._read("POST", f"{_event(event_id)}/confirm", Event, query=query, repeatable=True)

    def cancel(self, event_id: str) -> None:
        """Cancel an event, confirmed or not.

        ``POST /v2/events/:event_id/cancel``

        >>> vyte.events.cancel(event_id)
        """
        self._send("POST", f"{_event(event_id)}/cancel", repeatable=True)

    def add_invitees(self, event_id: str, invitees: Sequence[NewInvitee]) -> list[Invitee]:
        """Invite people, each with at least an ``email``; answers all invitees of the event.

        ``POST /v2/events/:event_id/invitees``

        >>> people = vyte.events.add_invitees(event_id, [{"email": "ada@example.com"}])
        >>> "ada@example.com" in [person["email"] for person in people]
        True
        """
        body = content("invitees", objects("invitees", invitees))
        return self._read("POST", f"{_event(event_id)}/invitees", list[Invitee], body=body)

    def delete_invitee(self, event_id: str, invitee_id: str) -> None:
        """Take an invitee off: ``_id`` of the invitee, not ``user``; ``NotFound`` when there is none.

        Vyte's documentation says POST in one place and DELETE in another: ``VYTE["DELETE_INVITEE_METHOD"]`` is
        tried first, and the other when Vyte does not have that one.

        ``POST /v2/events/:event_id/invitees/:invitee_id``

        >>> vyte.events.delete_invitee(event_id, invitee_id)
        """
        path = f"{_event(event_id)}/invitees/{segment(invitee_id, 'invitee_id')}"
        self._either(_deleting(), lambda method: self._send(method, path, repeatable=True))

    def change_organizer(self, event_id: str, *, user: str, keep_as_invitee: bool = False) -> None:
        """Make another user (id) of the organization the organizer of an event.

        The previous one is an invitee afterwards with ``keep_as_invitee``, and no longer takes part without.
        Never sent twice, so an error with ``maybe_applied`` leaves open who it is: ``retrieve`` the event.
        From a branch of Vyte's documentation that is not published yet, ``changing_event_organizer``.

        ``POST /v2/events/:event_id/admin``

        >>> vyte.events.change_organizer(event_id, user=user_id, keep_as_invitee=True)
        """
        body = {"user": text("user", user), "keep_as_invitee": keep_as_invitee}
        self._send("POST", f"{_event(event_id)}/admin", body=content("", body))

    def list(self, **filters: Unpack[EventFilters]) -> list[Event]:
        """The events that match, all at once; takes, raises and warns as ``iterate`` does.

        ``GET /v2/events``

        >>> [event["_id"] for event in vyte.events.list(q="Second created")] == [event_id]
        True
        """
        return [*self.iterate(report=partial(warn, stacklevel=5), **filters)]


def _event(event_id: str) -> str:
    return f"{_EVENTS}/{segment(event_id, 'event_id')}"


def _deleting() -> tuple[str, str]:
    method = get_settings().DELETE_INVITEE_METHOD
    return method, "POST" if method == "DELETE" else "DELETE"


def _query(filters: EventFilters) -> dict[str, str | int | None]:
    unknown = sorted(set(filters) - set(_FILTERS))
    if unknown:
        raise TypeError(f"Vyte has no such filter: {', '.join(unknown)}.")
    return {name: _FILTERS[name](name, value) for name, value in filters.items()}
