"""What Vyte asks one thread to wait, all wait."""

from __future__ import annotations

import gc
import logging
import threading
import time

import pytest
import responses

from django_vyte import http
from django_vyte.exceptions import RateLimited, ServerError
from django_vyte.http import clock, limits, pool
from tests.http.clients import API, KEY, connect, raised

URL = f"{API}/v2/events"


def ask_to_wait(vyte: responses.RequestsMock, seconds: str, status: int = 429) -> None:
    """One call that is answered so; what comes after succeeds."""
    vyte.get(URL, status=status, headers={"Retry-After": seconds})
    raised(connect(retries=0))
    vyte.replace(responses.GET, URL, body=b"[]")


@pytest.mark.parametrize("status", [429, 503])
def test_every_further_call_waits_too(vyte: responses.RequestsMock, waits: list[float], status: int) -> None:
    ask_to_wait(vyte, "7", status)
    assert connect().request("GET", "/v2/events") == b"[]"
    assert waits == pytest.approx([7], abs=1)


def test_the_call_that_was_told_waits_once(vyte: responses.RequestsMock, waits: list[float]) -> None:
    vyte.get(URL, status=429, headers={"Retry-After": "7"})
    vyte.get(URL, body=b"[]")
    connect().request("GET", "/v2/events")
    assert waits == pytest.approx([7], abs=1)


def test_a_post_waits_too_though_it_is_sent_only_once(
    vyte: responses.RequestsMock, waits: list[float]
) -> None:
    ask_to_wait(vyte, "7")
    vyte.post(URL, body=b"{}")
    connect().request("POST", "/v2/events", body={})
    assert waits == pytest.approx([7], abs=1)


@pytest.mark.parametrize(("seconds", "deadline"), [("31", 60.0), ("20", 10.0)])
def test_a_wait_that_is_too_long_is_an_error_and_nothing_is_sent(
    vyte: responses.RequestsMock, waits: list[float], seconds: str, deadline: float
) -> None:
    ask_to_wait(vyte, seconds)
    error = raised(connect(deadline=deadline))
    assert isinstance(error, RateLimited)
    assert error.status_code == 429
    assert error.retry_after == pytest.approx(int(seconds), abs=2)
    assert error.body.startswith("not sent: Vyte asked this key to wait")
    assert len(vyte.calls) == 1
    assert waits == []


def test_other_keys_and_other_hosts_go_on(vyte: responses.RequestsMock, waits: list[float]) -> None:
    ask_to_wait(vyte, "7")
    vyte.get("https://other.test/v2/events", body=b"[]")
    connect(key="another").request("GET", "/v2/events")
    connect("https://other.test").request("GET", "/v2/events")
    assert waits == []


@pytest.mark.parametrize(("status", "header"), [(429, ""), (429, "0"), (500, "7"), (404, "7")])
def test_nothing_else_holds_others_back(
    vyte: responses.RequestsMock, waits: list[float], status: int, header: str
) -> None:
    ask_to_wait(vyte, header, status)
    connect().request("GET", "/v2/events")
    assert waits == []


def test_a_date_far_away_is_not_believed(vyte: responses.RequestsMock) -> None:
    ask_to_wait(vyte, "Fri, 31 Dec 2099 23:59:59 GMT")
    error = raised(connect())
    assert isinstance(error, RateLimited)
    assert error.retry_after is not None
    assert error.retry_after <= 3600


def test_a_wait_that_is_over_is_forgotten(
    vyte: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_to_wait(vyte, "7")
    later = time.monotonic() + 8
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    assert connect().request("GET", "/v2/events") == b"[]"
    ask_to_wait(vyte, "60")
    assert len(pool.current().limits._until) == 1


def test_another_thread_that_waits_already_does_not_see_an_earlier_end() -> None:
    held = limits.Limits()
    held.hold(("https://api.vyte.test", b"1"), 20)
    held.hold(("https://api.vyte.test", b"1"), 5)
    assert held.left(("https://api.vyte.test", b"1")) > 15


def test_threads_share_it(vyte: responses.RequestsMock, waits: list[float]) -> None:
    thread = threading.Thread(target=ask_to_wait, args=(vyte, "7"))
    thread.start()
    thread.join(10)
    connect().request("GET", "/v2/events")
    assert len(waits) == 1


def test_waiting_is_told(
    vyte: responses.RequestsMock, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    ask_to_wait(vyte, "7")
    caplog.set_level(logging.INFO, logger="django_vyte.http")
    connect().request("GET", "/v2/events", query={"q": "private"})
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("GET /v2/events: waits ")
    assert line.endswith(" s as Vyte asked")


def test_the_key_is_not_kept(vyte: responses.RequestsMock) -> None:
    ask_to_wait(vyte, "60")
    gc.collect()
    assert KEY not in repr(vars(pool.current().limits))


def test_resetting_forgets_it(vyte: responses.RequestsMock, waits: list[float]) -> None:
    ask_to_wait(vyte, "7")
    http.reset()
    connect().request("GET", "/v2/events")
    assert waits == []


def test_a_server_error_that_asks_to_wait_is_waited_for_by_its_own_call(
    vyte: responses.RequestsMock, waits: list[float]
) -> None:
    vyte.get(URL, status=500, headers={"Retry-After": "7"})
    assert isinstance(raised(connect(retries=1)), ServerError)
    assert waits == [7]


def test_who_has_waited_looks_again(vyte: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_to_wait(vyte, "7")
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:  # meanwhile another thread is told to wait for longer
            [holder] = pool.current().limits._until
            pool.current().limits.hold(holder, 20)

    monkeypatch.setattr(clock, "sleep", sleep)
    connect().request("GET", "/v2/events")
    assert waited == pytest.approx([7, 20], abs=1)


def test_those_who_wait_do_not_all_go_on_at_once(vyte: responses.RequestsMock, waits: list[float]) -> None:
    ask_to_wait(vyte, "7")
    for _ in range(20):
        connect().request("GET", "/v2/events")
    assert max(waits) - min(waits) > 0.05
