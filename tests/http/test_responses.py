"""How an answer is read."""

from __future__ import annotations

import gzip
import io
import itertools
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from django_vyte.exceptions import (
    UnexpectedAnswer,
)
from django_vyte.http import responses
from tests.client.raw import answer, raw_server
from tests.http.clients import connect, raised
from tests.http.stalling_server import OK, for_ever, stalling_server


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 12 ", 12),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("1e999", None),
        ("9" * 5000, None),
        ("²", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_a_retry_after_header_is_read_or_ignored(header: str, seconds: float | None) -> None:
    assert responses.parse_retry_after(header) == seconds


def test_a_retry_after_header_may_be_a_date() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < (responses.parse_retry_after(header) or 0) <= 20


def test_an_answer_that_never_ends_is_no_answer() -> None:
    flood = b"[" + b" " * 65535
    with stalling_server(lambda path: itertools.chain([OK, b"\r\n"], for_ever(flood))) as server:
        tracemalloc.start()
        try:
            error = raised(connect(server.url))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert isinstance(error, UnexpectedAnswer)
    assert str(error) == "GET /v2/events: the answer is larger than 64 MB"
    assert peak < 1.5 * responses.MAX_BODY_BYTES


def test_a_list_may_be_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "MAX_BODY_BYTES", 100_000)
    with raw_server(answer(b"x" * 300_000), answer(b"x" * 300_000)) as server:
        client = connect(server.url)
        assert sum(map(len, client.stream("GET", "/v2/events"))) == 300_000
        assert isinstance(raised(client), UnexpectedAnswer)


@pytest.mark.parametrize("mine", [True, False], ids=["a session of the caller's", "our own connections"])
def test_a_redirect_with_an_endless_body_is_left_at_once(mine: bool) -> None:
    flood = [b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/?token=abc\r\n\r\n"]
    with (
        stalling_server(lambda path: itertools.chain(flood, for_ever(b"x" * 65536))) as server,
        requests.Session() as session,
    ):
        error = raised(connect(server.url, session=session if mine else None, deadline=10))
    assert "elsewhere.test" in str(error)
    assert "abc" not in str(error)


def test_a_list_has_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "MAX_STREAM_BYTES", 2 << 20)
    bomb = answer(gzip.compress(b" " * (50 << 20)), headers="Content-Encoding: gzip\r\n")
    taken: list[bytes] = []
    with raw_server(bomb) as server, pytest.raises(UnexpectedAnswer, match="larger than 2 MB"):
        taken.extend(connect(server.url).stream("GET", "/v2/events"))
    assert sum(map(len, taken)) <= 2 << 20


def test_a_small_answer_does_not_fill_the_memory() -> None:
    bomb = answer(gzip.compress(b" " * (300 << 20)), headers="Content-Encoding: gzip\r\n")
    with raw_server(bomb) as server:
        tracemalloc.start()
        try:
            error = raised(connect(server.url))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert isinstance(error, UnexpectedAnswer)
    assert peak < 1.5 * responses.MAX_BODY_BYTES


def test_a_hook_of_the_callers_session_may_read_the_answer() -> None:
    def read(response: requests.Response, *args: object, **options: object) -> None:
        assert response.text

    wires = answer(b"[1]"), answer(b"[1]"), answer(b"gone", "404 Not Found")
    with raw_server(*wires) as server, requests.Session() as session:
        session.hooks["response"].append(read)
        client = connect(server.url, session=session)
        assert client.request("GET", "/v2/events") == b"[1]"
        assert b"".join(client.stream("GET", "/v2/events")) == b"[1]"
        assert str(raised(client)) == "GET /v2/events answered 404: gone"


def test_what_a_hook_threw_away_breaks_off() -> None:
    def read(response: requests.Response, *args: object, **options: object) -> None:
        assert list(response.iter_content(10)) == [b"[1]"]

    with raw_server(answer(b"[1]")) as server, requests.Session() as session:
        session.hooks["response"].append(read)
        assert isinstance(raised(connect(server.url, session=session)), UnexpectedAnswer)


def test_an_adapter_may_answer_with_any_file() -> None:
    class Adapter(requests.adapters.HTTPAdapter):
        def send(
            self, request: requests.PreparedRequest, *args: object, **options: object
        ) -> requests.Response:
            response = requests.Response()
            response.status_code, response.raw, response.request = 200, io.BytesIO(b"[1]"), request
            return response

    with requests.Session() as session:
        session.mount("https://", Adapter())
        assert connect(session=session).request("GET", "/v2/events") == b"[1]"


def test_a_redirect_shows_no_password() -> None:
    moved = answer(b"", "302 Found", headers="Location: https://user:pw@elsewhere.test/?token=abc\r\n")
    with raw_server(moved) as server:
        error = str(raised(connect(server.url)))
    assert "to elsewhere.test, which" in error
    assert "pw" not in error


def dated(value: str | None) -> requests.Response:
    response = requests.Response()
    if value is not None:
        response.headers["Date"] = value
    return response


def test_the_clock_is_compared_with_the_date_of_an_answer():
    then = datetime.now(UTC) - timedelta(minutes=3)
    ahead = responses.clock_ahead(dated(format_datetime(then, usegmt=True)))
    assert ahead == pytest.approx(180, abs=5)
    assert responses.clock_ahead(dated("Wed, 25 Nov 2020 10:00:00")) > 0


@pytest.mark.parametrize("value", [None, "", "yesterday", "Wed, 99 Nov 2026 10:00:00 GMT"])
def test_without_a_date_no_clock_is_compared(value):
    assert responses.clock_ahead(dated(value)) is None
