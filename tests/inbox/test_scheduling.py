"""The life of a call, and what it costs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.inbox import scheduling
from django_vyte.inbox.processing import Outcome
from django_vyte.inbox.replay import reopen
from django_vyte.jobs import publishing
from django_vyte.models import ApiKey, Delivery, Event, EventChange, Team
from django_vyte.ops import sweep
from django_vyte.sandbox import Sandbox
from tests.calls import Killed, kept
from tests.connections import lost_connection

EVENT = "569c3b6105dc780300951bd0"
OTHER = "5f0d7eb02003d0971e2a961a"


def body(vyte_id: str = EVENT, action: str = "event.updated", **resource: Any) -> bytes:
    return json.dumps({"action": action, "resource": {"_id": vyte_id, **resource}}).encode()


def store(team: Team, raw: bytes | None = None) -> Delivery:
    return kept(team, body() if raw is None else raw)


def fresh(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def gets(sandbox: Sandbox) -> list[str]:
    return [request.path for request in sandbox.requests]


@pytest.fixture
def while_asking(
    monkeypatch: pytest.MonkeyPatch, one_at_a_time: None
) -> Callable[[Callable[[], None]], None]:
    """Has something happen while Vyte is being asked: once, after it has answered."""
    send = requests.Session.send

    def arrange(happen: Callable[[], None]) -> None:
        waiting = [happen]

        def slow(self: requests.Session, *args: Any, **named: Any) -> requests.Response:
            answer = send(self, *args, **named)
            while waiting:
                waiting.pop()()
            return answer

        monkeypatch.setattr(requests.Session, "send", slow)

    return arrange


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What receivers are to hear of."""
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr("django_vyte.outbox.enqueue", lambda *args, **options: found.append(args))
    return found


# What it costs


@dataclass(frozen=True)
class Cost:
    requests: int
    statements: int
    changes: int


def cost_of(delivery: Delivery, sandbox: Sandbox) -> Cost:
    """What processing comes to, transaction control included."""
    sandbox.requests.clear()
    before = EventChange.objects.count()
    with CaptureQueriesContext(connection) as queries:
        scheduling.process(delivery.pk)
    return Cost(len(sandbox.requests), len(queries), EventChange.objects.count() - before)


def test_a_call_about_a_changed_event_costs_one_request_and_few_statements(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    scheduling.process(store(team).pk)
    vyte_sandbox.confirm(EVENT)
    cost = cost_of(store(team), vyte_sandbox)
    assert cost == Cost(requests=1, statements=14, changes=1)
    assert Event.objects.get().status == "confirmed"


def test_invitees_who_come_and_go_cost_a_statement_each_way(team: Team, vyte_sandbox: Sandbox) -> None:
    vyte_sandbox.invite(EVENT, *(f"person{number}@example.com" for number in range(20)))
    scheduling.process(store(team).pk)
    invitees = vyte_sandbox.state.events[EVENT]["invitees"]
    invitees[:10] = [{**each, "_id": f"5f{number:022}"} for number, each in enumerate(invitees[:10])]
    vyte_sandbox.confirm(EVENT)
    cost = cost_of(store(team), vyte_sandbox)
    assert cost == Cost(requests=1, statements=16, changes=1)
    assert Event.objects.get().invitees.count() == 20


def test_a_call_about_an_event_that_did_not_change_costs_less(team: Team, vyte_sandbox: Sandbox) -> None:
    scheduling.process(store(team).pk)
    assert cost_of(store(team), vyte_sandbox) == Cost(requests=1, statements=9, changes=0)


def test_a_call_about_a_new_event_costs_as_little(team: Team, vyte_sandbox: Sandbox) -> None:
    assert cost_of(store(team), vyte_sandbox) == Cost(requests=1, statements=15, changes=1)


@pytest.mark.parametrize("action", ["event.updated", "event.cancelled", "event.created"])
def test_twenty_calls_that_wait_cost_one_request(team: Team, vyte_sandbox: Sandbox, action: str) -> None:
    deliveries = [store(team, body(action=action, n=number)) for number in range(20)]
    for delivery in deliveries:
        scheduling.process(delivery.pk)
    assert gets(vyte_sandbox) == [f"/v2/events/{EVENT}"]
    assert set(Delivery.objects.values_list("status", "attempts")) == {("done", 1)}


def test_twenty_calls_of_which_most_come_while_vyte_is_asked_cost_two_requests(
    team: Team, vyte_sandbox: Sandbox, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    def nineteen_more() -> None:
        vyte_sandbox.confirm(EVENT)  # the answer that is on its way does not show this
        for number in range(19):
            assert scheduling.process(store(team, body(n=number)).pk) == Outcome()  # another worker

    while_asking(nineteen_more)
    outcome = scheduling.process(store(team).pk)
    assert len(outcome.more) == 1
    assert Delivery.objects.filter(status="received").count() == 19
    scheduling.process(outcome.more[0])
    assert len(gets(vyte_sandbox)) == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert Event.objects.get().status == "confirmed"


def test_twenty_calls_for_a_single_worker_cost_two_requests(
    team: Team, vyte_sandbox: Sandbox, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    queue = [store(team).pk]

    def nineteen_more() -> None:
        queue.extend(store(team, body(n=number)).pk for number in range(19))

    while_asking(nineteen_more)
    for pk in queue:
        queue.extend(scheduling.process(pk).more)
    assert len(gets(vyte_sandbox)) == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_twenty_calls_without_an_id_cost_one_list(
    team: Team, vyte_sandbox: Sandbox, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    nameless = b'{"action": "event.updated", "resource": {"title": "x"}}'

    def more() -> None:
        for _ in range(10):
            scheduling.process(store(team, nameless).pk)

    deliveries = [store(team, nameless) for _ in range(10)]
    while_asking(more)
    for delivery in deliveries:
        scheduling.process(delivery.pk)
    sweep.sweep()
    assert gets(vyte_sandbox) == ["/v2/events", "/v2/events"]
    assert set(Delivery.objects.values_list("subject", "status")) == {("team", "done")}
    assert Event.objects.count() == len(vyte_sandbox.state.events)


def test_calls_with_different_subjects_do_not_wait_for_each_other(
    team: Team, vyte_sandbox: Sandbox, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    both = b"[%s, %s]" % (body(), body(OTHER))
    one, two, three = store(team, both), store(team, both), store(team, body(OTHER))

    def another_worker() -> None:
        scheduling.process(two.pk)
        scheduling.process(three.pk)

    while_asking(another_worker)
    scheduling.process(one.pk)
    assert {fresh(each).status for each in (one, two, three)} == {"done"}


def test_another_team_is_not_waited_for(team: Team, vyte_sandbox: Sandbox, while_asking: Any) -> None:
    other = Team.objects.create(vyte_id=vyte_sandbox.add_organization("Other")[0], name="Other")
    ApiKey.objects.create(team=other, key=vyte_sandbox.api_key, hint="")
    there = store(other)
    while_asking(lambda: scheduling.process(there.pk) and None)
    scheduling.process(store(team).pk)
    assert fresh(there).status == "done"
    assert Event.objects.filter(vyte_id=EVENT).count() == 2


# Nothing is locked while Vyte is asked


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "raw",
    [
        body(),
        b'{"action": "event.created", "resource": {}}',
        b'{"action": "user.joined", "resource": {"_id": "5f2d28fb1e0662e70071d46b"}}',
    ],
)
def test_vyte_is_never_asked_within_a_transaction(
    team: Team, raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    send = requests.Session.send

    def watched(self: requests.Session, *args: Any, **named: Any) -> requests.Response:
        asked.append(connection.in_atomic_block)
        return send(self, *args, **named)

    monkeypatch.setattr(requests.Session, "send", watched)
    scheduling.process(store(team, raw).pk)
    assert asked
    assert not any(asked)


# When things go wrong


@pytest.mark.django_db(transaction=True)
def test_a_call_whose_worker_lost_its_connection_is_put_off_over_a_new_one(team: Team) -> None:
    delivery = store(team)
    with lost_connection(at="apikey"):
        scheduling.process(delivery.pk)
    assert fresh(delivery).status == "waiting"
    assert delivery.lease == ""
    assert delivery.error == "OperationalError: The server closed the connection."


def test_what_vyte_cannot_answer_now_is_put_off_longer_each_time_and_given_up_with_the_reason(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "MAX_ATTEMPTS": 6, "CIRCUIT_FAILURES": 0}
    vyte_sandbox.stop_api()
    delivery = store(team)
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for attempt in range(1, 6):
            outcome = scheduling.process(delivery.pk)
            assert (fresh(delivery).status, delivery.attempts) == ("waiting", attempt)
            assert delivery.error.startswith(
                "ServerError: GET /v2/events/569c3b6105dc780300951bd0 answered 503"
            )
            assert delivery.next_attempt_at is not None
            wait = (delivery.next_attempt_at - timezone.now()).total_seconds()
            assert outcome.retry[delivery.pk] == pytest.approx(wait)
            waits.append(wait)
            clock.shift(wait - 1)
            assert scheduling.process(delivery.pk) == Outcome()  # not yet
            clock.shift(2)
        scheduling.process(delivery.pk)
    assert [5 * 2**number <= wait <= 10 * 2**number for number, wait in enumerate(waits)] == [True] * 5
    assert (fresh(delivery).status, delivery.attempts, delivery.next_attempt_at) == ("failed", 6, None)
    assert delivery.finished_at is not None
    assert "answered 503" in delivery.error
    assert vyte_sandbox.api_key not in delivery.error


def test_what_was_not_even_sent_waits_as_long_as_asked_and_is_no_last_attempt(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {
        **settings.VYTE,
        "RETRIES": 0,
        "MAX_ATTEMPTS": 2,
        "CIRCUIT_FAILURES": 1,
        "CIRCUIT_SECONDS": 500,
    }
    vyte_sandbox.stop_api()
    scheduling.process(store(team, body(OTHER)).pk)
    delivery = store(team)
    for hour in range(5):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=hour), tick=False):
            wait = scheduling.process(delivery.pk).retry[delivery.pk]
            assert 480 < wait <= 500
    assert (fresh(delivery).status, delivery.attempts) == ("waiting", 1)
    assert delivery.error.startswith("VyteUnavailable: ")


def test_what_vyte_asked_to_wait_with_is_not_sent_and_is_no_last_attempt(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "MAX_ATTEMPTS": 2}
    vyte_sandbox.faults.add(path="^/v2/events", status=429, headers={"Retry-After": "500"})
    scheduling.process(store(team, body(OTHER)).pk)
    delivery = store(team)
    for hour in range(5):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=hour), tick=False):
            assert 480 < scheduling.process(delivery.pk).retry[delivery.pk] <= 500
    assert (fresh(delivery).status, delivery.attempts) == ("waiting", 1)
    assert delivery.error.startswith("RequestHeldBack: ")
    assert "answered" not in delivery.error
    assert len(vyte_sandbox.requests) == 1


def test_a_call_is_processed_once_vyte_is_back(team: Team, vyte_sandbox: Sandbox, settings: Any) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.stop_api(drop=True)
    delivery = store(team)
    scheduling.process(delivery.pk)
    vyte_sandbox.start_api()
    assert sweep.sweep().deliveries == 0
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=11), tick=False):
        assert sweep.sweep().deliveries == 1
    assert (fresh(delivery).status, delivery.error) == ("done", "")


def test_a_new_call_is_not_given_up_with_an_old_one(team: Team, vyte_sandbox: Sandbox, settings: Any) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "MAX_ATTEMPTS": 2}
    vyte_sandbox.stop_api()
    old = store(team)
    scheduling.process(old.pk)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=11), tick=False):
        new = store(team)
        outcome = scheduling.process(new.pk)
    assert (fresh(old).status, fresh(new).status) == ("failed", "waiting")
    assert list(outcome.retry) == [new.pk]


def test_an_event_that_vyte_does_not_have_is_tried_three_times_and_ignored(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    delivery = store(team, body("5f0000000000000000000000"))
    for attempt in (1, 2, 3):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=attempt), tick=False):
            scheduling.process(delivery.pk)
        assert fresh(delivery).status == ("ignored" if attempt == 3 else "waiting")
    assert gets(vyte_sandbox).count("/v2/events/5f0000000000000000000000") == 3
    assert delivery.error.startswith("NotFound: GET /v2/events/5f0000000000000000000000 answered 404")


def test_an_event_that_appears_late_is_mirrored(team: Team, vyte_sandbox: Sandbox) -> None:
    raw = vyte_sandbox.state.events.pop(EVENT)
    delivery = store(team)
    scheduling.process(delivery.pk)
    vyte_sandbox.state.events[EVENT] = raw
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1), tick=False):
        scheduling.process(delivery.pk)
    assert fresh(delivery).status == "done"
    assert Event.objects.get().vyte_id == EVENT


def test_what_vyte_does_not_have_costs_nothing_else_its_tries(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(path=EVENT, times=None)
    delivery = store(team, b"[%s, %s]" % (body("5f0000000000000000000000"), body()))
    for attempt in range(1, 5):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=attempt), tick=False):
            scheduling.process(delivery.pk)
    assert (fresh(delivery).status, delivery.attempts) == ("waiting", 4)
    vyte_sandbox.faults.clear()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=6), tick=False):
        scheduling.process(delivery.pk)
    assert fresh(delivery).status == "ignored"
    assert Event.objects.get().vyte_id == EVENT


def test_one_of_several_that_fails_keeps_none_of_the_others(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(path=EVENT)
    delivery = store(team, b"[%s, %s]" % (body(), body(OTHER)))
    scheduling.process(delivery.pk)
    assert Event.objects.get().vyte_id == OTHER
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1), tick=False):
        scheduling.process(delivery.pk)
    assert fresh(delivery).status == "done"
    assert EventChange.objects.filter(event__vyte_id=OTHER, kind="created").count() == 1


@pytest.mark.parametrize("answer", [b"[]", b"null", b'"x"', b"", b"<html>", b"{", b"\xff"])
def test_an_answer_that_is_no_event_is_put_off(answer: bytes, team: Team, vyte_sandbox: Sandbox) -> None:
    vyte_sandbox.faults.add(path=EVENT, status=200, body=answer, times=None)
    delivery = store(team)
    scheduling.process(delivery.pk)
    assert fresh(delivery).status == "waiting"
    assert delivery.error.startswith("UnexpectedAnswer")
    assert not Event.objects.exists()


def test_a_team_without_a_key_waits_for_one(team: Team, vyte_sandbox: Sandbox) -> None:
    ApiKey.objects.update(status="revoked")
    delivery = store(team)
    scheduling.process(delivery.pk)
    assert fresh(delivery).status == "waiting"
    assert "no active API key" in delivery.error
    assert vyte_sandbox.requests == []


# Workers that die


def test_the_work_of_a_dead_worker_is_done_when_its_lease_ends(
    team: Team, settings: Any, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    settings.VYTE = {**settings.VYTE, "LEASE_SECONDS": 300}

    def die() -> None:
        raise Killed

    while_asking(die)
    delivery = store(team)
    with pytest.raises(Killed):
        scheduling.process(delivery.pk)
    assert fresh(delivery).status == "working"

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=299), tick=False):
        late = store(team)
        assert scheduling.process(delivery.pk) == scheduling.process(late.pk) == Outcome()
        assert sweep.sweep() == sweep.Swept()
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=301), tick=False):
        assert sweep.sweep().deliveries
    assert {fresh(each).status for each in (delivery, late)} == {"done"}


def test_a_worker_that_lost_its_lease_does_not_close_what_another_works_on(
    team: Team, vyte_sandbox: Sandbox, settings: Any, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    delivery = store(team)

    def another_takes_over() -> None:
        with time_machine.travel(timezone.now() + dt.timedelta(seconds=301), tick=False):
            vyte_sandbox.stop_api()
            scheduling.process(delivery.pk)
            vyte_sandbox.start_api()

    while_asking(another_takes_over)
    scheduling.process(delivery.pk)
    assert (fresh(delivery).status, delivery.attempts) == ("waiting", 2)


# Replay


@pytest.mark.parametrize("status", ["done", "failed", "ignored", "waiting"])
def test_whatever_became_of_a_call_it_can_be_replayed(status: str, team: Team, vyte_sandbox: Sandbox) -> None:
    delivery = store(team)
    later = timezone.now() + dt.timedelta(hours=1) if status == "waiting" else None
    Delivery.objects.update(status=status, attempts=30, next_attempt_at=later, error="Oh", finished_at=later)
    assert reopen(Delivery.objects.all()) == [delivery.pk]
    assert (fresh(delivery).status, delivery.attempts, delivery.error) == ("received", 0, "")
    scheduling.process(delivery.pk)
    assert fresh(delivery).status == "done"
    assert len(vyte_sandbox.requests) == 1


def test_a_replay_of_what_is_mirrored_changes_nothing(team: Team) -> None:
    delivery = store(team)
    scheduling.process(delivery.pk)
    changes = EventChange.objects.count()
    for pk in reopen(Delivery.objects.all()):
        scheduling.process(pk)
    assert EventChange.objects.count() == changes
    assert fresh(delivery).status == "done"


def test_a_call_that_is_being_worked_on_is_not_replayed(
    team: Team, while_asking: Callable[[Callable[[], None]], None]
) -> None:
    replayed: list[list[int]] = []
    while_asking(lambda: replayed.append(reopen(Delivery.objects.all())))
    scheduling.process(store(team).pk)
    assert replayed == [[]]


def test_what_is_not_there_is_not_processed(db: None) -> None:
    assert scheduling.process(4711) == Outcome()


def test_more_than_twenty_problems_of_one_call_are_not_kept(team: Team, vyte_sandbox: Sandbox) -> None:
    delivery = store(team, b"[%s]" % b",".join([b"5"] * 100))
    scheduling.process(delivery.pk)
    assert fresh(delivery).status == "failed"
    assert len(delivery.error.splitlines()) == 20
    assert vyte_sandbox.requests == []


def test_an_action_that_nobody_handles_is_kept_and_ignored(team: Team, vyte_sandbox: Sandbox) -> None:
    delivery = store(team, b'{"action": "vyteme.updated", "resource": {"_id": "5f0d"}}')
    scheduling.process(delivery.pk)
    assert (fresh(delivery).status, delivery.error) == ("ignored", "")
    assert vyte_sandbox.requests == []


def test_calls_that_wait_are_served_by_the_fetch_that_a_new_one_causes(vyte_sandbox, linked_team) -> None:
    dates = [("2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z")]
    made = vyte_sandbox.create_event(title="Kick-off", creator="jane@acme.com", dates=dates, confirmed=True)
    vyte_sandbox.deliver()
    vyte_sandbox.stop_api()
    waiting = Delivery.objects.earliest("pk")
    scheduling.process(waiting.pk)
    vyte_sandbox.update_event(made["_id"], title="Kick-off, moved")
    vyte_sandbox.deliver()
    for _ in range(3):
        scheduling.process(Delivery.objects.latest("pk").pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("waiting", 1), "being taken along is no attempt"
    vyte_sandbox.start_api()
    vyte_sandbox.requests.clear()
    vyte_sandbox.update_event(made["_id"], title="Kick-off, moved again")
    vyte_sandbox.deliver()
    scheduling.process(Delivery.objects.latest("pk").pk)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert len(vyte_sandbox.requests) == 1


# What a long outage, a dead worker and an odd error leave


def test_calls_that_keep_coming_in_a_long_outage_give_no_earlier_one_up(
    team: Team, vyte_sandbox: Sandbox, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "CIRCUIT_FAILURES": 0}
    scheduling.process(store(team).pk)
    vyte_sandbox.quirks.show_cancelled = False
    vyte_sandbox.stop_api()
    cancelling = store(team, body(action="event.cancelled", cancelled="2036-01-01T00:00:00Z"))
    start = timezone.now()
    for minute in range(90):
        with time_machine.travel(start + dt.timedelta(minutes=minute)):
            store(team)
            sweep.sweep()
    assert fresh(cancelling).status == "waiting"
    vyte_sandbox.start_api()
    with time_machine.travel(start + dt.timedelta(hours=4)):
        sweep.sweep()
    assert fresh(cancelling).status == "done"
    assert Event.objects.get().status == "cancelled"


@pytest.mark.parametrize("resource", [{}, {"cancelled": True}])
def test_a_cancellation_that_says_no_time_came_before_its_call(
    team: Team, vyte_sandbox: Sandbox, resource: dict[str, Any]
) -> None:
    scheduling.process(store(team).pk)
    vyte_sandbox.quirks.show_cancelled = False
    scheduling.process(store(team, body(action="event.cancelled", **resource)).pk)
    assert Event.objects.get().status == "cancelled"


def test_a_call_that_no_worker_survives_is_given_up_in_sight(team: Team, settings: Any) -> None:
    settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 3}
    deadly = store(team)
    for attempt in range(4):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=attempt)):
            if attempt < 3:
                Delivery.objects.filter(pk=deadly.pk).claim(60, status="working")
            else:
                scheduling.process(deadly.pk)
    assert fresh(deadly).status == "failed"
    assert "did not come back" in deadly.error


def test_what_succeeded_of_a_call_about_several_objects_is_announced_at_once(
    team: Team, vyte_sandbox: Sandbox, announced: list[tuple[Any, ...]]
) -> None:
    both = json.dumps([json.loads(body(EVENT)), json.loads(body(OTHER))]).encode()
    vyte_sandbox.faults.add(path=rf"^/v2/events/{OTHER}", status=503, times=None)
    outcome = scheduling.process(store(team, both).pk)
    changes = list(Event.objects.get().changes.values_list("pk", flat=True))
    assert announced == [(publishing.DISPATCH, "django_vyte.eventchange", changes)]
    assert outcome.retry


def test_an_error_that_no_database_can_hold_is_kept_as_far_as_it_can(team: Team, monkeypatch: Any) -> None:
    def fail(*args: Any, **named: Any) -> None:
        raise RuntimeError("odd \x00 and \ud800")

    monkeypatch.setattr("django_vyte.client.events.Events.retrieve", fail)
    delivery = store(team)
    scheduling.process(delivery.pk)
    assert fresh(delivery).error == "RuntimeError: odd  and ?"


def test_long_work_prolongs_its_lease(
    team: Team, vyte_sandbox: Sandbox, settings: Any, monkeypatch: Any
) -> None:
    clock = iter(range(0, 100_000, 200))
    monkeypatch.setattr("django_vyte.jobs.models.time.monotonic", lambda: next(clock))
    delivery = store(team, json.dumps([json.loads(body(EVENT)), json.loads(body(OTHER))]).encode())
    with CaptureQueriesContext(connection) as queries:
        scheduling.process(delivery.pk)
    prolonged = [
        q for q in queries if q["sql"].startswith("UPDATE") and '"attempts"' not in q["sql"].split("WHERE")[0]
    ]
    assert fresh(delivery).status == "done"
    assert len(prolonged) >= 3
