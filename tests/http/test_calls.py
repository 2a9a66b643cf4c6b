"""What is sent, and which answers are which errors."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests
import responses

import django_vyte
from django_vyte.exceptions import (
    AuthenticationFailed,
    NotFound,
    ServerError,
    UnexpectedAnswer,
    VyteAPIError,
    VyteConnectionError,
    VyteTimeout,
)
from django_vyte.http import Http
from tests.client.raw import HANG, answer, raw_server, refusing_url
from tests.http.clients import API, KEY, connect, raised

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
        connect(key=key)
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


def test_a_web_page_is_no_word_of_the_service(client: Http, vyte: responses.RequestsMock) -> None:
    vyte.post(f"{API}/v2/events/1/cancel", body=b" \n<!doctype html>Log in to the guest network")
    with pytest.raises(UnexpectedAnswer, match="got a web page") as caught:
        client.send("POST", "/v2/events/1/cancel")
    assert caught.value.maybe_applied


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
