"""Many deliveries at a time: what it costs, and that none takes another along when it fails."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import time_machine
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte import mirror, outbox
from django_vyte.inbox import processing, scheduling
from django_vyte.inbox.processing import Outcome
from django_vyte.inbox.sources import SOURCES
from django_vyte.models import Delivery, Event, EventChange, Team
from django_vyte.sandbox import Sandbox
from tests.calls import Killed, kept

MANY = 50


def store(team: Team, vyte_id: str, action: str = "event.updated") -> Delivery:
    call = {"action": action, "resource": {"_id": vyte_id}}
    return kept(team, json.dumps(call).encode())


def statuses() -> dict[int, tuple[str, int]]:
    rows = Delivery.objects.order_by("pk").values_list("pk", "status", "attempts")
    return {pk: (status, attempts) for pk, status, attempts in rows}


@pytest.fixture
def ids(vyte_sandbox: Sandbox) -> list[str]:
    """Fifty events at Vyte."""
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(MANY)
    return list(vyte_sandbox.state.events)


@pytest.fixture
def deliveries(team: Team, ids: list[str]) -> list[Delivery]:
    """A call about each."""
    return [store(team, vyte_id) for vyte_id in ids]


@pytest.fixture(autouse=True)
def plenty_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr(scheduling, "TIME_SLICE", 3600)


@pytest.fixture
def out_of_time(monkeypatch: pytest.MonkeyPatch, plenty_of_time: None, one_at_a_time: None) -> None:
    """Each request takes as long as a time slice."""
    monkeypatch.setattr(scheduling, "TIME_SLICE", -1)


def split(count: int) -> int:
    """With Django 5.2, SQLite takes fifty events in two statements."""
    return int(count == MANY and (connection.features.max_query_params or MANY**2) < MANY * 20)


def reserved(count: int) -> int:
    """PostgreSQL copies many rows, and reserves the primary keys of events and changes in two more statements."""
    return 2 * (count == MANY and connection.vendor == "postgresql")


def statements(key: int) -> tuple[int, Outcome]:
    with CaptureQueriesContext(connection) as queries:
        outcome = scheduling.process(key)
    return len(queries), outcome


# What it costs


def test_one_call_about_a_changed_event_costs_seventeen_statements(team: Team, ids: list[str]) -> None:
    scheduling.process(store(team, ids[0]).pk)
    Event.objects.update(title="before", fingerprint="")
    spent, outcome = statements(store(team, ids[0]).pk)
    assert (spent, outcome.deliveries) == (14, 1)
    change = EventChange.objects.latest("pk")
    with CaptureQueriesContext(connection) as queries:
        assert outbox.dispatch(EventChange, [change.pk]) == 1
    assert len(queries) == 3


@pytest.mark.parametrize("count", [2, MANY])
def test_any_number_of_calls_about_new_events_costs_as_many_statements(
    team: Team, ids: list[str], count: int
) -> None:
    first, *_ = [store(team, vyte_id) for vyte_id in ids[:count]]
    spent, outcome = statements(first.pk)
    # One for each source to see whether another account waits, besides those of a single call.
    assert spent == 16 + len(SOURCES) + split(count) + reserved(count)
    assert outcome.deliveries == Event.objects.count() == count


@pytest.mark.parametrize("count", [2, MANY])
def test_any_number_of_calls_about_changed_events_costs_as_many_statements(
    team: Team, ids: list[str], count: int
) -> None:
    scheduling.process(*(store(team, vyte_id).pk for vyte_id in ids))
    Event.objects.update(title="before", fingerprint="")
    first, *_ = [store(team, vyte_id) for vyte_id in ids[:count]]
    before = EventChange.objects.count()
    spent, _ = statements(first.pk)
    assert spent == 14 + len(SOURCES) + split(count) + reserved(count) // 2
    assert EventChange.objects.count() == before + count


def test_a_message_about_calls_that_were_taken_along_costs_one_statement(
    deliveries: list[Delivery],
) -> None:
    scheduling.process(deliveries[0].pk)
    assert statements(deliveries[1].pk) == (1, Outcome())


def test_each_change_names_the_call_that_it_came_with(deliveries: list[Delivery], ids: list[str]) -> None:
    scheduling.process(deliveries[0].pk)
    changes = EventChange.objects.filter(kind="created")
    assert dict(changes.values_list("event__vyte_id", "delivery")) == {
        vyte_id: delivery.pk for vyte_id, delivery in zip(ids, deliveries, strict=True)
    }


# What fails


def test_a_request_that_fails_puts_off_only_what_it_was_for(
    team: Team, deliveries: list[Delivery], ids: list[str], vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.faults.add(path=ids[7], status=403, times=None)
    outcome = scheduling.process(deliveries[0].pk)
    assert list(outcome.retry) == [deliveries[7].pk]
    assert statuses().pop(deliveries[7].pk) == ("waiting", 1)
    assert Delivery.objects.filter(status="done").count() == Event.objects.count() == MANY - 1


@pytest.mark.parametrize("answer", [b"[]", b'{"x": 1}'])
def test_an_answer_that_cannot_be_mirrored_puts_off_only_what_it_is_for(
    answer: bytes, team: Team, deliveries: list[Delivery], ids: list[str], vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.faults.add(path=ids[7], status=200, body=answer, times=None)
    outcome = scheduling.process(deliveries[0].pk)
    assert list(outcome.retry) == [deliveries[7].pk]
    assert Delivery.objects.get(status="waiting").error.startswith("UnexpectedAnswer: ")
    assert Event.objects.count() == MANY - 1


def test_an_event_that_is_gone_is_noted_with_the_others(
    team: Team, deliveries: list[Delivery], ids: list[str], vyte_sandbox: Sandbox
) -> None:
    scheduling.process(deliveries[0].pk)
    vyte_sandbox.state.events.pop(ids[7])
    again = [store(team, vyte_id) for vyte_id in ids]
    scheduling.process(again[0].pk)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert Event.objects.get(missing_since__isnull=False).vyte_id == ids[7]


@pytest.mark.parametrize("error", [DatabaseError, RuntimeError])
def test_what_cannot_be_saved_together_is_saved_one_by_one(
    error: type[Exception], deliveries: list[Delivery], ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save = mirror.save

    def refusing(team_id: int, answers: list[mirror.FetchedEvent]) -> mirror.MirrorResult:
        if any(answer.payload["_id"] == ids[7] for answer in answers):
            raise error("refused")
        return save(team_id, answers)

    monkeypatch.setattr(mirror, "save", refusing)
    outcome = scheduling.process(deliveries[0].pk)
    assert list(outcome.retry) == [deliveries[7].pk]
    assert Delivery.objects.get(status="waiting").error == f"{error.__name__}: refused"
    assert Event.objects.count() == MANY - 1


def test_what_failed_together_is_tried_together(
    deliveries: list[Delivery], vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "CIRCUIT_FAILURES": 0}
    vyte_sandbox.stop_api()
    outcome = scheduling.process(deliveries[0].pk)
    assert set(outcome.retry) == {delivery.pk for delivery in deliveries}
    assert len(set(outcome.retry.values())) == 1
    vyte_sandbox.start_api()
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=11), tick=False):
        assert scheduling.process(deliveries[0].pk).deliveries == MANY


# Workers that die


def test_a_call_that_kills_its_worker_takes_others_along_once_at_most(
    deliveries: list[Delivery], ids: list[str], monkeypatch: pytest.MonkeyPatch, one_at_a_time: None
) -> None:
    send = requests.Session.send

    def deadly(self: requests.Session, request: requests.PreparedRequest, **named: Any) -> requests.Response:
        if str(request.url).endswith(ids[7]):
            raise Killed
        return send(self, request, **named)

    monkeypatch.setattr(requests.Session, "send", deadly)
    with pytest.raises(Killed):
        scheduling.process(deliveries[0].pk)
    assert set(statuses().values()) == {("working", 1)}
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=301), tick=False):
        with pytest.raises(Killed):
            scheduling.process(*(delivery.pk for delivery in deliveries))
        while scheduling.process_account(deliveries[0].account_key).deliveries:
            pass
    found = statuses()
    assert found.pop(deliveries[7].pk) == ("working", 2)
    assert set(found.values()) == {("done", 2)}


# Time


@pytest.mark.usefixtures("out_of_time")
def test_what_there_is_no_time_for_is_given_back_as_it_was(
    deliveries: list[Delivery], vyte_sandbox: Sandbox
) -> None:
    before = dict(Delivery.objects.values_list("pk", "next_attempt_at"))
    outcome = scheduling.process(*(delivery.pk for delivery in deliveries[:3]))
    assert len(vyte_sandbox.requests) == 1
    assert set(outcome.more) == {delivery.pk for delivery in deliveries[1:]}
    assert statuses() == {
        delivery.pk: ("received", 0) if number else ("done", 1) for number, delivery in enumerate(deliveries)
    }
    del before[deliveries[0].pk]
    rest = Delivery.objects.exclude(status="done")
    assert dict(rest.values_list("pk", "next_attempt_at")) == before
    assert set(rest.values_list("lease", flat=True)) == {""}
    scheduling.process(*outcome.more)
    assert len(vyte_sandbox.requests) == 2


@pytest.mark.usefixtures("out_of_time")
def test_a_message_comes_to_all_that_it_names(deliveries: list[Delivery]) -> None:
    keys = [delivery.pk for delivery in deliveries]
    slices = 0
    while keys:
        keys = scheduling.process(*keys).more
        slices += 1
    assert slices == MANY
    assert set(statuses().values()) == {("done", 1)}


def test_a_message_that_names_more_than_are_worked_on_at_once_leaves_the_rest_for_the_next(
    team: Team, ids: list[str], vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.fill(10)
    everything = list(vyte_sandbox.state.events)
    keys = [store(team, vyte_id).pk for vyte_id in everything]
    outcome = scheduling.process(*keys)
    assert outcome.deliveries == MANY
    assert outcome.more == keys[MANY:]


def test_a_time_slice_ends_after_a_second(
    deliveries: list[Delivery], vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, one_at_a_time: None
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 0.3 * len(vyte_sandbox.requests))
    monkeypatch.setattr(scheduling, "TIME_SLICE", 1.0)
    monkeypatch.setattr(scheduling, "time", clock)
    monkeypatch.setattr(processing, "time", clock)
    assert scheduling.process(deliveries[0].pk).deliveries == 4
