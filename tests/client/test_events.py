from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import responses
from django.test import override_settings

from django_vyte.client import VyteClient
from django_vyte.exceptions import BadRequest, NotFound, ProbablyIncomplete, UnexpectedAnswer, VyteAPIError
from django_vyte.sandbox import Sandbox
from tests.client.operations import Recorder
from tests.client.raw import answer, raw_server

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"
API = "https://api.vyte.test"


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def vyte() -> Iterator[VyteClient]:
    with VyteClient(KEY, api_url=API, retries=0) as client:
        yield client


def listing(count: int) -> VyteClient:
    """A client whose list has as many events."""
    return Recorder(json.dumps([{"_id": str(number)} for number in range(count)]).encode()).client()


def test_iterate_asks_when_the_first_event_is_wanted(vyte: VyteClient, mock: responses.RequestsMock) -> None:
    mock.get(f"{API}/v2/events", body=b'[{"_id":"1"},{"_id":"2"}]')
    events = vyte.events.iterate()
    assert len(mock.calls) == 0
    assert next(events)["_id"] == "1"
    assert next(events)["_id"] == "2"
    assert next(events, None) is None
    assert len(mock.calls) == 1


def test_an_answer_that_is_cut_off_yields_nothing() -> None:
    whole = b"[" + b",".join(b'{"_id":"%d"}' % number for number in range(50_000)) + b"]"
    with (
        raw_server(answer(whole[:-9], length=len(whole))) as server,
        VyteClient(KEY, api_url=server.url) as vyte,
        pytest.raises(UnexpectedAnswer, match="breaks off"),
    ):
        next(vyte.events.iterate())


def test_an_answer_that_is_cut_off_without_saying_so_yields_nothing() -> None:
    with (
        raw_server(answer(b'[{"_id":"1"},{"_id":"2"}')) as server,
        VyteClient(KEY, api_url=server.url) as vyte,
        pytest.raises(UnexpectedAnswer, match="cut off"),
    ):
        next(vyte.events.iterate())


def test_an_unknown_filter_is_refused(vyte: VyteClient) -> None:
    with pytest.raises(TypeError, match="page"):
        vyte.events.list(page=2)  # type: ignore[call-arg]


def test_an_empty_list_of_groups_does_not_mean_all_events(vyte: VyteClient) -> None:
    with pytest.raises(ValueError, match="group_ids"):
        vyte.events.list(group_ids=[])


@pytest.mark.parametrize(
    ("count", "limit"), [(20, 20), (1, 1), (50, None), (100, None), (250, 1000), (300, None), (1000, None)]
)
def test_a_list_that_may_be_cut_short_is_warned_of_after_its_last_event(
    count: int, limit: int | None
) -> None:
    events = listing(count).events.iterate(limit=limit)
    assert len([next(events) for _ in range(count)]) == count
    with pytest.warns(ProbablyIncomplete, match=f"exactly {count} events") as caught:
        assert next(events, None) is None
    [warning] = caught
    assert isinstance(warning.message, ProbablyIncomplete)
    assert (warning.message.count, warning.message.limit) == (count, limit)
    assert warning.filename == __file__


def test_a_list_of_events_warns_as_well_and_of_the_line_that_asked() -> None:
    with pytest.warns(ProbablyIncomplete) as caught:
        assert len(listing(50).events.list()) == 50
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("count", "limit"), [(0, None), (0, 5), (7, None), (19, 20), (49, None), (101, None), (10_100, None)]
)
def test_a_list_of_any_other_length_is_taken_for_whole(count: int, limit: int | None) -> None:
    assert len(listing(count).events.list(limit=limit)) == count


def test_the_number_of_items_is_told_before_the_first_event() -> None:
    told: list[object] = []
    events = listing(2).events.iterate(counted=told.append)
    assert next(events)["_id"] == "0"
    assert told == [2]


def test_code_can_catch_the_warning_or_be_told_instead() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ProbablyIncomplete)
        with pytest.raises(ProbablyIncomplete):
            listing(50).events.list()
    told: list[ProbablyIncomplete] = []
    assert len([*listing(50).events.iterate(report=told.append)]) == 50
    assert [warning.count for warning in told] == [50]


def test_events_that_are_left_out_count_for_the_length_of_a_list(caplog: pytest.LogCaptureFixture) -> None:
    told: list[ProbablyIncomplete] = []
    client = Recorder(b"[" + b'{"_id":"1"},' * 49 + b"null]").client()
    assert len([*client.events.iterate(report=told.append)]) == 49
    assert told[0].count == 50


def test_a_title_is_found_as_it_is_written() -> None:
    sandbox = Sandbox()
    for title in ("Q&A (1/2)?", "Q&A 12", "Budget 5.0 + [plan]"):
        sandbox.create_event(title=title, creator="emma@acme.com")
    with sandbox.serve() as server, VyteClient(sandbox.api_key, api_url=server.url) as vyte:
        assert [event["title"] for event in vyte.events.list(q="(1/2)?")] == ["Q&A (1/2)?"]
        assert [event["title"] for event in vyte.events.list(q="5.0 + [plan]")] == ["Budget 5.0 + [plan]"]
        assert [event["title"] for event in vyte.events.list(q=re.compile(r"A \d+$"))] == ["Q&A 12"]


BOTH_WAYS: list[tuple[dict[str, str], Callable[[VyteClient], Any], list[tuple[str, str]]]] = [
    (
        {},
        lambda vyte: vyte.events.delete_invitee("e1", "i1"),
        [("POST", "/v2/events/e1/invitees/i1"), ("DELETE", "/v2/events/e1/invitees/i1")],
    ),
    (
        {"DELETE_INVITEE_METHOD": "DELETE"},
        lambda vyte: vyte.events.delete_invitee("e1", "i1"),
        [("DELETE", "/v2/events/e1/invitees/i1"), ("POST", "/v2/events/e1/invitees/i1")],
    ),
    ({}, lambda vyte: vyte.hooks.list(), [("GET", "/hooks"), ("GET", "/v2/hooks")]),
    ({}, lambda vyte: vyte.hooks.retrieve("h1"), [("GET", "/hooks/h1"), ("GET", "/v2/hooks/h1")]),
    ({}, lambda vyte: vyte.hooks.delete("h1"), [("DELETE", "/hooks/h1"), ("DELETE", "/v2/hooks/h1")]),
    (
        {"HOOKS_PATH": "/v2/hooks"},
        lambda vyte: vyte.hooks.create(action="event.created", target_url="https://a.example/1"),
        [("POST", "/v2/hooks"), ("POST", "/hooks")],
    ),
    (
        {"HOOKS_PATH": "/v2/hooks"},
        lambda vyte: vyte.hooks.update("h1", action="event.created", target_url="https://a.example/1"),
        [("PUT", "/v2/hooks/h1"), ("PUT", "/hooks/h1")],
    ),
]

what_is_spelt_twice = pytest.mark.parametrize(("settings", "ask", "asked"), BOTH_WAYS)


def answer_both(mock: responses.RequestsMock, asked: list[tuple[str, str]], first: int, second: int) -> None:
    for (method, path), status in zip(asked, (first, second), strict=True):
        mock.add(method, f"{API}{path}", body=b'{"hooks":[]}', status=status)


@what_is_spelt_twice
@pytest.mark.parametrize("status", [404, 405])
def test_what_vyte_spells_in_two_ways_is_asked_the_second_way_when_the_first_is_not_there(
    settings: dict[str, str],
    ask: Any,
    asked: Any,
    status: int,
    vyte: VyteClient,
    mock: responses.RequestsMock,
) -> None:
    answer_both(mock, asked, status, 200)
    with override_settings(VYTE=settings):
        ask(vyte)
    assert [(call.request.method, call.request.path_url) for call in mock.calls] == asked


@what_is_spelt_twice
@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_only_the_first_way_is_asked_when_it_is_there(
    settings: dict[str, str],
    ask: Any,
    asked: Any,
    status: int,
    vyte: VyteClient,
    mock: responses.RequestsMock,
) -> None:
    answer_both(mock, asked, status, 200)
    refused = nullcontext() if status == 200 else pytest.raises(VyteAPIError, match=f"answered {status}")
    with override_settings(VYTE=settings), refused:
        ask(vyte)
    assert [(call.request.method, call.request.path_url) for call in mock.calls] == asked[:1]


@what_is_spelt_twice
@pytest.mark.parametrize(("first", "second"), [(404, 404), (404, 405), (405, 404)])
def test_what_is_there_in_neither_way_is_not_found(
    settings: dict[str, str],
    ask: Any,
    asked: Any,
    first: int,
    second: int,
    vyte: VyteClient,
    mock: responses.RequestsMock,
) -> None:
    answer_both(mock, asked, first, second)
    with override_settings(VYTE=settings), pytest.raises(NotFound):
        ask(vyte)
    assert len(mock.calls) == 2


def test_an_error_of_the_second_way_is_told(vyte: VyteClient, mock: responses.RequestsMock) -> None:
    answer_both(
        mock, [("POST", "/v2/events/e1/invitees/i1"), ("DELETE", "/v2/events/e1/invitees/i1")], 404, 400
    )
    with pytest.raises(BadRequest):
        vyte.events.delete_invitee("e1", "i1")
