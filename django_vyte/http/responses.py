"""Reads responses within the limits of memory and time, and turns those without success into exceptions."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from django_vyte.exceptions import BODY_LIMIT, UnexpectedAnswer, VyteAPIError, exception_for, readable
from django_vyte.http.call import ApiCall, Deadline
from django_vyte.http.errors import NETWORK_ERRORS

MAX_BODY_BYTES = 64 * 1024 * 1024
# Of a streamed list, which goes through a temporary file: a small response may decompress to more than a disk holds.
MAX_STREAM_BYTES = 4 * 1024**3
# The header under which transports keep the Location of a redirect, out of requests' sight.
REFUSED_LOCATION = "X-Refused-Location"
_CHUNK = 65536


def chunks(response: requests.Response, deadline: Deadline, size: int = _CHUNK) -> Iterator[bytes]:
    """The decompressed body as it arrives; raises what ``NETWORK_ERRORS`` lists.

    The deadline is checked here because the connections of a caller's session do not know it.
    """
    for chunk in _as_received(response, size):
        yield chunk
        if deadline.left <= 0:
            raise TimeoutError("the deadline has passed")


def _as_received(response: requests.Response, size: int) -> Iterator[bytes]:
    """What each read of the socket brings; what ``iter_content`` yields where a session leaves no socket to read."""
    if vars(response)["_content_consumed"]:  # by a hook of the session; missing from the type stubs
        yield from response.iter_content(size)
        return
    try:
        chunk = response.raw.read1(size, decode_content=True)
    except (AttributeError, TypeError):  # raw is some other file, of an adapter of the session
        yield from response.iter_content(size)
        return
    while chunk:
        yield chunk
        chunk = response.raw.read1(size, decode_content=True)


def read_all(body: Generator[bytes, None, None], what: str) -> bytes:
    """A body in one piece; ``UnexpectedAnswer`` when it is too large."""
    return b"".join(limited(body, MAX_BODY_BYTES, what))


def limited(body: Generator[bytes, None, None], limit: int, what: str) -> Iterator[bytes]:
    """The same chunks; ``UnexpectedAnswer`` as soon as they are more than ``limit`` bytes."""
    size = 0
    with closing(body):
        for chunk in body:
            size += len(chunk)
            if size > limit:
                raise UnexpectedAnswer(f"{what}: the answer is larger than {limit >> 20} MB")
            yield chunk


def read_start(response: requests.Response, deadline: Deadline) -> bytes:
    """The first few kB of a body, even if it breaks off. A short body is read whole, so its connection is reusable."""
    start = b""
    try:
        for chunk in chunks(response, deadline, 2 * BODY_LIMIT):
            start += chunk
            if len(start) > 2 * BODY_LIMIT:
                break
    except NETWORK_ERRORS:
        pass
    finally:
        response.close()
    return start


def error_of(response: requests.Response, call: ApiCall) -> VyteAPIError:
    """The exception for a response whose status is not 2xx."""
    status = response.status_code
    body = readable(read_start(response, call.deadline), call.secrets)
    if 300 <= status < 400:
        # Only the host: the rest may repeat the query or contain a password.
        location = response.headers.get("Location") or response.headers.get(REFUSED_LOCATION, "")
        host = re.match(r"https?://(?:[^/?#]*@)?([^/?#]*)", location)
        target, setting = host[1] if host else "another path", call.service.setting("API_URL")
        body = f"a redirect to {target}, which is not followed: check {setting}"
    retry_after = parse_retry_after(response.headers.get("Retry-After", ""))
    return exception_for(status)(status, call.method, call.shown, body, retry_after)


def clock_ahead(response: requests.Response) -> float | None:
    """Seconds by which this machine's clock is ahead of the answer's ``Date``; None without one that can be read."""
    try:
        there = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    return (datetime.now(UTC) - there).total_seconds()


def parse_retry_after(header: str) -> float | None:
    """Seconds to wait; ``None`` when the header is absent or invalid.

    It holds seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
