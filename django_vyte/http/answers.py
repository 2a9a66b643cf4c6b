"""Reading what Vyte answered: never more than fits into memory, never longer than the deadline."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from django_vyte.exceptions import BODY_LIMIT, UnexpectedAnswer, VyteAPIError, exception_for, readable
from django_vyte.http.failures import NETWORK_ERRORS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import requests

    from django_vyte.http.call import Call
    from django_vyte.http.patience import Deadline

MAX_ANSWER_BYTES = 64 * 1024 * 1024
# Where a Location is kept from a session that would prepare to go there.
REFUSED_LOCATION = "X-Refused-Location"
_CHUNK = 65536


def pieces(response: requests.Response, deadline: Deadline, size: int = _CHUNK) -> Iterator[bytes]:
    """The decompressed body as it comes; raises what ``NETWORK_ERRORS`` names.

    Each piece is what one look at the socket brought: on the connections of a session that a caller passed in, nobody
    else minds the deadline.
    """
    while piece := response.raw.read1(size, decode_content=True):
        yield piece
        if deadline.left <= 0:
            raise TimeoutError("the deadline has passed")


def whole(body: Generator[bytes, None, None], what: str) -> bytes:
    """A body in one piece; ``UnexpectedAnswer`` for one that is too large to be an answer."""
    kept: list[bytes] = []
    size = 0
    with closing(body):
        for piece in body:
            kept.append(piece)
            size += len(piece)
            if size > MAX_ANSWER_BYTES:
                raise UnexpectedAnswer(f"{what}: the answer is larger than {MAX_ANSWER_BYTES >> 20} MB")
    return b"".join(kept)


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


def refusal(response: requests.Response, call: Call) -> VyteAPIError:
    """The error that an answer without success stands for."""
    status = response.status_code
    body = readable(beginning(response, call.deadline), call.secrets)
    if 300 <= status < 400:
        # Only the host: the rest may repeat the query.
        location = response.headers.get("Location") or response.headers.get(REFUSED_LOCATION, "")
        host = re.match(r"https?://([^/?#]*)", location)
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
