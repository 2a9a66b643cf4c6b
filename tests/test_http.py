from __future__ import annotations

import logging
import pickle
import random
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import django_vyte
from django_vyte import http
from django_vyte.exceptions import (
    AuthenticationFailed,
    NotFound,
    RateLimited,
    ServerError,
    UnexpectedAnswer,
    VyteAPIError,
    VyteConnectionError,
    VyteError,
    VyteTimeout,
)
from django_vyte.http import Http
from tests.client.raw import HANG, answer, raw_server, refusing_url

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"
API = "https://api.vyte.test"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the code wanted to wait; nothing really waits."""
    waited: list[float] = []
    monkeypatch.setattr(http, "sleep", waited.append)
    return waited


@pytest.fixture
def vyte() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def connect(url: str = API, retries: int = 3, **options: Any) -> Http:
    return Http(KEY, url, options.pop("timeout", (5, 20)), retries, **options)


@pytest.fixture
def client() -> Iterator[Http]:
    client = connect()
    yield client
    client.close()


def raised(client: Http, method: str, path: str = "/v2/events", **options: Any) -> VyteError:
    with pytest.raises(VyteError) as caught:
        client.request(method, path, **options)
    return caught.value


# What is sent


def test_the_key_is_sent_alone_with_a_user_agent_that_has_the_version(
    client: Http, vyte: responses.RequestsMock
) -> None:
    vyte.post(f"{API}/v2/events", body=b"{}")
    assert client.request("POST", "/v2/events", body={"title": "é"}, query={"a": "x y", "b": None}) == b"{}"
    [call] = vyte.calls
    assert call.request.headers["Authorization"] == KEY
    assert call.request.headers["User-Agent"].startswith(f"django-vyte/{django_vyte.__version__} ")
    assert call.request.headers["Content-Type"] == "application/json"
    assert call.request.body == '{"title":"é"}'.encode()
    assert call.request.url == f"{API}/v2/events?a=x+y"


def test_a_request_without_a_body_has_no_content_type(client: Http, vyte: responses.RequestsMock) -> None:
    vyte.get(f"{API}/hooks", body=b"[]")
    client.request("GET", "/hooks")
    assert "Content-Type" not in vyte.calls[0].request.headers


def test_netrc_does_not_replace_the_key(
    client: Http, vyte: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.vyte.test login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    vyte.get(f"{API}/hooks", body=b"[]")
    client.request("GET", "/hooks")
    assert vyte.calls[0].request.headers["Authorization"] == KEY


def test_both_timeouts_reach_the_session(vyte: responses.RequestsMock) -> None:
    vyte.get(f"{API}/hooks", body=b"[]")
    connect(timeout=(1.5, 2.5)).request("GET", "/hooks")
    assert vyte.calls[0].request.req_kwargs["timeout"] == (1.5, 2.5)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "key", ["", " ", "abc def", "abc\n", "abc\r\nX-Evil: 1", "abc\x00", "schlüssel", "ключ"]
)
def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="API key") as caught:
        Http(key, API, 5, 0)
    assert not key.strip() or key.strip() not in str(caught.value)


def test_a_session_that_was_passed_in_is_used_and_left_open(vyte: responses.RequestsMock) -> None:
    class Session(requests.Session):
        closed = False

        def close(self) -> None:
            self.closed = True
            super().close()

    session = Session()
    session.headers["X-Mine"] = "yes"
    session.auth = ("someone", "else")
    vyte.get(f"{API}/hooks", body=b"[]")
    client = connect(session=session)
    client.request("GET", "/hooks")
    client.close()
    assert vyte.calls[0].request.headers["X-Mine"] == "yes"
    assert vyte.calls[0].request.headers["Authorization"] == KEY
    assert not session.closed
    session.close()


# Which answers are which errors


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthenticationFailed), (404, NotFound), (409, VyteAPIError), (501, ServerError)],
)
def test_a_status_is_raised_as_its_error_at_once(
    client: Http, vyte: responses.RequestsMock, waits: list[float], status: int, kind: type[VyteAPIError]
) -> None:
    vyte.get(f"{API}/v2/events/a%2Fb", status=status, body=b"<html>no</html>")
    error = raised(client, "GET", "/v2/events/a%2Fb", query={"q": "private"})
    assert type(error) is kind
    assert str(error) == f"GET /v2/events/a%2Fb answered {status}: <html>no</html>"
    assert waits == []


def test_an_error_keeps_the_beginning_of_a_huge_body(client: Http) -> None:
    with raw_server(answer(b"x" * 3_000_000, "400 Bad Request")) as server:
        error = raised(connect(server.url), "GET")
    assert isinstance(error, VyteAPIError)
    assert error.body == "x" * len(error.body)
    assert len(error.body) <= 2000


def test_an_error_whose_body_breaks_off_is_still_that_error() -> None:
    with raw_server(answer(b'{"error": "brok', "404 Not Found", length=500)) as server:
        error = raised(connect(server.url), "GET")
    assert isinstance(error, NotFound)


@pytest.mark.parametrize("location", ["", "/elsewhere?token=abc", "https://[::1/?token=abc", "\\"])
def test_a_redirect_to_nowhere_is_an_error_too(
    client: Http, vyte: responses.RequestsMock, location: str
) -> None:
    vyte.get(f"{API}/hooks", status=302, headers={"Location": location})
    assert "abc" not in str(raised(client, "GET", "/hooks"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_and_the_key_stays_here(
    client: Http, vyte: responses.RequestsMock, status: int
) -> None:
    vyte.get(f"{API}/hooks", status=status, headers={"Location": "https://elsewhere.test/?token=abc"})
    error = raised(client, "GET", "/hooks")
    assert type(error) is VyteAPIError
    assert "elsewhere.test" in str(error)
    assert "abc" not in str(error)
    assert len(vyte.calls) == 1


def test_a_successful_answer_without_interest_is_not_read(client: Http, vyte: responses.RequestsMock) -> None:
    vyte.post(f"{API}/v2/events/1/cancel", body=b"OK")
    client.send("POST", "/v2/events/1/cancel")


def test_a_broken_body_nobody_needs_does_not_hide_the_success() -> None:
    with raw_server(answer(b"O", length=2)) as server:
        connect(server.url).send("POST", "/v2/events/1/cancel")


@pytest.mark.parametrize(
    "wire",
    [
        answer(b'[{"_id": "1"}', length=500),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n[1,2",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n[1,2",
        answer(b"this is not gzip", headers="Content-Encoding: gzip\r\n"),
    ],
    ids=["short of Content-Length", "no last chunk", "short chunk", "bad chunk", "bad gzip"],
)
def test_a_body_that_breaks_off_is_an_unexpected_answer_and_not_asked_again(wire: bytes) -> None:
    with raw_server(wire, answer()) as server:
        error = raised(connect(server.url), "GET")
        assert isinstance(error, UnexpectedAnswer)
        assert len(server.received) == 1


def test_a_body_that_stops_coming_is_a_timeout() -> None:
    with raw_server(answer(b'[{"_id":', length=500) + HANG) as server:
        assert isinstance(raised(connect(server.url, timeout=(5, 0.2)), "GET"), VyteTimeout)


def test_an_address_where_nobody_listens_is_a_connection_error(waits: list[float]) -> None:
    error = raised(connect(refusing_url()), "GET")
    assert isinstance(error, VyteConnectionError)
    assert "refused" in str(error)
    assert len(str(error)) < 500
    assert len(waits) == 3


def test_a_host_that_does_not_exist_is_a_connection_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert isinstance(raised(connect("http://vyte.invalid"), "POST"), VyteConnectionError)


@pytest.mark.parametrize("url", ["http://[::1", "http://" + "a" * 70 + ".example", "http://exa mple"])
def test_an_address_that_is_none_is_a_connection_error(url: str) -> None:
    assert isinstance(raised(connect(url, retries=0), "GET"), VyteConnectionError)


def test_speaking_tls_to_a_plain_server_is_a_connection_error_at_once(waits: list[float]) -> None:
    with raw_server(answer(), answer()) as server:
        error = raised(connect(server.url.replace("http:", "https:")), "GET")
    assert isinstance(error, VyteConnectionError)
    assert waits == []


# What is sent again


def status_of(*statuses: int) -> list[bytes]:
    return [answer(b"{}", f"{status} Something") for status in statuses]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_be_repeated_is_repeated_when_vyte_stumbles(
    method: str, status: int, waits: list[float]
) -> None:
    with raw_server(*status_of(status, status, 200)) as server:
        assert connect(server.url).request(method, "/v2/events/1") == b"{}"
        assert len(server.received) == 3
    assert len(waits) == 2


@pytest.mark.parametrize("wire", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"garbage\r\n\r\n"])
def test_what_may_be_repeated_is_repeated_when_vyte_hangs_up(wire: bytes) -> None:
    with raw_server(wire, answer(b"[]")) as server:
        assert connect(server.url).request("GET", "/v2/events") in (b"[]", b"")
        assert len(server.received) <= 2


def test_what_may_be_repeated_is_repeated_after_a_timeout() -> None:
    with raw_server(HANG, answer(b"[]")) as server:
        assert connect(server.url, timeout=(5, 0.2)).request("GET", "/v2/events") == b"[]"


def test_a_timeout_that_lasts_is_raised_after_the_last_retry(waits: list[float]) -> None:
    with raw_server(HANG, HANG) as server:
        error = raised(connect(server.url, timeout=(5, 0.1), retries=1), "GET")
        assert isinstance(error, VyteTimeout)
        assert len(server.received) == 2
    assert len(waits) == 1


@pytest.mark.parametrize(
    "wire", [b"", HANG, answer(b"", "503 Busy"), answer(b"", "429 Slow"), b"HTTP/1.1 20"]
)
def test_a_creating_post_is_never_repeated_once_bytes_were_sent(wire: bytes) -> None:
    with raw_server(wire, answer()) as server:
        raised(connect(server.url, timeout=(5, 0.2)), "POST", body={"title": "x"})
        assert len(server.received) == 1


def test_a_post_that_may_be_repeated_is(waits: list[float]) -> None:
    with raw_server(b"", *status_of(503, 200)) as server:
        connect(server.url).request("POST", "/v2/events/1/confirm", repeatable=True)
        assert len(server.received) == 3


def test_a_get_that_creates_is_not_repeated() -> None:
    with raw_server(*status_of(503, 200)) as server:
        raised(connect(server.url), "GET", "/thirdparties/new", repeatable=False)
        assert len(server.received) == 1


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(requests.ConnectTimeout(), 4), (requests.ReadTimeout(), 1), (requests.exceptions.SSLError(), 1)],
)
def test_a_creating_post_is_repeated_only_when_nothing_was_sent(
    client: Http, vyte: responses.RequestsMock, error: Exception, attempts: int
) -> None:
    vyte.post(f"{API}/v2/events", body=error)
    raised(client, "POST")
    assert len(vyte.calls) == attempts


def test_a_refused_creating_post_is_repeated(waits: list[float]) -> None:
    raised(connect(refusing_url()), "POST", body={})
    assert len(waits) == 3


def test_a_certificate_problem_is_not_tried_again(client: Http, vyte: responses.RequestsMock) -> None:
    vyte.get(f"{API}/v2/events", body=requests.exceptions.SSLError("certificate verify failed"))
    raised(client, "GET")
    assert len(vyte.calls) == 1


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_retries_is_how_often_it_is_sent_again(vyte: responses.RequestsMock, retries: int) -> None:
    vyte.get(f"{API}/v2/events", status=503)
    assert isinstance(raised(connect(retries=retries), "GET"), ServerError)
    assert len(vyte.calls) == retries + 1


# When


def test_waits_are_random_under_a_ceiling_that_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    ceilings: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        ceilings.append((low, high))
        return high

    monkeypatch.setattr(random, "uniform", uniform)
    for attempt in range(1, 8):
        http._backoff(attempt)
    assert ceilings == [(0, high) for high in (0.5, 1, 2, 4, 8, 8, 8)]


def test_retry_after_is_waited_for(client: Http, vyte: responses.RequestsMock, waits: list[float]) -> None:
    vyte.get(f"{API}/v2/events", status=429, headers={"Retry-After": "7"})
    vyte.get(f"{API}/v2/events", body=b"[]")
    client.request("GET", "/v2/events")
    assert waits == [7]


def test_a_retry_after_beyond_patience_is_raised_at_once(
    client: Http, vyte: responses.RequestsMock, waits: list[float]
) -> None:
    vyte.get(f"{API}/v2/events", status=429, headers={"Retry-After": "3600"})
    error = raised(client, "GET")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 3600
    assert waits == []


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
    assert http._seconds(header) == seconds


def test_a_retry_after_header_may_be_a_date() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < (http._seconds(header) or 0) <= 20


# What is never shown


def test_an_echo_of_the_key_or_of_a_secret_is_masked(client: Http, vyte: responses.RequestsMock) -> None:
    vyte.get(f"{API}/api/keys/{KEY}", status=404, body=f"no {KEY}, no cfsvut1yp6dd".encode())
    error = raised(client, "GET", f"/api/keys/{KEY}", secrets=["cfsvut1yp6dd"])
    shown = f"{error!r} {error} {vars(error)} {pickle.dumps(error)!r}"
    assert KEY not in shown
    assert "cfsvut1yp6dd" not in shown


SECRET = "cfsvut1yp6dd2nuwkxjo"


def everything_shown(ask: Callable[[], object], caplog: pytest.LogCaptureFixture) -> str:
    """What logs at DEBUG and a traceback, chained errors included, say of a request that fails."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(VyteError) as caught:
        ask()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    records = [str(vars(record)) for record in caplog.records]
    return "\n".join([*traceback.format_exception(caught.value), caplog.text, *records])


@pytest.mark.parametrize("wire", [b"", HANG, answer(b"", "503 Busy"), answer(b"[", length=50)])
def test_no_log_message_or_traceback_holds_the_key_or_a_secret(
    wire: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with raw_server(wire, wire) as server:
        client = connect(server.url, retries=1, timeout=(5, 0.2))
        query = {"cm": "jane@acme.com", "secret": SECRET}
        shown = everything_shown(lambda: client.request("GET", "/token", query=query), caplog)
        assert SECRET.encode() in server.received[0]
    assert "GET /token" in shown
    assert KEY not in shown
    assert SECRET not in shown


def test_no_secret_shows_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    client = connect(refusing_url())
    shown = everything_shown(lambda: client.request("GET", "/token", query={"secret": SECRET}), caplog)
    assert "GET /token" in shown
    assert KEY not in shown
    assert SECRET not in shown


def test_urllib3_says_at_debug_what_was_asked_but_not_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with raw_server(answer()) as server:
        connect(server.url).request("GET", "/token", query={"cm": "jane", "secret": SECRET})
    [line] = [record.getMessage() for record in caplog.records if "HTTP/1.1" in record.getMessage()]
    assert "/token?cm=jane&secret=***" in line


def test_each_attempt_is_one_line_without_query_body_or_headers(
    client: Http, vyte: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="django_vyte")
    vyte.put(f"{API}/v2/events/1", status=503)
    vyte.put(f"{API}/v2/events/1", body=b"{}")
    client.request("PUT", "/v2/events/1", query={"q": "private"}, body={"title": "private"})
    assert [record.getMessage().split(" in ")[0] for record in caplog.records] == [
        "PUT /v2/events/1: 503",
        "PUT /v2/events/1: 200",
    ]
    assert caplog.records[1].getMessage().endswith("attempt 2")
    assert "private" not in caplog.text


def test_nothing_really_waits(waits: list[float]) -> None:
    started = time.perf_counter()
    raised(connect(refusing_url()), "GET")
    assert time.perf_counter() - started < 5
    assert waits
