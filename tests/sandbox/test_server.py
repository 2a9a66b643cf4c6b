from __future__ import annotations

import socket
import statistics
import threading
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests

from django_vyte.sandbox import Sandbox


@pytest.fixture
def session(sandbox):
    with sandbox.serve(), requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = sandbox.api_key
        yield session


def test_it_is_served_on_a_free_port_and_no_longer_afterwards():
    sandbox = Sandbox()
    with sandbox.serve() as server:
        url = server.url
        assert sandbox.url == url
        assert requests.get(f"{url}/", timeout=5).status_code == 200
    assert sandbox.url == ""
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/", timeout=5)


def test_a_taken_port_is_an_os_error():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):  # noqa: SIM117
        with Sandbox().serve(port=taken.getsockname()[1]):
            pass


def test_one_connection_serves_many_requests_until_the_server_closes(sandbox):
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = sandbox.api_key
        with sandbox.serve() as server:
            for _ in range(5):
                assert session.get(f"{server.url}/v2/auth/test", timeout=5).ok
                assert (
                    session.post(f"{server.url}/v2/events", json={"title": "T"}, timeout=5).status_code == 400
                )
            pool = next(iter(session.adapters["http://"].poolmanager.pools._container.values()))
            assert pool.num_connections == 1
            url = server.url
        with pytest.raises(requests.ConnectionError):
            session.get(f"{url}/v2/auth/test", timeout=5)


def test_a_chunked_body_is_read_whole(sandbox, session):
    parts = iter([b'{"title": "T", ', b'"created_by": {"email": "a@b.c"}}'])
    assert session.post(f"{sandbox.url}/v2/events", data=parts, timeout=5).json()["title"] == "T"


def test_the_documented_double_and_trailing_slashes_work(sandbox, session):
    assert len(session.get(f"{sandbox.url}//v2/events/?limit=1", timeout=5).json()) == 1
    assert sandbox.requests[-1].path == "/v2/events/"


def test_head_has_no_body(sandbox, session):
    answer = session.head(f"{sandbox.url}/v2/events", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert session.get(f"{sandbox.url}/v2/auth/test", timeout=5).ok


def test_a_dropped_connection_gives_no_answer_and_changes_nothing(sandbox, session):
    before = len(sandbox.state.events)
    sandbox.faults.add(path="^/v2/events$", method="post", drop=True)
    body = {"title": "T", "created_by": {"email": "a@b.c"}}
    with pytest.raises(requests.ConnectionError):
        session.post(f"{sandbox.url}/v2/events", json=body, timeout=5)
    assert len(sandbox.state.events) == before
    assert sandbox.requests[-1].status is None
    assert session.post(f"{sandbox.url}/v2/events", json=body, timeout=5).ok


def test_a_truncated_answer_announces_its_whole_length(sandbox, session):
    sandbox.faults.add(path="/v2/events", truncate=100)
    with session.get(f"{sandbox.url}/v2/events", timeout=5, stream=True) as answer:
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) > 1000
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            _ = answer.content
    assert session.get(f"{sandbox.url}/v2/events", timeout=5).ok


def test_a_stopped_api_may_drop_connections(sandbox, session):
    sandbox.stop_api(drop=True)
    with pytest.raises(requests.ConnectionError):
        session.get(f"{sandbox.url}/v2/auth/test", timeout=5)


def test_requests_are_answered_at_the_same_time(sandbox, session):
    sandbox.faults.add(path="/v2/auth/test", delay=0.5, times=1)
    slow = threading.Thread(target=session.get, args=(f"{sandbox.url}/v2/auth/test",), kwargs={"timeout": 5})
    slow.start()
    try:
        while len(sandbox.faults):
            pass
        start = time.perf_counter()
        headers = {"Authorization": sandbox.api_key}
        assert requests.get(f"{sandbox.url}/v2/auth/test", headers=headers, timeout=5).ok
        assert slow.is_alive()
        assert time.perf_counter() - start < 0.5
    finally:
        slow.join()


def test_it_is_ready_in_less_than_a_second():
    start = time.perf_counter()
    with Sandbox().serve() as server:
        assert requests.get(f"{server.url}/", timeout=5).ok
    assert time.perf_counter() - start < 1


def test_a_retrieve_takes_less_than_two_milliseconds_on_a_connection_that_stays_open(sandbox):
    event_id = next(iter(sandbox.state.events))
    took = []
    with sandbox.serve() as server:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        for _ in range(300):
            start = time.perf_counter()
            headers = {"Authorization": sandbox.api_key}
            connection.request("GET", f"/v2/events/{event_id}", headers=headers)
            assert b'"_id"' in connection.getresponse().read()
            took.append(time.perf_counter() - start)
        connection.close()
    assert statistics.median(took) < 0.002
