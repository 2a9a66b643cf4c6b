"""Clients of one process share connections, and nothing else that a server could tell apart."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from django_vyte import http
from tests.client.raw import refusing_url
from tests.http.clients import connect, raised
from tests.http.stalling_server import stalling_server

SMALL = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: id=1; Path=/\r\n\r\n[]"]


def test_clients_use_one_connection_after_the_other() -> None:
    with stalling_server(lambda path: SMALL) as server:
        for key in ("one", "two", "three"):
            connect(server.url, key=key).request("GET", "/v2/events")
        assert server.connections == 1
        assert [
            f"Authorization: {key}".encode() in request
            for key, request in zip(("one", "two", "three"), server.requests, strict=True)
        ] == [True] * 3


def test_an_error_and_a_success_without_interest_leave_the_connection_usable() -> None:
    answers = {"/missing": [b"HTTP/1.1 404 Nope\r\nContent-Length: 2\r\n\r\n{}"]}
    with stalling_server(lambda path: answers.get(path, SMALL)) as server:
        client = connect(server.url)
        for _ in range(3):
            raised(client, "GET", "/missing")
            client.send("POST", "/v2/events/1/cancel")
            list(client.stream("GET", "/v2/events"))
        assert server.connections == 1


def test_threads_do_not_share_a_connection_at_a_time() -> None:
    with stalling_server(lambda path: SMALL) as server, ThreadPoolExecutor(4) as threads:
        client = connect(server.url)
        bodies = list(threads.map(lambda _: client.request("GET", "/v2/events"), range(40)))
        assert bodies == [b"[]"] * 40
        assert server.connections <= 4


def test_cookies_are_not_kept() -> None:
    with stalling_server(lambda path: SMALL) as server:
        for _ in range(2):
            connect(server.url).request("GET", "/v2/events")
        assert not [request for request in server.requests if b"Cookie" in request]


def test_a_session_of_the_callers_has_its_own_connections() -> None:
    with stalling_server(lambda path: SMALL) as server, requests.Session() as session:
        connect(server.url).request("GET", "/v2/events")
        connect(server.url, session=session).request("GET", "/v2/events")
        assert server.connections == 2


def test_resetting_closes_them() -> None:
    with stalling_server(lambda path: SMALL) as server:
        connect(server.url).request("GET", "/v2/events")
        http.reset()
        connect(server.url).request("GET", "/v2/events")
        assert server.connections == 2


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_process_has_none_of_its_parents_connections_nor_circuits() -> None:
    def in_child() -> bool:
        again = client.request("GET", "/v2/events") == b"[]"
        return again and "refused" in str(raised(dead))

    with stalling_server(lambda path: SMALL) as server:
        client = connect(server.url)
        dead = connect(refusing_url(), retries=0)
        for _ in range(6):
            error = raised(dead)
        assert "not sent" in str(error)
        client.request("GET", "/v2/events")
        child = os.fork()
        if not child:
            os._exit(0 if in_child() else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert server.connections == 2
        client.request("GET", "/v2/events")
        assert server.connections == 2


def test_a_proxy_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with stalling_server(lambda path: SMALL) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert connect("http://vyte.invalid").request("GET", "/v2/events") == b"[]"
        assert proxy.requests[0].startswith(b"GET http://vyte.invalid/v2/events HTTP/1.1")
