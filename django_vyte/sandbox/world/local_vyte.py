"""A local Vyte in memory: what people do at Vyte as methods, with the webhook calls, faults and quirks that follow."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world import keys, meetings, people
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.courier import Courier, Post, WebhookCall, WebhookMode
from django_vyte.sandbox.world.faults import Faults
from django_vyte.sandbox.world.filling import fill
from django_vyte.sandbox.world.first_state import first_state
from django_vyte.sandbox.world.present import listed
from django_vyte.sandbox.world.request_log import Request
from django_vyte.sandbox.world.shorthand import as_body, as_changes
from django_vyte.sandbox.world.state import JSON


class LocalVyte:
    """What ``Sandbox`` is without its server and its files: all that the API, the pages and the controls work on."""

    def __init__(self, team_id: str, api_key: str) -> None:
        self.team_id = team_id
        self.api_key = api_key
        self.quirks = Quirks()
        self.webhook_mode = WebhookMode()
        self.faults = Faults()
        self.requests: list[Request] = []
        """What the API was asked, the latest 10,000."""
        self.stopped: Literal["", "503", "drop"] = ""
        self.state = first_state(team_id, api_key, self.quirks)
        self.courier = Courier(self.state, self.quirks, self.webhook_mode)
        self.state.perform = self.courier.enqueue

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

    # API keys. ``key_id`` is that of any organization's key; without one it is the key of ``team_id``

    def revoke_key(self, key_id: str | None = None) -> None:
        """The API key opens nothing from now on: 401. Fires nothing."""
        with self._changing():
            keys.revoke(self.state, key_id or self._own_key_id())

    def delete_key(self, key_id: str | None = None) -> None:
        """The API key is gone: 401. Fires nothing."""
        with self._changing():
            keys.delete(self.state, key_id or self._own_key_id())

    def renew_key(self, key_id: str | None = None) -> str:
        """A new API key in place of the old one, or where there is none; ``api_key`` follows. Fires nothing."""
        with self._changing():
            own = [each["_id"] for each in self.state.keys.values() if each["organization"] == self.team_id]
            replaced = key_id or (own[-1] if own else None)
            key = keys.renew(self.state, replaced) if replaced else self.state.add_key(self.team_id)
            if keys.owner_of_key(self.state, key) == self.team_id:
                self.api_key = key
            return key

    def _own_key_id(self) -> str:
        return str(self.state.keys[self.api_key]["_id"])

    # The API's health

    def stop_api(self, *, drop: bool = False) -> None:
        """From now on every API call is answered 503, or not at all with ``drop``. Web pages still work."""
        self.stopped = "drop" if drop else "503"

    def start_api(self) -> None:
        """The API answers again."""
        self.stopped = ""

    # Webhooks

    @property
    def outbox(self) -> list[WebhookCall]:
        """Every webhook call, waiting or delivered, in the order of what happened."""
        return self.courier.outbox

    def deliver(self, post: Post | None = None, *, check: bool | None = None) -> list[WebhookCall]:
        """Tries each waiting call once, now and in this thread, and answers those it tried.

        ``post(url, body, headers)`` answers the receiver's status; by default ``courier.post`` does it. With ``check``,
        a call that was not answered with a 2xx is a DeliveryRefused once all were tried: the default of the pytest
        fixture, unless there is a ``post``.
        """
        return self.courier.deliver(post, check=check)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Holds the state while the block changes it, and has it kept."""
        with self.state.lock:
            yield
            self.state.changed()

    def _copy(self, event: JSON) -> JSON:
        """What the methods answer."""
        return copy.deepcopy(listed(event, Quirks()))
