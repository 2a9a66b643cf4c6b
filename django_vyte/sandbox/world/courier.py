"""Webhook calls: an outbox, and the courier that delivers from it with retries and back-off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world.present import call_body
from django_vyte.sandbox.world.refusals import Answer, masked, reason_of
from django_vyte.sandbox.world.state import JSON, VyteState

Post = Callable[[str, bytes, Mapping[str, str]], int | Answer]
"""Posts a call, by URL, body and headers; what was answered, or its status alone."""

TIMEOUT = 5.0
BACKOFF = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0, 60.0)
LENGTH = 10_000
"""How many calls that are done the outbox keeps at least."""
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "*/*",
    # Vyte is written in JavaScript and its agent is not documented: middleware sees some program, and no browser.
    "User-Agent": "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
}


@dataclass
class WebhookCall:
    """One webhook call. ``status`` is what the last attempt was answered, 0 for no answer, None before it.

    ``reason`` says why that was no 2xx, and what likely causes it. ``given_up`` says that the courier has stopped
    trying.
    """

    action: str
    target_url: str = field(repr=False)
    body: bytes = field(repr=False)
    attempts: int = 0
    status: int | None = None
    reason: str = ""
    due: float = 0.0
    given_up: bool = False

    @property
    def delivered(self) -> bool:
        """Whether it was answered with a 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def waiting(self) -> bool:
        """Whether the courier still has to deliver it."""
        return not self.delivered and not self.given_up


class DeliveryRefused(Exception):
    """A webhook call was not answered with a 2xx, as Vyte's own would not be.

    ``status``, ``url`` and ``reason`` are those of the first refused call, ``calls`` has them all. Neither the message
    nor ``url`` holds the token.
    """

    def __init__(self, calls: Sequence[WebhookCall]) -> None:
        first = calls[0]
        self.calls = list(calls)
        self.status = first.status
        self.url = masked(first.target_url)
        self.reason = first.reason
        others = f" So were {len(calls) - 1} more." if len(calls) > 1 else ""
        super().__init__(
            f"The call {first.action} to {self.url} was refused: {self.reason}{others} "
            "To expect a refusal: deliver(check=False)."
        )


MODES = {
    "duplicate": "Every call is made twice.",
    "reorder": "The calls that wait are delivered last first.",
    "delay": "How long the courier waits before it delivers a call.",
    "hold": "The courier delivers nothing; the button above still does.",
}


@dataclass
class WebhookMode:
    """What goes wrong with webhooks on request; ``MODES`` says what each field does."""

    duplicate: bool = False
    reorder: bool = False
    delay: float = 0.0
    hold: bool = False


class Courier:
    """Puts a call per subscribed webhook into ``outbox`` and delivers from there.

    It delivers by itself only between ``start`` and ``stop``, in a thread, with retries and back-off.
    ``post`` is how: over the network unless something else is put there. ``check`` is the default of ``deliver``.
    """

    def __init__(self, state: VyteState, quirks: Quirks, mode: WebhookMode) -> None:
        self.outbox: list[WebhookCall] = []
        self.post: Post = post_for_real
        self.check = False
        self._state = state
        self._quirks = quirks
        self._mode = mode
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def enqueue(self, action: str, resource: JSON, owner: str) -> None:
        """Puts a call into the outbox for each webhook of that organization that asked for the action."""
        state = self._state
        hooks = [
            h for h in state.hooks.values() if h["action"] == action and state.owner_of(h["_id"]) == owner
        ]
        if not hooks:
            return
        body = call_body(action, resource, owner, self._quirks)
        due = time.monotonic() + self._mode.delay
        with self._wake:
            for hook in hooks:
                for _ in range(2 if self._mode.duplicate else 1):
                    self.outbox.append(WebhookCall(action, hook["target_url"], body, due=due))
            self._forget()
            self._wake.notify()

    def _forget(self) -> None:
        """Takes the oldest calls out of an outbox that has grown too long, once they are done."""
        if len(self.outbox) > 2 * LENGTH:
            old = [call for call in self.outbox[:-LENGTH] if call.waiting]
            self.outbox[:] = [*old, *self.outbox[-LENGTH:]]

    def waiting(self) -> list[WebhookCall]:
        """The calls still to be delivered, in the order in which they will be."""
        calls = [call for call in list(self.outbox) if call.waiting]
        return calls[::-1] if self._mode.reorder else calls

    def deliver(self, post: Post | None = None, *, check: bool | None = None) -> list[WebhookCall]:
        """Tries each waiting call once, in this thread, and those that come up meanwhile; returns them.

        With ``check``, DeliveryRefused when all are tried and some were refused.
        """
        tried: list[WebhookCall] = []
        errors: list[BaseException] = []
        while fresh := [call for call in self.waiting() if not any(call is other for other in tried)]:
            tried.append(fresh[0])
            answer = self._attempt(fresh[0], post or self.post)
            errors += [answer.error] if answer.error else []
        refused = [call for call in tried if not call.delivered]
        if refused and (check or (check is None and post is None and self.check)):
            raise DeliveryRefused(refused) from (errors[0] if errors else None)
        return tried

    def start(self) -> None:
        """Starts delivering in the background; does nothing when started already."""
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name="vyte-courier", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stops delivering once the attempt under way has ended; what waits stays in the outbox."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(TIMEOUT * 2 + 1)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping:
            call = self._next_due()
            if call is not None:
                self._attempt(call, self.post)

    def _next_due(self) -> WebhookCall | None:
        """The next call whose time has come, waiting a moment for one."""
        with self._wake:
            now = time.monotonic()
            calls = [] if self._mode.hold else self.waiting()
            for call in calls:
                if call.due <= now:
                    return call
            if not self._stopping:
                soonest = min((call.due for call in calls), default=now + 0.5)
                self._wake.wait(min(soonest - now, 0.5))
            return None

    def _attempt(self, call: WebhookCall, post: Post) -> Answer:
        """Posts a call once and notes the outcome and when to try again."""
        call.attempts += 1
        try:
            given = post(call.target_url, call.body, HEADERS)
            answer = Answer(given) if isinstance(given, int) else given
        except OSError as error:  # those of requests among them
            answer = Answer(0, f"{type(error).__name__}: {error}")
        call.status = answer.status
        call.reason = "" if answer.accepted else reason_of(answer, call.target_url)
        if not call.delivered:
            call.given_up = not self._quirks.webhook_retries or call.attempts > len(BACKOFF)
        if call.waiting:
            call.due = time.monotonic() + BACKOFF[call.attempts - 1]
        self._state.changed()
        return answer


def post_for_real(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POSTs over the network, past any proxy of the environment."""
    # A local Vyte answers sooner without it, and may never have a webhook to call.
    import requests

    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        return Answer(answer.status_code, answer.text, answer.headers.get("Location", ""))
