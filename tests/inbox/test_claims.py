"""Claims: one worker for each group of deliveries, and a time slice for every team."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.db import connection

from django_vyte.inbox import claims, scheduling
from django_vyte.inbox.processing import Outcome
from django_vyte.models import ApiKey, Delivery, Event, EventChange, Team
from django_vyte.ops import sweep
from django_vyte.sandbox import Sandbox
from tests.calls import kept

EVENT = "569c3b6105dc780300951bd0"
OTHER = "5f0d7eb02003d0971e2a961a"


def store(team: Team, vyte_id: str = EVENT) -> int:
    call = {"action": "event.updated", "resource": {"_id": vyte_id}}
    return kept(team, json.dumps(call).encode()).pk


def add_team(sandbox: Sandbox, name: str) -> Team:
    """Another team, which sees the same events."""
    team = Team.objects.create(vyte_id=sandbox.add_organization(name)[0], name=name)
    ApiKey.objects.create(team=team, key=sandbox.api_key, hint="")
    return team


@pytest.fixture
def ids(vyte_sandbox: Sandbox) -> list[str]:
    """Thirty events at Vyte."""
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(30)
    return list(vyte_sandbox.state.events)


@pytest.fixture(autouse=True)
def plenty_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr(scheduling, "TIME_SLICE", 3600)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, plenty_of_time: None, one_at_a_time: None) -> None:
    """Every request takes longer than a time slice."""
    monkeypatch.setattr(scheduling, "TIME_SLICE", -1)


@pytest.fixture
def while_asking(
    monkeypatch: pytest.MonkeyPatch, one_at_a_time: None
) -> Callable[[Callable[[], object]], None]:
    """Has something happen, once, while Vyte is being asked."""
    send = requests.Session.send

    def arrange(happen: Callable[[], object]) -> None:
        waiting = [happen]

        def sending(self: requests.Session, *args: Any, **named: Any) -> requests.Response:
            while waiting:
                waiting.pop()()
            return send(self, *args, **named)

        monkeypatch.setattr(requests.Session, "send", sending)

    return arrange


def asked(sandbox: Sandbox) -> list[str]:
    return [request.path.rpartition("/")[2] for request in sandbox.requests]


# One worker for each group


def test_calls_with_other_subjects_do_not_wait_for_a_busy_worker(
    team: Team, ids: list[str], vyte_sandbox: Sandbox, while_asking: Callable[[Callable[[], object]], None]
) -> None:
    busy, *others = [store(team, vyte_id) for vyte_id in ids[:1]]

    def meanwhile() -> None:
        others.extend(store(team, vyte_id) for vyte_id in ids)
        assert scheduling.process(*others).deliveries == len(ids) - 1

    while_asking(meanwhile)
    outcome = scheduling.process(busy)
    assert Delivery.objects.get(status="received").pk == outcome.more[0]
    assert len(asked(vyte_sandbox)) == len(ids)


def test_a_worker_that_finds_a_group_claimed_by_another_releases_it_and_retries(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, plan = store(team), claims.plan

    def interrupted(team_id: int | None, named: Any = ()) -> claims.Plan:
        made = plan(team_id, named)
        monkeypatch.setattr(claims, "plan", plan)
        late = store(team)
        Delivery.objects.filter(pk=late).claim(300, status="working")
        return made

    monkeypatch.setattr(claims, "plan", interrupted)
    assert scheduling.process(first) == Outcome(more=[first])
    row = Delivery.objects.get(pk=first)
    assert (row.status, row.attempts, row.lease) == ("received", 0, "")
    assert vyte_sandbox.requests == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="has no workers side by side in memory")
@pytest.mark.parametrize("calls", [2, 24])
def test_many_calls_about_one_event_for_many_workers_cost_two_requests_at_most(
    team: Team, vyte_sandbox: Sandbox, calls: int
) -> None:
    vyte_sandbox.requests.clear()
    together = threading.Barrier(8)
    failures: list[BaseException] = []
    queue = [store(team) for _ in range(calls)]

    def work() -> None:
        together.wait()
        try:
            while queue:
                try:
                    pk = queue.pop()
                except IndexError:
                    break
                queue.extend(scheduling.process(pk).more)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert 1 <= len(asked(vyte_sandbox)) <= 2
    assert set(Delivery.objects.values_list("status", "lease")) == {("done", "")}
    assert EventChange.objects.filter(kind="created").count() == 1


def test_a_call_deep_in_a_backlog_is_claimed_with_its_whole_group(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LOOK_AHEAD", 3)
    monkeypatch.setattr(claims, "MOST_GROUPS", 1)
    for _ in range(5):
        store(team, OTHER)
    deep = [store(team) for _ in range(5)]
    assert scheduling.process(deep[2]).deliveries == 5
    assert asked(vyte_sandbox) == [EVENT]
    assert set(Delivery.objects.filter(pk__in=deep).values_list("status", flat=True)) == {"done"}


# A time slice for every team


@pytest.mark.usefixtures("slow")
def test_a_slow_team_with_a_backlog_leaves_another_one_a_time_slice_first(
    team: Team, ids: list[str], vyte_sandbox: Sandbox
) -> None:
    backlog = [store(team, vyte_id) for vyte_id in ids]
    late = store(add_team(vyte_sandbox, "Quick"), ids[0])
    scheduling.process(backlog[0])
    assert Delivery.objects.get(pk=late).status == "done"
    assert Delivery.objects.filter(pk__in=backlog, status="done").count() == 1


def test_a_worker_comes_to_another_team_while_a_slow_one_is_attended(
    team: Team, ids: list[str], vyte_sandbox: Sandbox, while_asking: Callable[[Callable[[], object]], None]
) -> None:
    first, second = store(team, ids[0]), []
    quick = add_team(vyte_sandbox, "Quick")

    def another_worker() -> None:
        second.append(store(team, ids[1]))
        late = store(quick, ids[2])
        scheduling.process(second[0])
        assert asked(vyte_sandbox) == [ids[2], ids[1]]
        assert Delivery.objects.get(pk=late).status == "done"

    while_asking(another_worker)
    scheduling.process(first)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_a_team_that_somebody_attends_to_needs_nobody_else(
    team: Team, ids: list[str], vyte_sandbox: Sandbox
) -> None:
    attended = add_team(vyte_sandbox, "Attended")
    Delivery.objects.filter(pk=store(attended, ids[0])).claim(300, status="working")
    waiting = store(attended, ids[1])
    scheduling.process(*(store(team, vyte_id) for vyte_id in ids[:5]))
    store(team, ids[6])
    scheduling.process(store(team, ids[7]))
    assert Delivery.objects.get(pk=waiting).status == "received"


@pytest.mark.usefixtures("slow")
def test_no_team_is_passed_over_for_ever(
    team: Team, ids: list[str], vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "round_robin", scheduling.RoundRobin())
    others = [add_team(vyte_sandbox, name) for name in "abc"]
    own = [store(team, vyte_id) for vyte_id in ids]
    for other in others:
        for vyte_id in ids[:5]:
            store(other, vyte_id)
    for pk in own[:6]:
        scheduling.process(pk)
    done = Delivery.objects.filter(status="done")
    assert [done.of(each.account_key).count() for each in (team, *others)] == [6, 2, 2, 2]


@pytest.mark.usefixtures("slow")
def test_the_sweep_gives_each_team_a_time_slice(team: Team, ids: list[str], vyte_sandbox: Sandbox) -> None:
    other = add_team(vyte_sandbox, "Other")
    for vyte_id in ids[:10]:
        store(team, vyte_id)
    for vyte_id in ids[20:23]:
        store(other, vyte_id)
    sweep.sweep()
    order = [vyte_id in ids[20:] for vyte_id in asked(vyte_sandbox)]
    assert sum(order[:6]) == 3
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert Event.objects.filter(team=other).count() == 3
