from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import responses
from django.test import override_settings

from django_vyte.client import VyteClient
from django_vyte.exceptions import UnexpectedAnswer
from tests.client.raw import answer, raw_server

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"
API = "https://api.vyte.test"
JANE = {"email": "jane@acme.com"}
PLAIN = "http://crm.example.com/"
NAIVE = datetime.fromisoformat("2026-01-01T09:00")


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def vyte() -> Iterator[VyteClient]:
    with VyteClient(KEY, api_url=API, retries=0) as client:
        yield client


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
    ("message", "ask"),
    [
        (r"dates\[0\].date", lambda vyte: vyte.events.create(created_by=JANE, dates=[{"date": NAIVE}])),
        (r"dates\[0\].end_date", lambda vyte: vyte.events.update("e1", dates=[{"end_date": NAIVE}])),
        (r"dates\[0\].date", lambda vyte: vyte.v1.bookings.create(created_by=JANE, dates=[{"date": NAIVE}])),
        ("start", lambda vyte: vyte.slots.list(duration=30, emails=["a@b.c"], start=NAIVE)),
        ("whose", lambda vyte: vyte.slots.next(duration=30)),
        ("id", lambda vyte: vyte.events.retrieve("")),
        ("id", lambda vyte: vyte.events.retrieve("..")),
        ("id", lambda vyte: vyte.events.delete_invitee("e1", "")),
        ("created_by", lambda vyte: vyte.events.create(created_by={})),
        ("group_ids", lambda vyte: vyte.v1.third_parties.group_events("app1", [])),
        ("group_ids", lambda vyte: vyte.v1.third_parties.group_events("app1", ["a,b"])),
        ("https", lambda vyte: vyte.hooks.create(action="event.created", target_url=PLAIN)),
        ("https", lambda vyte: vyte.hooks.update("h1", action="event.created", target_url=PLAIN)),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_sent(
    message: str, ask: Any, vyte: VyteClient, mock: responses.RequestsMock
) -> None:
    with pytest.raises(ValueError, match=message):
        ask(vyte)
    assert len(mock.calls) == 0


def test_the_method_that_deletes_an_invitee_is_a_setting(
    vyte: VyteClient, mock: responses.RequestsMock
) -> None:
    mock.delete(f"{API}/v2/events/e1/invitees/i1", body=b"OK")
    with override_settings(VYTE={"DELETE_INVITEE_METHOD": "DELETE"}):
        vyte.events.delete_invitee("e1", "i1")
    assert len(mock.calls) == 1


def test_the_path_of_hooks_is_a_setting(vyte: VyteClient, mock: responses.RequestsMock) -> None:
    mock.get(f"{API}/v2/hooks/h1", body=b"{}")
    with override_settings(VYTE={"HOOKS_PATH": "/v2/hooks"}):
        assert vyte.hooks.retrieve("h1") == {}
