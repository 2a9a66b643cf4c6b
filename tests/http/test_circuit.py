"""A host that fails again and again is left alone for a while."""

from __future__ import annotations

import logging
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import responses

from django_vyte.exceptions import (
    NotFound,
    RateLimited,
    ServerError,
    VyteConnectionError,
    VyteError,
    VyteUnavailable,
)
from django_vyte.http import reset
from tests.client.raw import answer, raw_server, refusing_url
from tests.http.clients import API, KEY, connect, raised

URL = f"{API}/v2/events"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django_vyte.http.clock.monotonic", clock)
    return clock


def fail(times: int, vyte: responses.RequestsMock, status: int = 503) -> None:
    """That many calls to a host that answers an error, which it goes on to do."""
    vyte.get(URL, status=status)
    for _ in range(times):
        raised(connect(retries=0))


def test_after_five_calls_that_failed_nothing_is_sent(vyte: responses.RequestsMock, clock: Clock) -> None:
    fail(5, vyte)
    error = raised(connect(retries=0))
    assert isinstance(error, VyteUnavailable)
    assert isinstance(error, VyteConnectionError)
    assert error.retry_after == 10.0
    assert str(error) == (
        "GET /v2/events: not sent, because the last 5 calls to api.vyte.test failed. "
        "Try again in 10.0 seconds."
    )
    assert len(vyte.calls) == 5


@pytest.mark.parametrize(
    "outage", [requests.ConnectionError(), requests.ReadTimeout(), 502, 503, 504], ids=str
)
def test_what_counts_as_failed(vyte: responses.RequestsMock, outage: Exception | int) -> None:
    if isinstance(outage, int):
        vyte.get(URL, status=outage)
    else:
        vyte.get(URL, body=outage)
    for _ in range(5):
        assert not isinstance(raised(connect(retries=0)), VyteUnavailable)
    assert isinstance(raised(connect(retries=0)), VyteUnavailable)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 429, 500, 501])
def test_any_other_answer_is_a_sign_of_life(vyte: responses.RequestsMock, status: int) -> None:
    fail(20, vyte, status)
    assert len(vyte.calls) == 20


def test_a_body_that_stops_coming_counts_though_it_began_well() -> None:
    with raw_server(*[answer(b"[", length=10) + b"<hang>"] * 5) as server:
        client = connect(server.url, timeout=(5, 0.1), retries=0)
        for _ in range(5):
            raised(client)
        assert isinstance(raised(client), VyteUnavailable)


def test_calls_are_counted_and_not_attempts(vyte: responses.RequestsMock) -> None:
    vyte.get(URL, status=503)
    for _ in range(4):
        raised(connect(retries=3))
    assert len(vyte.calls) == 16


def test_one_success_begins_the_count_again(vyte: responses.RequestsMock) -> None:
    for _ in range(3):
        for status in (503, 503, 503, 503, 200):
            vyte.get(URL, status=status, body=b"[]")
    for _ in range(15):
        try:
            connect(retries=0).request("GET", "/v2/events")
        except ServerError:
            continue
    assert len(vyte.calls) == 15


def test_then_one_call_is_a_trial_that_closes_it(vyte: responses.RequestsMock, clock: Clock) -> None:
    fail(5, vyte)
    vyte.replace(responses.GET, URL, body=b"[]")
    clock.now += 9.9
    assert isinstance(raised(connect()), VyteUnavailable)
    clock.now += 0.2
    for _ in range(3):
        assert connect().request("GET", "/v2/events") == b"[]"


def test_a_trial_that_fails_opens_it_again(vyte: responses.RequestsMock, clock: Clock) -> None:
    fail(5, vyte)
    clock.now += 10.1
    assert isinstance(raised(connect(retries=0)), ServerError)
    refused = raised(connect(retries=0))
    assert isinstance(refused, VyteUnavailable)
    assert refused.retry_after == 10.0
    assert "the last 6 calls" in str(refused)


def test_while_one_tries_the_others_are_refused(vyte: responses.RequestsMock, clock: Clock) -> None:
    fail(5, vyte)
    clock.now += 10.1
    trying, go_on = threading.Event(), threading.Event()

    def slow(request: object) -> tuple[int, dict[str, str], bytes]:
        trying.set()
        assert go_on.wait(10)
        return 200, {}, b"[]"

    vyte.remove(responses.GET, URL)
    vyte.add_callback(responses.GET, URL, slow)
    with ThreadPoolExecutor(1) as threads:
        trial = threads.submit(connect().request, "GET", "/v2/events")
        assert trying.wait(10)
        assert isinstance(raised(connect()), VyteUnavailable)
        go_on.set()
        assert trial.result(10) == b"[]"
    assert connect().request("GET", "/v2/events") == b"[]"


def test_a_trial_that_never_ends_does_not_keep_it_open(vyte: responses.RequestsMock, clock: Clock) -> None:
    fail(5, vyte)
    vyte.replace(responses.GET, URL, body=b"x" * 200_000)
    clock.now += 10.1
    trial = connect().stream("GET", "/v2/events")
    next(trial)
    assert isinstance(raised(connect()), VyteUnavailable)
    clock.now += 10.1
    connect().request("GET", "/v2/events")


def test_a_list_that_nobody_reads_to_its_end_is_a_sign_of_life(vyte: responses.RequestsMock) -> None:
    fail(4, vyte)
    vyte.replace(responses.GET, URL, body=b"x" * 200_000)
    pieces = connect().stream("GET", "/v2/events")
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    vyte.replace(responses.GET, URL, status=503)
    for _ in range(4):
        assert not isinstance(raised(connect(retries=0)), VyteUnavailable)


def test_a_call_that_was_not_sent_says_nothing_about_the_host(
    vyte: responses.RequestsMock, clock: Clock
) -> None:
    vyte.get(URL, status=429, headers={"Retry-After": "3600"})
    raised(connect())
    fail(0, vyte)
    vyte.replace(responses.GET, URL, status=503)
    for _ in range(4):
        raised(connect(key="another", retries=0))
    assert isinstance(raised(connect()), RateLimited)
    raised(connect(key="another", retries=0))
    assert isinstance(raised(connect(key="another")), VyteUnavailable)
    clock.now += 10.1
    assert isinstance(raised(connect()), RateLimited)
    assert not isinstance(raised(connect(key="another", retries=0)), VyteUnavailable)


def test_each_host_has_its_own(vyte: responses.RequestsMock) -> None:
    fail(5, vyte)
    for url in ("https://other.test", f"{API}:8443", API.replace("https", "http")):
        vyte.get(f"{url}/v2/events", status=404)
        assert isinstance(raised(connect(url)), NotFound)


@pytest.mark.parametrize("url", [f"{API}/base", "https://user:pass@api.vyte.test", "HTTPS://API.vyte.test"])
def test_one_host_is_one_however_it_is_written(vyte: responses.RequestsMock, url: str) -> None:
    fail(5, vyte)
    error = raised(connect(url))
    assert isinstance(error, VyteUnavailable)
    assert "pass" not in str(error)


def test_none_is_wanted_with_0(vyte: responses.RequestsMock) -> None:
    vyte.get(URL, status=503)
    for _ in range(20):
        raised(connect(retries=0, circuit_failures=0))
    assert len(vyte.calls) == 20


def test_all_threads_share_it(vyte: responses.RequestsMock) -> None:
    vyte.get(URL, status=503)

    def ask(_: int) -> type[VyteError]:
        return type(raised(connect(retries=0, circuit_seconds=1000.0)))

    with ThreadPoolExecutor(8) as threads:
        kinds = list(threads.map(ask, range(200)))
    assert kinds.count(ServerError) == len(vyte.calls)
    assert 5 <= len(vyte.calls) < 5 + 8


def test_opening_is_a_warning_and_closing_is_told(
    vyte: responses.RequestsMock, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="django_vyte.http")
    fail(6, vyte)
    vyte.replace(responses.GET, URL, body=b"[]")
    clock.now += 10.1
    connect().request("GET", "/v2/events")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "api.vyte.test: 5 calls in a row failed; none is sent for 10 s"),
        ("INFO", "api.vyte.test answers again"),
    ]
    assert KEY not in caplog.text


def test_resetting_forgets_it(vyte: responses.RequestsMock) -> None:
    fail(5, vyte)
    reset()
    assert isinstance(raised(connect(retries=0)), ServerError)


def test_the_error_survives_pickling() -> None:
    error = VyteUnavailable("GET /v2/events: not sent", 7.5)
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin), twin.retry_after) == (VyteUnavailable, str(error), 7.5)


def test_certificates_that_are_not_there_are_named_and_not_held_against_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    client = connect(refusing_url().replace("http:", "https:"))
    for _ in range(6):
        error = raised(client)
        assert isinstance(error, VyteConnectionError)
        assert "not sent" in str(error)
        assert "/nowhere/bundle.pem" in str(error)


@pytest.mark.parametrize("timeout", [0, (1, 2, 3)])
def test_a_timeout_that_is_none_is_not_held_against_the_host(timeout: object) -> None:
    for _ in range(6):
        error = raised(connect(refusing_url(), timeout=timeout))
        assert not isinstance(error, VyteUnavailable)
        assert "Check VYTE['API_URL'], VYTE['TIMEOUT']" in str(error)


def test_what_is_wrong_here_shows_no_password(vyte: responses.RequestsMock) -> None:
    vyte.get(URL, body=ValueError("netloc 'user:pass@host' contains invalid characters"))
    error = str(raised(connect()))
    assert "netloc 'host' contains" in error
    assert "pass" not in error
