"""This machine is reached directly; every other host through the proxies of the environment, as requests defines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
import requests

from tests.http.clients import connect
from tests.http.stalling_server import StallingServer, stalling_server

OK = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"]
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
# Both ways to send: over the connections of the process, and with a session of the caller's.
sessions = pytest.mark.parametrize("session", [nullcontext, requests.Session])


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[StallingServer]:
    """A proxy that answers everything itself, and that the environment names for everything."""
    with stalling_server(lambda path: OK) as server:
        for name in VARIABLES:
            monkeypatch.delenv(name.upper(), raising=False)
            monkeypatch.setenv(name, server.url)
        monkeypatch.delenv("no_proxy")
        yield server


@sessions
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_is_asked_for_this_machine(
    proxy: StallingServer, session: Callable[[], requests.Session], host: str
) -> None:
    with stalling_server(lambda path: OK) as server, session() as opened:
        connect(server.url.replace("127.0.0.1", host), session=opened).request("GET", "/v2/events")
        assert (len(server.requests), proxy.connections) == (1, 0)


@sessions
def test_every_other_host_is_reached_through_the_proxy(
    proxy: StallingServer, session: Callable[[], requests.Session]
) -> None:
    with session() as opened:
        connect("http://api.vyte.test", session=opened).request("GET", "/v2/events")
    assert proxy.requests[0].startswith(b"GET http://api.vyte.test/v2/events")


@sessions
def test_hosts_that_no_proxy_lists_are_reached_directly(
    proxy: StallingServer, session: Callable[[], requests.Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "api.vyte.test")
    with session() as opened:
        connect("http://other.vyte.test", session=opened).request("GET", "/v2/events")
        with pytest.raises(AssertionError, match=r"tried to reach api\.vyte\.test"):
            connect("http://api.vyte.test", session=opened).request("GET", "/v2/events")
    assert len(proxy.requests) == 1


def test_a_proxy_that_is_set_on_a_session_is_used_for_this_machine_too(proxy: StallingServer) -> None:
    with stalling_server(lambda path: OK) as server, requests.Session() as session:
        session.proxies = {"http": proxy.url}
        connect(server.url, session=session).request("GET", "/v2/events")
        assert (len(server.requests), len(proxy.requests)) == (0, 1)
