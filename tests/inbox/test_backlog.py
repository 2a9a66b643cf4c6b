"""Calls by the thousand: what each costs, and what is in memory, does not grow with how many wait."""

from __future__ import annotations

import datetime as dt
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import requests
import time_machine
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.inbox import claims, receiving, scheduling
from django_vyte.inbox.sources import SOURCES
from django_vyte.models import ApiKey, Delivery, Event, Team
from django_vyte.ops import sweep
from django_vyte.sandbox import Sandbox

EVENT = "569c3b6105dc780300951bd0"
OTHER = "5f0d7eb02003d0971e2a961a"


def store(team: Team, *ids: str, action: str = "event.updated", **fields: Any) -> list[int]:
    """A call about each of these events, in this order."""
    rows = []
    for vyte_id in ids:
        call = {"action": action, "resource": {"_id": vyte_id, **fields}}
        row = receiving.parse(SOURCES["vyte"], json.dumps(call).encode(), {})
        row.account = str(team.pk)
        rows.append(row)
    Delivery.objects.bulk_create(rows, batch_size=500)
    return list(Delivery.objects.order_by("-pk").values_list("pk", flat=True)[: len(ids)])[::-1]


def unlike(count: int) -> list[str]:
    """The ids of so many events that Vyte does not have."""
    return [f"{number:024x}" for number in range(count)]


def add_team(sandbox: Sandbox, name: str) -> Team:
    """Another team, which sees the same events."""
    team = Team.objects.create(vyte_id=sandbox.add_organization(name)[0], name=name)
    ApiKey.objects.create(team=team, key=sandbox.api_key, hint="")
    return team


def as_they_are(rows: Any) -> list[tuple[Any, ...]]:
    return list(rows.order_by("pk").values_list("pk", "status", "attempts", "next_attempt_at", "lease"))


def asked(sandbox: Sandbox) -> list[str]:
    return [request.path.rpartition("/")[2] for request in sandbox.requests]


@contextmanager
def looked_at() -> Iterator[list[int]]:
    """The deliveries that are read meanwhile, one item each."""
    seen: list[int] = []

    def note(instance: Delivery, **named: Any) -> None:
        seen.append(instance.pk)

    post_init.connect(note, sender=Delivery)
    try:
        yield seen
    finally:
        post_init.disconnect(note, sender=Delivery)


def in_threads(work: Callable[[], None], count: int) -> None:
    """Have so many workers do this at once."""
    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(work) for _ in range(count)]:
            done.result()


@pytest.fixture(autouse=True)
def plenty_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr(scheduling, "TIME_SLICE", 3600)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty calls are many."""
    monkeypatch.setattr(claims, "LOOK_AHEAD", 5)
    monkeypatch.setattr(claims, "MOST_ROWS", 10)


# A message


def cost_of_a_message(key: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Statements, and deliveries that are looked at, of a message whose time slice handles one group."""
    monkeypatch.setattr(claims, "MOST_GROUPS", 1)
    monkeypatch.setattr(scheduling, "round_robin", scheduling.RoundRobin())
    with CaptureQueriesContext(connection) as queries, looked_at() as rows:
        assert scheduling.process(key).deliveries == 1
    return len(queries), len(rows)


def test_what_a_message_costs_does_not_grow_with_what_waits(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = store(team, EVENT, OTHER)
    store(team, *unlike(600))
    little = cost_of_a_message(first, monkeypatch)
    store(team, *unlike(2000))
    assert cost_of_a_message(second, monkeypatch) == little
    # The call itself is found twice.
    assert little[1] == claims.LOOK_AHEAD + 2


@pytest.mark.parametrize("waiting", [10, 2000])
def test_choosing_the_next_account_costs_as_many_statements_whatever_waits(
    team: Team, vyte_sandbox: Sandbox, waiting: int
) -> None:
    other = add_team(vyte_sandbox, "Other")
    store(team, *unlike(waiting))
    store(other, *unlike(waiting))
    with CaptureQueriesContext(connection) as queries, looked_at() as rows:
        assert scheduling.RoundRobin().next_account(exclude=[team.account_key]) == other.account_key
    assert (len(queries), rows) == (2 + len(SOURCES), [])


def test_a_few_teams_are_looked_at_each_time_and_all_in_the_end(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "MOST_ACCOUNTS", 2)
    others = [Team.objects.create(vyte_id=f"t{number}", name=f"T{number}") for number in range(5)]
    for other in others:
        store(other, EVENT)
    Delivery.objects.exclude(account=str(others[4].pk)).update(
        status="waiting", attempts=1, next_attempt_at=timezone.now() + dt.timedelta(minutes=5)
    )
    robin = scheduling.RoundRobin()
    found = [robin.next_account(exclude=[team.account_key]) for _ in range(4)]
    assert found == [None, None, others[4].account_key, None]


# Oversized groups


def test_thousands_of_calls_about_one_event_cost_one_fetch(team: Team, vyte_sandbox: Sandbox) -> None:
    keys = store(team, *[EVENT] * 3000)
    with looked_at() as rows:
        assert scheduling.process(keys[1500]).deliveries == 3000
    assert asked(vyte_sandbox) == [EVENT]
    assert set(Delivery.objects.values_list("status", "attempts", "lease")) == {("done", 1, "")}
    assert len(rows) <= 1 + claims.LOOK_AHEAD + claims.MOST_ROWS + 1


def test_memory_does_not_grow_with_the_size_of_a_group(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LOOK_AHEAD", 20)
    monkeypatch.setattr(claims, "MOST_ROWS", 50)
    scheduling.process(*store(team, OTHER))
    calls, size = 1500, 20_000
    keys = store(team, *[EVENT] * calls, title="x" * size)
    tracemalloc.start()
    try:
        scheduling.process(keys[0])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < calls * size / 5
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


@pytest.mark.usefixtures("few")
def test_a_cancellation_deep_in_an_oversized_group_is_not_lost(team: Team, vyte_sandbox: Sandbox) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    scheduling.process(*store(team, EVENT))
    keys = store(team, *[EVENT] * 30)
    store(team, EVENT, action="event.cancelled", cancelled="2036-01-01T00:00:00Z")
    store(team, *[EVENT] * 30)
    scheduling.process(keys[0])
    assert Event.objects.get().status == "cancelled"
    assert len(vyte_sandbox.requests) == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


@pytest.mark.usefixtures("few")
def test_an_oversized_group_that_fails_is_postponed_and_retried_as_a_whole(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    keys = store(team, *[EVENT] * 30)
    vyte_sandbox.faults.add(path=EVENT, status=403)
    outcome = scheduling.process(keys[0])
    assert outcome.deliveries == 30
    assert len(outcome.retry) == len(set(Delivery.objects.values_list("next_attempt_at"))) == 1
    assert set(Delivery.objects.values_list("status", "attempts", "lease")) == {("waiting", 1, "")}
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=11), tick=False):
        assert scheduling.process(*outcome.retry).deliveries == 30
    assert set(Delivery.objects.values_list("status", "attempts")) == {("done", 2)}


@pytest.mark.usefixtures("few")
def test_a_new_call_does_not_wake_an_oversized_group_that_waits_for_a_retry(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    store(team, *[EVENT] * 30)
    later = timezone.now() + dt.timedelta(minutes=5)
    Delivery.objects.update(status="waiting", attempts=1, next_attempt_at=later)
    before = as_they_are(Delivery.objects.all())
    vyte_sandbox.faults.add(path=EVENT, status=403)
    [new] = store(team, EVENT)
    assert list(scheduling.process(new).retry) == [new]
    assert as_they_are(Delivery.objects.exclude(pk=new)) == before


@pytest.mark.usefixtures("few")
def test_of_an_oversized_group_only_what_no_worker_survived_is_given_up(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 3}
    keys = store(team, *[EVENT] * 40)
    deadly = Delivery.objects.filter(pk__in=[keys[0], keys[30], keys[39]])
    long_ago = timezone.now() - dt.timedelta(hours=1)
    deadly.update(status="working", attempts=3, lease="x", next_attempt_at=long_ago)
    assert scheduling.process(keys[1]).deliveries == 40
    assert set(deadly.values_list("status", flat=True)) == {"failed"}
    assert Delivery.objects.filter(status="done").count() == 37
    assert asked(vyte_sandbox) == [EVENT]


@pytest.mark.usefixtures("few")
def test_of_several_oversized_groups_each_is_claimed_in_its_order(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "TIME_SLICE", -1)
    keys = store(team, *[EVENT, OTHER] * 20)
    before = as_they_are(Delivery.objects.filter(subject=f"event:{OTHER}"))
    assert scheduling.process(*keys[:2]).more == [keys[1]]
    assert as_they_are(Delivery.objects.filter(subject=f"event:{OTHER}")) == before
    assert Delivery.objects.filter(status="done").count() == 20
    assert sweep.sweep().deliveries == 20
    assert asked(vyte_sandbox) == [EVENT, OTHER]


@pytest.mark.usefixtures("few")
def test_an_oversized_group_grows_while_it_is_processed_and_costs_two_fetches(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, late = requests.Session.send, []

    def sending(self: requests.Session, *args: Any, **named: Any) -> requests.Response:
        if not late:
            late.extend(store(team, *[EVENT] * 30))
            # Other workers leave it to this one.
            assert scheduling.process(late[0]).deliveries == 0
            assert scheduling.process_account(team.account_key).deliveries == 0
        return send(self, *args, **named)

    monkeypatch.setattr(requests.Session, "send", sending)
    queue = store(team, *[EVENT] * 30)
    for key in queue:
        queue.extend(scheduling.process(key).more)
    assert asked(vyte_sandbox) == [EVENT] * 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


# Several workers


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="has no workers side by side in memory")
def test_an_oversized_group_for_many_workers_costs_two_requests_at_most(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.requests.clear()
    together = threading.Barrier(6)
    queue = store(team, *[EVENT] * 120)

    def work() -> None:
        together.wait(30)
        try:
            while queue:
                with suppress(IndexError):
                    queue.extend(scheduling.process(queue.pop()).more)
        finally:
            connection.close()

    in_threads(work, 6)
    assert 1 <= len(asked(vyte_sandbox)) <= 2
    assert set(Delivery.objects.values_list("status", "lease")) == {("done", "")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="has no workers side by side in memory")
def test_a_slow_team_with_a_backlog_for_two_workers_leaves_another_one_the_next_time_slice(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST_GROUPS", 1)
    monkeypatch.setattr(scheduling, "TIME_SLICE", -1)
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(20)
    *slow, quick = list(vyte_sandbox.state.events)
    other = add_team(vyte_sandbox, "Quick")
    queue = store(team, *slow)
    send, both_wait, order = requests.Session.send, threading.Barrier(2, lambda: store(other, quick)), []

    def sending(self: requests.Session, request: requests.PreparedRequest, **named: Any) -> requests.Response:
        order.append(str(request.url).rpartition("/")[2])
        if len(order) <= 2:
            both_wait.wait(30)
        return send(self, request, **named)

    def work() -> None:
        try:
            while queue:
                scheduling.process(queue.pop(0))
        finally:
            connection.close()

    monkeypatch.setattr(requests.Session, "send", sending)
    in_threads(work, 2)
    assert order.index(quick) <= 3
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
