"""What is sent again, and when."""

from __future__ import annotations

import random
import time

import pytest
import requests
import responses

from django_vyte.exceptions import (
    NotFound,
    RateLimited,
    ServerError,
    VyteTimeout,
)
from django_vyte.http import Http
from django_vyte.http import retries as retrying
from tests.client.raw import HANG, answer, raw_server, refusing_url
from tests.http.clients import API, connect, raised


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
        retrying.backoff(attempt)
    assert ceilings == [(0, high) for high in (0.5, 1, 2, 4, 8, 8, 8)]


def test_retry_after_is_waited_for(client: Http, vyte: responses.RequestsMock, waits: list[float]) -> None:
    vyte.get(f"{API}/v2/events", status=429, headers={"Retry-After": "7"})
    vyte.get(f"{API}/v2/events", body=b"[]")
    client.request("GET", "/v2/events")
    assert waits == pytest.approx([7], abs=1)


def test_a_retry_after_beyond_the_longest_wait_is_raised_at_once(
    client: Http, vyte: responses.RequestsMock, waits: list[float]
) -> None:
    vyte.get(f"{API}/v2/events", status=429, headers={"Retry-After": "3600"})
    error = raised(client, "GET")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 3600
    assert waits == []


def test_nothing_really_waits(waits: list[float]) -> None:
    started = time.perf_counter()
    raised(connect(refusing_url()), "GET")
    assert time.perf_counter() - started < 5
    assert waits


# A DELETE that may have been done


@pytest.mark.parametrize("first", [b"", HANG, answer(b"", "500 Oops"), answer(b"", "503 Busy")])
def test_what_is_gone_after_a_lost_answer_was_deleted(first: bytes) -> None:
    with raw_server(first, answer(b"{}", "404 Not Found")) as server:
        connect(server.url, timeout=(5, 0.2)).send("DELETE", "/hooks/1")
        assert len(server.received) == 2


@pytest.mark.parametrize(
    ("method", "first"), [("DELETE", "404 Not Found"), ("DELETE", "429 Slow"), ("PUT", "503 Busy")]
)
def test_any_other_404_is_an_error(method: str, first: str) -> None:
    with (
        raw_server(answer(b"", first), answer(b"", "404 Not Found")) as server,
        pytest.raises(NotFound),
    ):
        connect(server.url).send(method, "/hooks/1")
