"""``Http``, which makes the calls: attempts, the waits between them, and the response or the exception."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any, TypedDict, Unpack

import msgspec
import requests

from django_vyte.exceptions import NotFound, RequestHeldBack, UnexpectedAnswer, VyteAPIError, VyteError, mask
from django_vyte.http import clock, pool, responses
from django_vyte.http.auth import HeaderAuth
from django_vyte.http.call import ApiCall, Deadline
from django_vyte.http.circuit import Circuit
from django_vyte.http.errors import NETWORK_ERRORS, body_error, connection_error
from django_vyte.http.limits import Limits
from django_vyte.http.retries import SAFE_TO_REPEAT, backoff, is_worth_repeating
from django_vyte.http.service import Service
from django_vyte.http.timeouts import LONGEST_WAIT, Timeouts
from django_vyte.http.transports import PooledTransport, SessionTransport, Transport, bounded

logger = logging.getLogger("django_vyte.http")

# With these statuses Retry-After is about all requests of the sender:
# https://www.rfc-editor.org/rfc/rfc6585#section-4, https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4
_ASKS_TO_WAIT = frozenset({429, 503})
# How much of a path messages show.
_LONGEST_PATH = 200
# Threads that wait for the same moment start at random within these seconds, not all at once.
_SPREAD = 0.5


class Options(TypedDict, total=False):
    """A request besides its method and path."""

    query: Mapping[str, str | int | None] | None
    """Values of None are left out."""
    body: Any
    """Sent as JSON."""
    repeatable: bool
    """Sending it twice does no harm; by default true of GET, PUT and DELETE."""
    secrets: Iterable[str]
    """Texts that no message may show, besides those of the authentication."""


class Http:
    """Sends requests to one host, with one credential; what they mean is the client's business.

    Connections are those of the process. A ``session`` that is passed in is used as it is (adapters, proxies,
    certificates) instead.

    Every method raises a ``VyteError``: ``VyteConnectionError``, ``VyteTimeout``, a ``VyteAPIError`` for any status
    but 2xx, or ``UnexpectedAnswer`` for a body that breaks off.
    """

    def __init__(
        self,
        api_url: str,
        auth: HeaderAuth,
        timeouts: Timeouts,
        service: Service,
        session: requests.Session | None = None,
    ) -> None:
        self._auth = auth
        self._timeouts = timeouts
        self._service = service
        self.clock_ahead: float | None = None
        self._origin = re.sub(r"^(\w+://)(?:[^/?#]*@)?([^/?#]*).*", r"\1\2", api_url.lower())
        self.on_answer: Callable[[str, int], object] | None = None
        """Called with method and path, and with the status, of each response."""
        self._transport: Transport = (
            PooledTransport(api_url, auth, service.headers)
            if session is None
            else SessionTransport(api_url, auth, service.headers, session)
        )

    def request(self, method: str, path: str, **options: Unpack[Options]) -> bytes:
        """The whole body of a successful response, of 64 MB at most."""
        call = self._call(method, path, Deadline(self._timeouts.deadline, "DEADLINE"), **options)
        with _explained(call):
            return responses.read_all(self._body(call), call.what)

    def send(self, method: str, path: str, **options: Unpack[Options]) -> None:
        """Send where only success matters: the body is ignored, unless it is a web page, which no service answers.

        A 404 to a DELETE is a success if an earlier attempt may have deleted the object, but its response was lost.
        """
        call = self._call(method, path, Deadline(self._timeouts.deadline, "DEADLINE"), **options)
        with _explained(call), self._circuit.watch(call, self._timeouts):
            try:
                start = responses.read_start(self._open(call), call.deadline)
            except NotFound:
                if method != "DELETE" or not call.maybe_applied:
                    raise
                return
            if start.lstrip()[:1] == b"<":  # of a proxy, or of a wrong address
                call.maybe_applied = call.is_write
                raise UnexpectedAnswer(f"{call.what}: expected a word or nothing, got a web page")

    def stream(self, method: str, path: str, **options: Unpack[Options]) -> Iterator[bytes]:
        """A body of up to 4 GB in chunks as they arrive; nothing is sent before the first chunk is asked for."""
        call = self._call(method, path, Deadline(self._timeouts.list_deadline, "LIST_DEADLINE"), **options)
        with _explained(call):
            yield from responses.limited(self._body(call), responses.MAX_STREAM_BYTES, call.what)

    def _call(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        query: Mapping[str, str | int | None] | None = None,
        body: Any = None,
        repeatable: bool | None = None,
        secrets: Iterable[str] = (),
    ) -> ApiCall:
        return ApiCall(
            method,
            path,
            mask(path, self._auth.secrets)[:_LONGEST_PATH],
            query,
            None if body is None else msgspec.json.encode(body),
            method in SAFE_TO_REPEAT if repeatable is None else repeatable,
            (*self._auth.secrets, *secrets),
            deadline,
            self._service,
        )

    def _body(self, call: ApiCall) -> Generator[bytes, None, None]:
        """The body of a successful response. One that breaks off is not requested again: a chunk may be in use."""
        with self._circuit.watch(call, self._timeouts):
            response = self._open(call)
            # Until the body is read: a success is no proof, as long as nobody can say of what.
            call.maybe_applied = call.is_write
            broken: VyteError | None = None
            try:
                yield from responses.chunks(response, call.deadline)
            except NETWORK_ERRORS as error:
                broken = body_error(error, call, self._timeouts)
            finally:
                response.close()
            # Raised outside the except block, or the traceback would include the error of requests, which holds the
            # URL and the headers.
            if broken:
                raise broken

    def _open(self, call: ApiCall) -> requests.Response:
        """A successful response whose body is still to be read."""
        while True:
            self._wait_as_asked(call)
            call.attempts += 1
            outcome = self._attempt(call)
            if not isinstance(outcome, VyteError):
                if self.on_answer:
                    self.on_answer(call.what, outcome.status_code)
                if 200 <= outcome.status_code < 300:
                    return outcome
                outcome = responses.error_of(outcome, call)
                if outcome.status_code in _ASKS_TO_WAIT and outcome.retry_after:
                    self._limits.hold(self._holder, outcome.retry_after)
            self._wait_or_raise(outcome, call)

    def _attempt(self, call: ApiCall) -> requests.Response | VyteError:
        started, call.never_connected = perf_counter(), False
        outcome: requests.Response | VyteError
        try:
            outcome = self._transport.send(call, bounded(self._timeouts.connect_and_read, call.deadline.left))
            result: int | str = outcome.status_code
            self.clock_ahead = responses.clock_ahead(outcome)
        except NETWORK_ERRORS as error:
            outcome = connection_error(error, call, self._timeouts)
            result = type(error).__name__
        call.was_sent |= not call.never_connected
        spent = (perf_counter() - started) * 1000
        logger.debug("%s: %s in %.0f ms, attempt %d", call.what, result, spent, call.attempts)
        return outcome

    def _wait_or_raise(self, error: VyteError, call: ApiCall) -> None:
        """Wait until the next attempt is due, or raise the error of this one when there is to be none."""
        call.maybe_applied |= call.is_write and (
            error.status_code >= 500 if isinstance(error, VyteAPIError) else not call.never_connected
        )
        asked = error.retry_after if isinstance(error, VyteAPIError) else None
        wait = backoff(call.attempts) if asked is None else asked
        is_last = call.attempts > self._timeouts.retries or not is_worth_repeating(error, call)
        is_last |= call.maybe_applied and not self._timeouts.blind_retries
        if is_last or wait > LONGEST_WAIT or wait >= call.deadline.left:
            raise error
        if not (asked and self._limits.left(self._holder)):  # else the next attempt begins with that wait
            _wait(wait, call, "to try again")

    def _wait_as_asked(self, call: ApiCall) -> None:
        """Wait as long as the service asked this credential to; RequestHeldBack when that is too long."""
        waited_for = 0.0
        # In a loop: during the wait another thread may have been asked to wait for longer.
        while (until := self._limits.until(self._holder)) > waited_for:
            left = self._limits.left(self._holder)
            if not left:
                return
            if left > LONGEST_WAIT or left >= call.deadline.left:
                again = " again" if call.was_sent else ""
                reason = f"not sent{again}: {self._service.name} asked this key to wait, for {left:.0f} more seconds"
                raise RequestHeldBack(429, call.method, call.shown, reason, left)
            _wait(left + random.uniform(0, _SPREAD), call, f"as {self._service.name} asked")  # noqa: S311
            waited_for = until

    @property
    def _holder(self) -> tuple[str, bytes]:
        return self._origin, self._auth.digest

    @property
    def _circuit(self) -> Circuit:
        return pool.current().circuits.of(self._origin)

    @property
    def _limits(self) -> Limits:
        return pool.current().limits


@contextmanager
def _explained(call: ApiCall) -> Iterator[None]:
    """Say on the error of a call what became of the request."""
    try:
        yield
    except VyteError as error:
        error.maybe_applied, error.nothing_sent = call.maybe_applied, not call.was_sent
        raise


def _wait(seconds: float, call: ApiCall, why: str) -> None:
    logger.info("%s: waits %.1f s %s", call.what, seconds, why)
    clock.sleep(seconds)
