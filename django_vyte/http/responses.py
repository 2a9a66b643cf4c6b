"""Reading what Vyte answered: never more than fits into memory, never longer than the deadline."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from django_vyte.exceptions import BODY_LIMIT, UnexpectedAnswer, VyteAPIError, exception_for, readable
from django_vyte.http.errors import NETWORK_ERRORS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import requests

    from django_vyte.http.call import ApiCall
    from django_vyte.http.timeouts import Deadline

MAX_ANSWER_BYTES = 64 * 1024 * 1024
# Of a list, which goes through a temporary file: a small answer may decompress to more than a disk holds.
MAX_STREAMED_BYTES = 4 * 1024**3
# Where a Location is kept from a session that would prepare to go there.
REFUSED_LOCATION = "X-Refused-Location"
_CHUNK = 65536


def pieces(response: requests.Response, deadline: Deadline, size: int = _CHUNK) -> Iterator[bytes]:
    """The decompressed body as it comes; raises what ``NETWORK_ERRORS`` names.

    On the connections of a session that a caller passed in, nobody else minds the deadline.
    """
    for piece in _looks(response, size):
        yield piece
        if deadline.left <= 0:
            raise TimeoutError("the deadline has passed")


def _looks(response: requests.Response, size: int) -> Iterator[bytes]:
    """What each look at the socket brings; where a caller's session leaves no socket to look at, what requests has."""
    if vars(response)["_content_consumed"]:  # a hook has read it; the types do not know
        yield from response.iter_content(size)
        return
    try:
        piece = response.raw.read1(size, decode_content=True)
    except (AttributeError, TypeError):  # an adapter's own kind of file
        yield from response.iter_content(size)
        return
    while piece:
        yield piece
        piece = response.raw.read1(size, decode_content=True)


def whole(body: Generator[bytes, None, None], what: str) -> bytes:
    """A body in one piece; ``UnexpectedAnswer`` for one that is too large to be an answer."""
    return b"".join(limited(body, MAX_ANSWER_BYTES, what))


def limited(body: Generator[bytes, None, None], limit: int, what: str) -> Iterator[bytes]:
    """The same pieces; ``UnexpectedAnswer`` as soon as they are more than ``limit`` bytes."""
    size = 0
    with closing(body):
        for piece in body:
            size += len(piece)
            if size > limit:
                raise UnexpectedAnswer(f"{what}: the answer is larger than {limit >> 20} MB")
            yield piece


def beginning(response: requests.Response, deadline: Deadline) -> bytes:
    """The first few kB of a body, however it ends; a short one leaves the connection reusable."""
    kept = b""
    try:
        for piece in pieces(response, deadline, 2 * BODY_LIMIT):
            kept += piece
            if len(kept) > 2 * BODY_LIMIT:
                break
    except NETWORK_ERRORS:
        pass
    finally:
        response.close()
    return kept


def refusal(response: requests.Response, call: ApiCall) -> VyteAPIError:
    """The error that an answer without success stands for."""
    status = response.status_code
    body = readable(beginning(response, call.deadline), call.secrets)
    if 300 <= status < 400:
        # Only the host: the rest may repeat the query or hold a password.
        location = response.headers.get("Location") or response.headers.get(REFUSED_LOCATION, "")
        host = re.match(r"https?://(?:[^/?#]*@)?([^/?#]*)", location)
        body = f"a redirect to {host[1] if host else 'another path'}, which is not followed: check API_URL"
    retry_after = seconds(response.headers.get("Retry-After", ""))
    return exception_for(status)(status, call.method, call.shown, body, retry_after)


def seconds(header: str) -> float | None:
    """A Retry-After header, in seconds or as an HTTP date; ``None`` when absent or unreadable."""
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
