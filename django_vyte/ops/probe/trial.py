"""Makes, changes, confirms and cancels one meeting (``vyte_probe --write``), and records what Vyte returns."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

from django.utils import timezone

from django_vyte.db import fresh
from django_vyte.exceptions import UnexpectedAnswer, VyteError
from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.observations import Observations
from django_vyte.payloads import values

GUESTS = ("probe-one@example.com", "probe-two@example.com")
# A zone far from UTC and without daylight saving time.
ZONE, AHEAD = "Asia/Tokyo", dt.timedelta(hours=9)
POLL_SECONDS = 0.5
pause: Callable[[float], object] = time.sleep


class LeftBehind(Exception):
    """A meeting of the probe may still be at Vyte; the message says which and what to do."""


class Trial:
    """One meeting of the probe's own, organised by ``email``; ``play`` creates, changes, confirms and cancels it."""

    def __init__(self, account: ProbedAccount, email: str) -> None:
        self.account, self.email = account, email
        self.title = f"django-vyte's probe {secrets.token_hex(4)}, to be cancelled at once"
        self.vyte_id = ""
        self.refused = self.unfinished = False
        self.observed = Observations()

    def play(self, wait: float) -> Observations:
        """Make the meeting, do everything with it and cancel it; then wait for the calls about it, in seconds.

        VyteError when it cannot be made; LeftBehind when it cannot be cancelled.
        """
        with self._meeting():
            self._attempt("naive_times", self._send_naive_time)
            self._attempt("delete_invitee_method", self._uninvite)
            self._attempt("confirm", self._confirm)
        self._attempt("show_cancelled", self._retrieve_cancelled)
        self._attempt("list_cancelled", self._list_cancelled)
        self.observed.was_called_about = self._wait_for_calls(wait)
        return self.observed

    @contextmanager
    def _meeting(self) -> Iterator[None]:
        """The meeting, which is cancelled in any case."""
        self.account.say(f"Making a meeting: {self.title} …")
        try:
            self._make()
            yield
        finally:
            self._clean_up()

    def _make(self) -> None:
        try:
            self._note(self.account.client.events.create(**self._asked()))
        except VyteError as error:
            self.refused, self.unfinished = not error.maybe_applied, error.is_unfinished
            raise
        self.vyte_id = values.identifier(self.observed.responses[-1].get("_id")) or next(
            iter(self._ids_by_title()), ""
        )
        if not self.vyte_id:
            raise UnexpectedAnswer("Vyte made a meeting and does not say which one it is.")

    def _asked(self) -> Any:
        start = (timezone.now() + dt.timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
        return {
            "title": self.title,
            "created_by": {"email": self.email},
            "timezone": ZONE,
            "dates": [{"date": start, "end_date": start + dt.timedelta(minutes=30), "all_day": False}],
            "places": [{"name": "Nowhere"}],
            "invitees": [{"email": guest} for guest in GUESTS],
        }

    def _send_naive_time(self) -> None:
        """Send a time without an offset, which the client would refuse, and see how Vyte reads it."""
        day = (timezone.now() + dt.timedelta(days=31)).strftime("%Y-%m-%d")
        dates = [{"date": f"{day}T12:00:00", "end_date": f"{day}T12:30:00", "all_day": False}]
        self._note(self.account.wire.read("PUT", self._path(), body={"dates": dates}))
        read_as = values.as_datetime(
            next(iter(values.as_dicts(self.observed.responses[-1].get("dates"))), {}).get("date")
        )
        meant = dt.datetime.fromisoformat(f"{day}T12:00:00Z")
        self.observed.naive = read_as - meant if read_as else None

    def _uninvite(self) -> None:
        """Try each method on one of the two guests."""
        for method, guest in zip(("POST", "DELETE"), GUESTS, strict=True):
            invitee = self._invitee(guest)
            path = f"{self._path()}/invitees/{invitee}"
            if invitee and self.account.wire.try_to(method, path) and not self._invitee(guest):
                self.observed.removed_by.append(method)

    def _invitee(self, email: str) -> str:
        """The id of an invitee as the meeting is now; empty when there is none."""
        self._note(self.account.client.events.retrieve(self.vyte_id))
        people = values.as_dicts(self.observed.responses[-1].get("invitees"))
        ids = [person.get("_id") for person in people if values.email(person.get("email")) == email]
        return values.identifier(next(iter(ids), None))

    def _confirm(self) -> None:
        self._note(self.account.client.events.confirm(self.vyte_id))

    def _retrieve_cancelled(self) -> None:
        self._note(self.account.client.events.retrieve(self.vyte_id))
        self.observed.after_cancelling = self.observed.responses[-1]

    def _list_cancelled(self) -> None:
        self.observed.is_listed_after_cancelling = self.vyte_id in self._ids_by_title()

    def _clean_up(self) -> None:
        """Cancel the meeting, also when the response to its creation was lost; LeftBehind when that fails."""
        if self.refused:
            return
        self.account.say("Cancelling it …")
        try:
            found = [self.vyte_id] if self.vyte_id else list(self._ids_by_title())
            for vyte_id in found:
                self.account.client.events.cancel(vyte_id)
            if self.unfinished and not found:
                raise UnexpectedAnswer("Vyte does not list it, and may still make it")  # noqa: TRY301
        except BaseException as error:
            raise LeftBehind(
                f"The probe's own meeting may still be at Vyte: {self.title!r}. Cancel it there. "
                f"({type(error).__name__}: {error})"
            ) from None

    def _ids_by_title(self) -> set[str]:
        """Ids of meetings with the probe's title, from the list and from a search: either may lack it."""
        listed = partial(self.account.client.events.iterate, report=lambda warning: None)
        found = map(values.as_dict, chain(listed(), listed(q=self.title)))
        return {str(event.get("_id")) for event in found if event.get("title") == self.title}

    def _wait_for_calls(self, seconds: float) -> bool:
        """Whether the webhook calls about creating, confirming and cancelling it come in time."""
        team = self.account.team
        if team is None or not fresh(team.webhooks.all()).exclude(vyte_id="").exists():
            return False
        self.account.say(f"Waiting up to {seconds:.0f} seconds for the calls about it …")
        end = time.monotonic() + seconds
        while not (complete := self._actions() >= {"event.created", "event.confirmed", "event.cancelled"}):
            if time.monotonic() > end:
                break
            pause(POLL_SECONDS)
        return complete

    def _actions(self) -> set[str]:
        """The actions of the stored webhook calls about the meeting."""
        calls = [each for call in self.account.calls() for each in call.each()]
        own = [each for each in calls if values.as_dict(each.get("resource")).get("title") == self.title]
        return {str(each.get("action")) for each in own}

    def _attempt(self, name: str, step: Callable[[], None]) -> None:
        """Run a step; an error is recorded and does not stop the next step."""
        try:
            step()
        except VyteError as error:
            self.observed.failures[name] = error

    def _note(self, answer: object) -> None:
        self.observed.responses.append(values.as_dict(answer))

    def _path(self) -> str:
        return f"/v2/events/{self.vyte_id}"
