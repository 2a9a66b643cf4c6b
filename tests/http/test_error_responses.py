"""Every error that HTTP knows, with every body that a server or something before it may send."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from django_vyte.exceptions import BODY_LIMIT, VyteAPIError, exception_for
from tests.http.clients import connect, raised
from tests.http.stalling_server import StallingServer, for_ever, stalling_server

STATUSES = range(400, 600)
THREADS = 200
DEADLINE = 3.0
# What a busy machine may add while so many calls run at once.
AT_MOST = 15.0
MANY_WORDS = b"key secret token " * 600_000
HTML = b"<html><head><title>Oops</title></head><body><h1>Bad Gateway</h1></body></html>"

Rest = Callable[[StallingServer], Iterable[bytes]]


def sized(body: bytes, headers: bytes = b"") -> Rest:
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    return lambda server: [headers + length, body]


REST: dict[str, Rest] = {
    "empty": sized(b""),
    "JSON": sized(b'{"error": {"message": "no such event", "secret": "abc"}}'),
    "HTML": sized(HTML),
    "binary": sized(bytes(range(256)) * 20),
    "10 MB": sized(MANY_WORDS),
    "10 MB, compressed": sized(gzip.compress(MANY_WORDS), b"Content-Encoding: gzip\r\n"),
    "not really compressed": sized(b"x" * 5000, b"Content-Encoding: gzip\r\n"),
    "a flood": lambda server: itertools.chain([b"\r\n"], for_ever(MANY_WORDS[:65536])),
    "a trickle": lambda server: server.slowly(itertools.chain([b"\r\n"], for_ever(b"x"))),
    "a trickle of chunks": lambda server: server.slowly(
        itertools.chain([b"Transfer-Encoding: chunked\r\n\r\n"], for_ever(b"1\r\nx\r\n"))
    ),
}


@pytest.mark.parametrize("rest", REST.values(), ids=REST.keys())
def test_every_status_is_its_error_in_time_in_short_and_in_little_memory(rest: Rest) -> None:
    def answer(path: str) -> Iterable[bytes]:
        yield f"HTTP/1.1 {path.rpartition('/')[2]} Oops\r\n".encode()
        yield from rest(server)

    def ask(status: int) -> tuple[VyteAPIError, float]:
        began = time.monotonic()
        error = raised(client, "GET", f"/v2/events/{status}")
        assert isinstance(error, VyteAPIError)
        return error, time.monotonic() - began

    with stalling_server(answer) as server, ThreadPoolExecutor(THREADS) as threads:
        client = connect(server.url, retries=0, timeout=20, deadline=DEADLINE, circuit_failures=0)
        tracemalloc.start()
        try:
            outcomes = list(threads.map(ask, STATUSES))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    for status, (error, took) in zip(STATUSES, outcomes, strict=True):
        assert type(error) is exception_for(status)
        assert error.status_code == status
        assert len(str(error)) < 500
        assert len(error.body) <= BODY_LIMIT
        assert took < AT_MOST
    assert peak < 2 * len(MANY_WORDS)  # of 200 such bodies
