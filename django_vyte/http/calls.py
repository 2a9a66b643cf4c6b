"""Making a call: attempts, the waits between them, and what comes back."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from time import perf_counter
from typing import Any, TypedDict, Unpack

import msgspec
import requests

from django_vyte.exceptions import NotFound, RateLimited, VyteAPIError, VyteError, mask
from django_vyte.http import clock, pool, responses
from django_vyte.http.auth import KeyAuth
from django_vyte.http.call import ApiCall
from django_vyte.http.circuit import Circuit
from django_vyte.http.errors import NETWORK_ERRORS, body_error, connection_error
from django_vyte.http.limits import Limits
from django_vyte.http.retries import SAFE_TO_REPEAT, backoff, is_worth_repeating
from django_vyte.http.timeouts import LONGEST_WAIT, Deadline, Timeouts
from django_vyte.http.transports import PooledTransport, SessionTransport, bounded

logger = logging.getLogger("django_vyte.http")

_ASKS_TO_WAIT = frozenset({429, 503})
_LONGEST_PATH = 200
# Seconds over which those who wait for the same moment are spread.
_SPREAD = 0.5


class Options(TypedDict, total=False):
    """What a request carries besides its method and path."""

    query: Mapping[str, str | int | None] | None  # None values are left out
    body: Any  # sent as JSON
    repeatable: bool  # asking twice does no harm; by default GET, PUT and DELETE
    secrets: Iterable[str]  # texts that no message may show


class Http:
    """Sends requests to one Vyte host with one key; knows nothing of what they mean.

    Connections are those of the process. A ``session`` is used as it is (adapters, proxies, certificates) instead.

    Every method raises a ``VyteError``: ``VyteConnectionError``, ``VyteTimeout``, a ``VyteAPIError`` for any status
    but 2xx, or ``UnexpectedAnswer`` for a body that breaks off.
    """

    def __init__(
        self, api_key: str, api_url: str, timeouts: Timeouts, session: requests.Session | None = None
    ) -> None:
        self._auth = KeyAuth(api_key)
        self._timeouts = timeouts
        self._origin = re.sub(r"^(\w+://)(?:[^/?#]*@)?([^/?#]*).*", r"\1\2", api_url.lower())
        self._transport = (
            PooledTransport(self._auth, api_url)
            if session is None
            else SessionTransport(self._auth, api_url, session)
        )

    def request(self, method: str, path: str, **options: Unpack[Options]) -> bytes:
        """The whole body of a successful answer, 64 MB at most."""
        call = self._call(method, path, Deadline(self._timeouts.deadline, "DEADLINE"), **options)
        return responses.whole(self._answer(call), call.what)

    def send(self, method: str, path: str, **options: Unpack[Options]) -> None:
        """Like ``request`` where only success matters: the body is not looked at.

        What a DELETE asks for is done, too, when it is not there after an attempt whose outcome is not known.
        """
        call = self._call(method, path, Deadline(self._timeouts.deadline, "DEADLINE"), **options)
        with self._circuit.watch(call, self._timeouts):
            try:
                responses.beginning(self._open(call), call.deadline)
            except NotFound:
                if method != "DELETE" or not call.maybe_applied:
                    raise

    def stream(self, method: str, path: str, **options: Unpack[Options]) -> Iterator[bytes]:
        """A body of up to 4 GB, in pieces, as they come; asks when the first piece is wanted."""
        call = self._call(method, path, Deadline(self._timeouts.list_deadline, "LIST_DEADLINE"), **options)
        yield from responses.limited(self._answer(call), responses.MAX_STREAMED_BYTES, call.what)

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
            mask(path, (self._auth.key,))[:_LONGEST_PATH],
            query,
            None if body is None else msgspec.json.encode(body),
            method in SAFE_TO_REPEAT if repeatable is None else repeatable,
            (self._auth.key, *secrets),
            deadline,
        )

    def _answer(self, call: ApiCall) -> Generator[bytes, None, None]:
        """The body of a successful answer; once it has begun it is not asked for again."""
        with self._circuit.watch(call, self._timeouts):
            response = self._open(call)
            broken: VyteError | None = None
            try:
                yield from responses.pieces(response, call.deadline)
            except NETWORK_ERRORS as error:
                broken = body_error(error, call, self._timeouts)
            finally:
                response.close()
            # Raised out here so that no traceback carries requests' own error: it holds the URL and the headers.
            if broken:
                raise broken

    def _open(self, call: ApiCall) -> requests.Response:
        """A successful answer whose body is still to be read."""
        while True:
            self._wait_as_asked(call)
            call.attempts += 1
            outcome = self._attempt(call)
            if not isinstance(outcome, VyteError):
                if 200 <= outcome.status_code < 300:
                    return outcome
                outcome = responses.refusal(outcome, call)
                if outcome.status_code in _ASKS_TO_WAIT and outcome.retry_after:
                    self._limits.hold(self._holder, outcome.retry_after)
            self._wait_or_raise(outcome, call)

    def _attempt(self, call: ApiCall) -> requests.Response | VyteError:
        started, call.never_connected = perf_counter(), False
        outcome: requests.Response | VyteError
        try:
            outcome = self._transport.send(call, bounded(self._timeouts.connect_and_read, call.deadline.left))
            result: int | str = outcome.status_code
        except NETWORK_ERRORS as error:
            outcome = connection_error(error, call, self._timeouts)
            result = type(error).__name__
        spent = (perf_counter() - started) * 1000
        logger.debug("%s: %s in %.0f ms, attempt %d", call.what, result, spent, call.attempts)
        return outcome

    def _wait_or_raise(self, error: VyteError, call: ApiCall) -> None:
        """Wait until the next attempt, or raise what this one ended in."""
        asked = error.retry_after if isinstance(error, VyteAPIError) else None
        wait = backoff(call.attempts) if asked is None else asked
        is_last = call.attempts > self._timeouts.retries or not is_worth_repeating(error, call)
        if is_last or wait > LONGEST_WAIT or wait >= call.deadline.left:
            raise error
        call.maybe_applied |= (
            error.status_code >= 500 if isinstance(error, VyteAPIError) else not call.never_connected
        )
        if not (asked and self._limits.left(self._holder)):  # what is asked of all is waited for by all
            _wait(wait, call, "to try again")

    def _wait_as_asked(self, call: ApiCall) -> None:
        """Wait as long as Vyte asked this key to; RateLimited when that is too long."""
        waited_for = 0.0
        # Looks again after each wait: meanwhile another thread may have been told to wait for longer.
        while (until := self._limits.until(self._holder)) > waited_for:
            left = self._limits.left(self._holder)
            if not left:
                return
            if left > LONGEST_WAIT or left >= call.deadline.left:
                reason = f"not sent: Vyte asked this key to wait, for {left:.0f} more seconds"
                raise RateLimited(429, call.method, call.shown, reason, left)
            _wait(left + random.uniform(0, _SPREAD), call, "as Vyte asked")  # noqa: S311
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


def _wait(seconds: float, call: ApiCall, why: str) -> None:
    logger.info("%s: waits %.1f s %s", call.what, seconds, why)
    clock.sleep(seconds)
