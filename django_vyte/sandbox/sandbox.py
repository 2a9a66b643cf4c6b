"""One local Vyte: its world, its WSGI application, its faults and its webhooks, behind one object."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from django_vyte.sandbox import meetings, people
from django_vyte.sandbox.app import App, Request
from django_vyte.sandbox.clock import new_id, new_secret
from django_vyte.sandbox.courier import Call, Courier, Post, WebhookMode
from django_vyte.sandbox.faults import Faults
from django_vyte.sandbox.filling import fill
from django_vyte.sandbox.present import listed
from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.seed import load_seed
from django_vyte.sandbox.server import Server
from django_vyte.sandbox.shorthand import as_body, as_changes
from django_vyte.sandbox.state import JSON, State
from django_vyte.sandbox.storage import Storage

TEAM_ID = "5f198da1c1ac5d1a30fc00f3"


class Sandbox:
    """A Vyte of one's own to develop and test against.

    It starts with the objects that Vyte's documentation prints, owned by the organization ``team_id`` whose
    key is ``api_key`` (random unless given). Use it as a WSGI application (``app``), serve it (``serve``), and
    make things happen from Python with the methods below; each event they answer is a copy in the shape that
    lists show.

    Nothing is kept when it goes, unless there is a ``state_file``: that is loaded when it exists, written
    after each change (at most about once a second) and by ``close``. ``seed`` is a file of things to start
    with; it is passed over when the state file exists. UnusableFile (a ValueError) for either that cannot be
    used.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        team_id: str = TEAM_ID,
        state_file: str | PathLike[str] | None = None,
        seed: str | PathLike[str] | None = None,
    ) -> None:
        self.url = ""
        self.quirks = Quirks()
        self.webhook_mode = WebhookMode()
        self.faults = Faults()
        self.requests: list[Request] = []
        """What the API was asked, the latest 10,000."""
        self.stopped: Literal["", "503", "drop"] = ""
        self.state = State(team_id=team_id, api_key=api_key or new_secret(), quirks=self.quirks)
        self.courier = Courier(self.state, self.quirks, self.webhook_mode)
        self.state.perform = self.courier.enqueue
        self.app = App(self)
        self._storage = Storage(state_file, self.state, self.courier) if state_file else None
        loaded = self._storage is not None and self._storage.load()
        if seed and not loaded:
            load_seed(Path(seed), self.state)
        self.team_id = self.state.team_id
        self.api_key = self.state.use_key(self.team_id, api_key)
        if self._storage is not None:
            self._storage.save()
            self.state.changed = self._storage.note

    def close(self) -> None:
        """Writes the state file for the last time, if there is one. UnusableFile when that fails."""
        if self._storage is not None:
            self._storage.close()

    def __repr__(self) -> str:
        return f"<Sandbox {self.url or 'not served'}: {len(self.state.events)} events>"

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
        """Serves it in a thread while the block runs; port 0 is a free one. OSError when it is taken."""
        with Server(self.app, host, port) as server:
            self.url = server.url
            try:
                yield server
            finally:
                self.url = ""
                self.close()

    # What happens at Vyte

    def create_event(
        self,
        *,
        title: str = "Meeting",
        creator: str = "creator@example.com",
        dates: Sequence[Any] = (),
        places: Sequence[Any] = (),
        invitees: Sequence[Any] = (),
        group_ids: Sequence[str] = (),
        app: str | None = None,
        confirmed: bool = False,
        **fields: Any,
    ) -> JSON:
        """Somebody makes an event: fires event.created, and event.confirmed when ``confirmed``.

        ``dates`` are (start, end) pairs, ``places`` names or (name, address) pairs, ``invitees`` emails or
        (email, full name) pairs; each may also be an object as the API takes it. ``app`` is the third-party
        app, by default the published one when there are ``group_ids``.
        """
        body = as_body(title, creator, dates, places, invitees, group_ids, app, confirmed, fields)
        with self._changing():
            return self._copy(meetings.create(self.state, body, self.team_id))

    def vote(
        self,
        event_id: str,
        email: str,
        date_id: str | None = None,
        place_id: str | None = None,
        yes: bool = True,
    ) -> JSON:
        """A participant votes on a date or place, on everything when neither is given. Fires nothing."""
        with self._changing():
            event = self.state.events[event_id]
            meetings.vote(self.state, event, email, date_id, place_id, yes)
            return self._copy(event)

    def confirm(self, event_id: str, date_id: str | None = None, place_id: str | None = None) -> JSON:
        """The organiser decides: fires event.confirmed, or event.updated when it was confirmed already."""
        with self._changing():
            event = self.state.events[event_id]
            meetings.confirm(self.state, event, date_id, place_id)
            return self._copy(event)

    def cancel(self, event_id: str) -> JSON:
        """The organiser cancels: fires event.cancelled."""
        with self._changing():
            meetings.cancel(self.state, self.state.events[event_id])
            return self._copy(self.state.events[event_id])

    def update_event(self, event_id: str, **fields: Any) -> JSON:
        """Changes title, dates, places, messages, lang, locale or timezone.

        Fires event.updated when the event is confirmed, as documented; see
        ``quirks.updates_before_confirmation``.
        """
        with self._changing():
            event = self.state.events[event_id]
            always = self.quirks.updates_before_confirmation
            meetings.update(self.state, event, as_changes(fields), always_fire=always)
            return self._copy(event)

    def invite(self, event_id: str, *invitees: Any) -> JSON:
        """Adds invitees: emails, (email, full name) pairs or objects. Fires nothing."""
        with self._changing():
            event = self.state.events[event_id]
            meetings.invite(self.state, event, as_changes({"invitees": invitees})["invitees"])
            return self._copy(event)

    def delete_event(self, event_id: str) -> None:
        """The event is gone: the API answers 404. Fires nothing."""
        with self._changing():
            del self.state.events[event_id]

    def join(self, *, email: str, full_name: str = "", extid: str | None = None) -> JSON:
        """Somebody joins the organization through its link: fires user.joined. Answers the user."""
        with self._changing():
            return copy.deepcopy(people.join(self.state, self.team_id, email, full_name, extid))

    def load(self, event: JSON) -> JSON:
        """Takes an event exactly as it is, replacing the one with its ``_id``. Fires nothing.

        Without an ``_id`` it gets one that is always the same for the same content.
        """
        with self._changing():
            return self._copy(self.state.load_event(event))

    def fill(self, count: int) -> None:
        """Adds that many generated events: planned, confirmed and cancelled ones. Fires nothing."""
        with self._changing():
            fill(self.state, count, self.team_id)

    def add_organization(self, name: str) -> tuple[str, str]:
        """Another organization, for what one must not see of the other; answers its id and API key."""
        with self._changing():
            team_id = new_id()
            now = self.state.clock.now()
            organization = {"_id": team_id, "name": name, "private": False, "members": [], "admins": []}
            self.state.load_organization({**organization, "createdAt": now, "updatedAt": now, "__v": 0})
            return team_id, self.state.add_key(team_id)

    # The API's health

    def stop_api(self, *, drop: bool = False) -> None:
        """From now on every API call is answered 503, or not at all with ``drop``. Web pages still work."""
        self.stopped = "drop" if drop else "503"

    def start_api(self) -> None:
        """The API answers again."""
        self.stopped = ""

    # Webhooks

    @property
    def outbox(self) -> list[Call]:
        """Every webhook call, waiting or delivered, in the order of what happened."""
        return self.courier.outbox

    def deliver(self, post: Post | None = None) -> list[Call]:
        """Tries each waiting call once, now and in this thread, and answers those it tried.

        ``post(url, body, headers)`` answers the receiver's status; by default ``courier.post`` does it.
        """
        return self.courier.deliver(post)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Holds the state while the block changes it, and has it kept."""
        with self.state.lock:
            yield
            self.state.changed()

    def _copy(self, event: JSON) -> JSON:
        """What the methods answer."""
        return copy.deepcopy(listed(event, Quirks()))
