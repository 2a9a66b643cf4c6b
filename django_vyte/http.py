"""How a request reaches Vyte: session, timeouts, retries, and what a failure is called."""

from __future__ import annotations

import logging
import platform
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from time import perf_counter, sleep
from typing import Any, TypedDict, Unpack

import msgspec
import requests
import urllib3

from django_vyte import __version__
from django_vyte.exceptions import (
    BODY_LIMIT,
    UnexpectedAnswer,
    VyteAPIError,
    VyteConnectionError,
    VyteError,
    VyteTimeout,
    exception_for,
    mask,
    readable,
)

logger = logging.getLogger("django_vyte.http")

Session = requests.Session

USER_AGENT = (
    f"django-vyte/{__version__} (Python {platform.python_version()}; requests {requests.__version__})"
)
LONGEST_WAIT = 30.0
_CHUNK = 65536
_SAFE_TO_REPEAT = frozenset({"GET", "PUT", "DELETE"})
_PASSING = frozenset({429, 500, 502, 503, 504})
# ValueError: requests lets through what urllib raises for a Location that is no URL.
_NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class Options(TypedDict, total=False):
    """What a request carries besides its method and path."""

    query: Mapping[str, str | int | None] | None  # None values are left out
    body: Any  # sent as JSON
    repeatable: bool  # asking twice does no harm; by default GET, PUT and DELETE
    secrets: Iterable[str]  # texts that no message may show


class Http:
    """Sends requests to one Vyte host with one key; knows nothing of what they mean.

    ``timeout`` is in seconds, one number or (connect, read); ``retries`` is how often a request is sent
    again. A ``session`` is used as it is (adapters, proxies, certificates) and left open by ``close()``.
    """

    def __init__(
        self,
        api_key: str,
        api_url: str,
        timeout: float | tuple[float, float],
        retries: int,
        session: Session | None = None,
    ) -> None:
        self._auth = _KeyAuth(api_key)
        self._api_url = api_url
        self._timeout = timeout
        self._retries = retries
        self._session = session or Session()
        self._owns_session = session is None

    def close(self) -> None:
        """Let go of the connections."""
        if self._owns_session:
            self._session.close()

    def request(self, method: str, path: str, **options: Unpack[Options]) -> bytes:
        """The whole body of a successful answer.

        Raises a ``VyteError``: ``VyteConnectionError``, ``VyteTimeout``, a ``VyteAPIError`` for any status
        but 2xx, or ``UnexpectedAnswer`` for a body that breaks off.
        """
        return b"".join(self.stream(method, path, **options))

    def send(self, method: str, path: str, **options: Unpack[Options]) -> None:
        """Like ``request`` where only success matters: the body is not looked at."""
        _beginning(self._open(method, path, **options))

    def stream(self, method: str, path: str, **options: Unpack[Options]) -> Iterator[bytes]:
        """Like ``request``, in pieces, as they come; asks when the first piece is wanted."""
        response = self._open(method, path, **options)
        failure: VyteError | None = None
        try:
            yield from response.iter_content(_CHUNK)
        except _NETWORK_ERRORS as error:
            what = f"{method} {self._mask(path)}"
            failure = _failure(error, what).error
            if not isinstance(failure, VyteTimeout):
                failure = UnexpectedAnswer(f"{what}: the answer breaks off ({type(error).__name__})")
        finally:
            response.close()
        # Raised out here so that no traceback carries requests' own error: it holds the URL and the headers.
        if failure:
            raise failure

    def _open(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int | None] | None = None,
        body: Any = None,
        repeatable: bool | None = None,
        secrets: Iterable[str] = (),
    ) -> requests.Response:
        """A successful answer whose body is still to be read; once it has begun it is not asked for again."""
        repeat = method in _SAFE_TO_REPEAT if repeatable is None else repeatable
        content = None if body is None else msgspec.json.encode(body)
        attempt = 0
        while True:
            attempt += 1
            outcome = self._attempt(method, path, query, content, attempt)
            if isinstance(outcome, _Failure):
                error: VyteError = outcome.error
                wait = _backoff(attempt)
                again = outcome.nothing_sent or (repeat and outcome.passing)
            elif 200 <= outcome.status_code < 300:
                return outcome
            else:
                error = self._refusal(outcome, method, path, secrets)
                wait = _backoff(attempt) if error.retry_after is None else error.retry_after
                again = repeat and error.status_code in _PASSING
            if not again or attempt > self._retries or wait > LONGEST_WAIT:
                raise error
            sleep(wait)

    def _attempt(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int | None] | None,
        content: bytes | None,
        attempt: int,
    ) -> requests.Response | _Failure:
        shown = self._mask(path)
        started = perf_counter()
        outcome: requests.Response | _Failure
        try:
            outcome = self._session.request(
                method,
                self._api_url + path,
                params=query,
                data=content,
                headers=_headers(content),
                auth=self._auth,
                timeout=self._timeout,
                allow_redirects=False,  # another host must not be given the key
                stream=True,
            )
            result: int | str = outcome.status_code
        except _NETWORK_ERRORS as error:
            outcome = _failure(error, f"{method} {shown}")
            result = type(error).__name__
        spent = (perf_counter() - started) * 1000
        logger.debug("%s %s: %s in %.0f ms, attempt %d", method, shown, result, spent, attempt)
        return outcome

    def _refusal(
        self, response: requests.Response, method: str, path: str, secrets: Iterable[str]
    ) -> VyteAPIError:
        status = response.status_code
        body = readable(_beginning(response), (self._auth.key, *secrets))
        if 300 <= status < 400:
            # Only the host: the rest may repeat the query.
            host = re.match(r"https?://([^/?#]*)", response.headers.get("Location", ""))
            body = (
                f"a redirect to {host[1] if host else 'another path'}, which is not followed: check API_URL"
            )
        retry_after = _seconds(response.headers.get("Retry-After", ""))
        return exception_for(status)(status, method, self._mask(path), body, retry_after)

    def _mask(self, path: str) -> str:
        return mask(path, (self._auth.key,))


class _KeyAuth(requests.auth.AuthBase):
    """The key alone, without a scheme word; an auth object, because only that keeps ~/.netrc out."""

    def __init__(self, key: str) -> None:
        if not re.fullmatch(r"[!-~]+", key):
            raise ValueError(
                "An API key is one word of printable ASCII: no spaces, no line breaks, not empty."
            )
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self.key
        return request


@dataclass(frozen=True, slots=True)
class _Failure:
    """An attempt without an answer."""

    error: VyteError
    nothing_sent: bool
    passing: bool


def _failure(error: Exception, what: str) -> _Failure:
    """Name an exception of requests, without keeping it."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    reason = getattr(cause, "reason", None) or cause
    detail = mask(f"{type(reason).__name__}: {reason}" if reason else type(error).__name__)[:200]
    refused = isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, urllib3.exceptions.NewConnectionError
    )
    if isinstance(error, requests.Timeout) or isinstance(reason, urllib3.exceptions.ReadTimeoutError):
        return _Failure(VyteTimeout(f"{what}: no answer in time ({detail})"), refused, passing=True)
    passing = isinstance(error, requests.ConnectionError) and not isinstance(
        error, requests.exceptions.SSLError
    )
    return _Failure(VyteConnectionError(f"{what}: no connection ({detail})"), refused, passing)


def _headers(content: bytes | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    return headers if content is None else headers | {"Content-Type": "application/json"}


def _beginning(response: requests.Response) -> bytes:
    """The first few kB of a body, however it ends; a short one leaves the connection reusable."""
    pieces: list[bytes] = []
    try:
        pieces.extend(islice(response.iter_content(2 * BODY_LIMIT), 2))
    except _NETWORK_ERRORS:
        pass
    finally:
        response.close()
    return b"".join(pieces)


def _backoff(attempt: int) -> float:
    """Seconds before the next attempt: full jitter under a ceiling that doubles from 0.5 to 8."""
    return random.uniform(0, min(8.0, 0.5 * 2 ** (attempt - 1)))  # noqa: S311


def _seconds(header: str) -> float | None:
    """A Retry-After header, in seconds or as an HTTP date; ``None`` when absent or unreadable."""
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


class _MaskQueries(logging.Filter):
    """Keeps secrets out of urllib3's own lines, which show whole URLs at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = mask(message), ()
        return True


# On the loggers rather than on a handler: it then holds for every handler a project configures.
for _name in ("connectionpool", "poolmanager", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_MaskQueries())
