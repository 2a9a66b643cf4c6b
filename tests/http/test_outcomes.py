"""What an error says about the request: never sent, known not done, or perhaps done."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from django_vyte.exceptions import (
    BadRequest,
    RateLimited,
    RequestHeldBack,
    UnexpectedAnswer,
    VyteConnectionError,
    VyteError,
    VyteUnavailable,
)
from django_vyte.http import clock, pool
from tests.client.raw import HANG, answer, raw_server, refusing_url
from tests.http.clients import API, connect, raised

WRITES = [
    ("POST", {}),
    ("POST", {"repeatable": True}),
    ("PUT", {}),
    ("DELETE", {}),
    ("GET", {"repeatable": False}),
]
READS: list[tuple[str, dict[str, Any]]] = [("GET", {})]
every_write = pytest.mark.parametrize(("method", "options"), WRITES)
every_request = pytest.mark.parametrize(("method", "options"), WRITES + READS)

UNKNOWN = {
    "no answer": b"",
    "time-out": HANG,
    "half a head": b"HTTP/1.1 20",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "500": answer(b"", "500 Oops"),
    "501": answer(b"", "501 What"),
    "502": answer(b"", "502 Bad Gateway"),
    "503": answer(b"", "503 Busy"),
    "504": answer(b"", "504 Late"),
    "cut off": answer(b'{"_id":', length=500),
    "stops coming": answer(b'{"_id":', length=500) + HANG,
    "badly compressed": answer(b"this is not gzip", headers="Content-Encoding: gzip\r\n"),
}
every_unknown = pytest.mark.parametrize("wire", UNKNOWN.values(), ids=UNKNOWN.keys())


def said(error: VyteError) -> tuple[bool, bool]:
    return error.maybe_applied, error.nothing_sent


@every_write
@every_unknown
def test_a_write_whose_outcome_nobody_told_may_have_been_done(
    wire: bytes, method: str, options: dict[str, Any]
) -> None:
    with raw_server(wire) as server:
        error = raised(connect(server.url, timeout=(5, 0.2), retries=0), method, **options)
    assert said(error) == (True, False)


@every_unknown
def test_a_read_changes_nothing_whatever_happens_to_it(wire: bytes) -> None:
    with raw_server(wire) as server:
        assert not raised(connect(server.url, timeout=(5, 0.2), retries=0)).maybe_applied


@every_request
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 422, 429])
def test_what_was_refused_was_not_done(status: int, method: str, options: dict[str, Any]) -> None:
    with raw_server(answer(b"{}", f"{status} No")) as server:
        assert said(raised(connect(server.url, retries=0), method, **options)) == (False, False)


def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    return raised(connect(refusing_url()), "POST")


def no_such_host(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    def nowhere(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    return raised(connect("http://vyte.invalid"), "POST")


def no_tls(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    with raw_server(answer(), answer()) as server:
        return raised(connect(server.url.replace("http:", "https:")), "POST")


def hung_up_during_tls(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    with raw_server(b"") as server:
        return raised(connect(server.url.replace("http:", "https:"), retries=0), "POST")


def silent_during_tls(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    with raw_server(HANG) as server:
        client = connect(server.url.replace("http:", "https:"), retries=0, timeout=(0.2, 0.2))
        return raised(client, "POST")


def no_proxy(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    monkeypatch.setenv("HTTP_PROXY", refusing_url())
    return raised(connect("http://vyte.invalid", retries=0), "POST")


def no_session(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    return raised(connect(refusing_url(), session=requests.Session(), retries=0), "POST")


def no_url(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    return raised(connect("http://[::1"), "POST")


def open_circuit(monkeypatch: pytest.MonkeyPatch) -> VyteError:
    client = connect(refusing_url(), retries=0, circuit_failures=1)
    raised(client, "GET")
    error = raised(client, "POST")
    assert isinstance(error, VyteUnavailable)
    return error


@pytest.mark.parametrize(
    "fail",
    [
        nobody_listens, no_such_host, no_tls, hung_up_during_tls, silent_during_tls, no_proxy, no_session, no_url,
        open_circuit,
    ],
)  # fmt: skip
def test_without_a_connection_nothing_was_sent(
    fail: Callable[[pytest.MonkeyPatch], VyteError], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(fail(monkeypatch)) == (False, True)


def test_a_certificate_that_a_session_refuses_ends_before_the_request(vyte: responses.RequestsMock) -> None:
    from urllib3.exceptions import MaxRetryError
    from urllib3.exceptions import SSLError as TLSError

    reason = TLSError(ssl.SSLCertVerificationError(1, "certificate verify failed"))
    vyte.post(f"{API}/v2/events", body=requests.exceptions.SSLError(MaxRetryError(None, "/", reason)))  # type: ignore[arg-type]
    assert said(raised(connect(session=requests.Session()), "POST")) == (False, True)


def test_an_answer_with_two_lengths_is_no_mistake_of_this_side() -> None:
    with raw_server(UNKNOWN["two lengths"]) as server:
        error = raised(connect(server.url, retries=0), "POST")
    assert isinstance(error, VyteConnectionError)
    assert "not sent" not in str(error)


# All attempts of a call count


@pytest.mark.parametrize(
    "second", [answer(b"{}", "400 No"), answer(b"{}", "429 Slow\r\nRetry-After: 3600")], ids=["400", "429"]
)
def test_a_refusal_after_a_lost_answer_does_not_undo_it(second: bytes) -> None:
    with raw_server(b"", second) as server:
        error = raised(connect(server.url), "POST", repeatable=True)
        assert len(server.received) == 2
    assert isinstance(error, BadRequest | RateLimited)
    assert error.maybe_applied


def test_a_host_that_is_gone_after_a_lost_answer_does_not_undo_it(
    vyte: responses.RequestsMock,
) -> None:
    vyte.put(f"{API}/v2/events/1", body=requests.ReadTimeout())
    vyte.put(f"{API}/v2/events/1", body=requests.ConnectTimeout())
    error = raised(connect(retries=1), "PUT", "/v2/events/1")
    assert said(error) == (True, False)


# Held back


def asked_to_wait(vyte: responses.RequestsMock, seconds: str = "20") -> None:
    vyte.get(f"{API}/v2/events", status=429, headers={"Retry-After": seconds})
    raised(connect(retries=0))


def test_what_was_held_back_does_not_say_that_it_was_answered(vyte: responses.RequestsMock) -> None:
    asked_to_wait(vyte)
    error = raised(connect(deadline=10), "POST")
    assert isinstance(error, RequestHeldBack)
    assert str(error).startswith("POST /v2/events: not sent: Vyte asked this key to wait, for ")
    assert "answered" not in str(error)
    assert said(error) == (False, True)
    assert error.held_back
    assert error.aborts_run


def test_a_second_attempt_that_is_held_back_does_not_say_that_nothing_was_sent(
    vyte: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    vyte.put(f"{API}/v2/events", status=502)

    def another_thread_is_asked_to_wait(seconds: float) -> None:
        vyte.get(f"{API}/v2/events", status=429, headers={"Retry-After": "40"})
        raised(connect(retries=0))

    monkeypatch.setattr(clock, "sleep", another_thread_is_asked_to_wait)
    error = raised(connect(), "PUT")
    assert isinstance(error, RequestHeldBack)
    assert "not sent again: " in str(error)
    assert said(error) == (True, False)
    assert pool.current().limits is not None


def test_a_429_that_was_answered_says_so(vyte: responses.RequestsMock) -> None:
    vyte.post(f"{API}/v2/events", status=429, body=b"slow down")
    error = raised(connect(), "POST")
    assert type(error) is RateLimited
    assert str(error) == "POST /v2/events answered 429: slow down"
    assert not error.held_back


# What the client makes of a success


@pytest.mark.parametrize("body", [b"", b"<html>", b"42", b'{"_id": '])
def test_a_success_that_cannot_be_read_may_have_been_done(body: bytes) -> None:
    from django_vyte.client import VyteClient

    with raw_server(*[answer(body)] * 3) as server:
        vyte = VyteClient("key", api_url=server.url)
        with pytest.raises(UnexpectedAnswer) as made:
            vyte.v1.bookings.create(title="Call", created_by={"email": "ada@example.com"})
        with pytest.raises(UnexpectedAnswer) as changed:
            vyte.users.update_batch([{"user": {"id": "1"}}])
        with pytest.raises(UnexpectedAnswer) as read:
            vyte.events.retrieve("1")
    assert made.value.maybe_applied
    assert changed.value.maybe_applied
    assert not read.value.maybe_applied


def test_a_lost_answer_of_the_first_spelling_is_not_forgotten_by_the_second() -> None:
    from django_vyte.client import VyteClient

    gone, refused = answer(b"{}", "404 Not Found"), answer(b"{}", "400 No")
    for second in (gone, refused):
        with raw_server(b"", gone, second) as server:
            vyte = VyteClient("key", api_url=server.url)
            with pytest.raises(VyteError) as caught:
                vyte.events.delete_invitee("e1", "i1")
        assert caught.value.maybe_applied
