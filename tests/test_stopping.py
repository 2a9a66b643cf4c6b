"""Orders to stop are obeyed: the task ends, and what it holds is given back."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Q

import django_vyte
from django_vyte import outbox, tasks
from django_vyte.inbox import processing, scheduling
from django_vyte.inbox.sources import SOURCES
from django_vyte.models import Delivery, Event, EventChange, Team
from django_vyte.ops import sweep
from django_vyte.sandbox import Sandbox
from django_vyte.signals import event_created
from django_vyte.stopping import within_soft_limit
from django_vyte.sync import patrol
from tests.calls import kept

# Modules whose code runs in Celery's tasks.
WORKING = (
    "inbox/claims.py",
    "inbox/processing.py",
    "inbox/scheduling.py",
    "jobs/models.py",
    "jobs/receivers.py",
    "mirror",
    "ops/retention.py",
    "ops/sweep.py",
    "outbox.py",
    "sync",
)
ORDERS = [SoftTimeLimitExceeded(), SystemExit()]


@pytest.fixture(params=ORDERS, ids=lambda order: type(order).__name__)
def order(request: pytest.FixtureRequest) -> BaseException:
    """What ends a task: Celery's soft time limit, and SIGTERM."""
    found: BaseException = request.param
    return found


@pytest.fixture
def requested(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The deliveries that messages ask to have processed."""
    keys: list[int] = []
    monkeypatch.setattr(scheduling, "enqueue", lambda task, some, **named: keys.extend(some))
    return keys


@pytest.fixture
def calls(team: Team, vyte_sandbox: Sandbox) -> list[Delivery]:
    """Twelve calls, each about a meeting of its own."""
    ids = [vyte_sandbox.create_event(title=f"Meeting {number}")["_id"] for number in range(12)]
    return [kept(team, b'{"action":"event.created","resource":{"_id":"%s"}}' % key.encode()) for key in ids]


def stop_at(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, order: BaseException, after: int = 0
) -> None:
    """Have a function raise an order, once, when it was called ``after`` times."""
    function, count = getattr(owner, name), iter(range(1_000_000))

    def called(*args: Any, **named: Any) -> Any:
        if next(count) == after:
            raise order
        return function(*args, **named)

    monkeypatch.setattr(owner, name, called)


def held() -> int:
    return Delivery.objects.exclude(lease="").count() + EventChange.objects.exclude(lease="").count()


def standing() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("status", "attempts"))


def test_what_was_handled_is_kept_and_the_rest_is_given_back_and_asked_for_again(
    calls: list[Delivery], monkeypatch: pytest.MonkeyPatch, order: BaseException, one_at_a_time: None
) -> None:
    stop_at(monkeypatch, SOURCES["vyte"], "handle", order, after=3)
    outcome = scheduling.process(calls[0].pk)
    assert outcome.stop is order
    assert standing() == [("done", 1)] * 3 + [("received", 0)] * 9
    assert (held(), Event.objects.count()) == (0, 3)
    assert set(outcome.more) >= {call.pk for call in calls[3:]}
    while outcome.more:
        outcome = scheduling.process(*outcome.more)
    assert {status for status, _ in standing()} == {"done"}


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SOURCES["vyte"], "context"),
        (SOURCES["vyte"], "prefetch"),
        (SOURCES["vyte"], "commit"),
        (processing, "_close"),
        (processing.Claim, "heartbeat"),
        (processing.parsing, "read"),
        (scheduling.claims, "plan"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wherever_the_order_comes_nothing_stays_held_and_all_is_done_afterwards(
    calls: list[Delivery], monkeypatch: pytest.MonkeyPatch, order: BaseException, owner: object, name: str
) -> None:
    stop_at(monkeypatch, owner, name, order)
    outcome = scheduling.process(*(call.pk for call in calls))
    assert outcome.stop is order
    assert held() == 0
    assert {call.pk for call in calls} <= set(outcome.more)
    assert not Delivery.objects.exclude(error="").exists()
    scheduling.process(*outcome.more)
    assert {status for status, _ in standing()} == {"done"}


def test_the_task_ends_with_the_order_after_it_has_asked_for_the_rest(
    calls: list[Delivery], monkeypatch: pytest.MonkeyPatch, order: BaseException, requested: list[int]
) -> None:
    stop_at(monkeypatch, SOURCES["vyte"], "commit", order)
    with pytest.raises(type(order)):
        tasks.process([calls[0].pk])
    assert set(requested) == {call.pk for call in calls}


def test_a_call_whose_processing_is_stopped_again_and_again_is_given_up(
    team: Team, calls: list[Delivery], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 3}

    def stopped(*args: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(SOURCES["vyte"], "commit", stopped)
    for _ in range(3):
        assert scheduling.process(calls[0].pk).stop
    scheduling.process(calls[0].pk)
    assert Delivery.objects.filter(error__contains="told to stop").exists()


def test_the_sweep_ends_with_the_order_and_asks_for_the_rest(
    calls: list[Delivery], monkeypatch: pytest.MonkeyPatch, order: BaseException, requested: list[int]
) -> None:
    stop_at(monkeypatch, SOURCES["vyte"], "commit", order)
    with pytest.raises(type(order)):
        sweep.sweep()
    assert held() == 0
    assert set(requested) == {call.pk for call in calls}


def test_receivers_that_had_not_begun_are_called_by_the_next_worker(
    calls: list[Delivery], order: BaseException
) -> None:
    scheduling.process(*(call.pk for call in calls))
    keys = list(EventChange.objects.order_by("pk").values_list("pk", flat=True))
    heard: list[Event] = []
    orders = [order]

    def receiver(event: Event, **named: object) -> None:
        if len(heard) == 2 and orders:
            raise orders.pop()
        heard.append(event)

    event_created.connect(receiver)
    try:
        with pytest.raises(type(order)):
            outbox.dispatch(EventChange, keys)
        assert held() == 0
        rows = EventChange.objects.filter(pk__in=keys)
        assert rows.filter(told_at__isnull=False).count() == 2
        interrupted = rows.get(~Q(error=""))
        assert interrupted.error == f"{type(order).__name__} before all had returned"
        assert interrupted.attempts == 1
        assert set(rows.filter(told_at=None, error="").values_list("attempts", flat=True)) == {0}
        outbox.dispatch(EventChange, keys)
        assert len(heard) == len(keys) - 1
    finally:
        event_created.disconnect(receiver)


def test_a_patrol_that_is_told_to_stop_leaves_its_team_to_the_next(
    team: Team, monkeypatch: pytest.MonkeyPatch, order: BaseException
) -> None:
    with pytest.raises(type(order)), patrol.claimed(team.pk):
        raise order
    assert Team.objects.get().patrol_until is None


@pytest.mark.parametrize(
    ("of_request", "of_task", "of_app", "expected"),
    [
        (None, None, None, 50),
        (6, 300, 300, 3),
        (None, 8, 300, 4),
        (None, None, 20, 10),
        (None, None, 300, 50),
    ],
)
def test_a_sweep_ends_well_before_its_soft_time_limit(
    of_request: float | None, of_task: float | None, of_app: float | None, expected: float
) -> None:
    request = SimpleNamespace(timelimit=(None, of_request))
    app = SimpleNamespace(conf=SimpleNamespace(task_soft_time_limit=of_app))
    task: Any = SimpleNamespace(request=request, soft_time_limit=of_task, app=app)
    assert within_soft_limit(task, 50) == expected


def test_whatever_goes_on_after_an_error_lets_the_soft_time_limit_pass() -> None:
    """``except Exception`` without ``raise`` would take it for an error of the work at hand."""
    folder = Path(django_vyte.__file__).parent
    files = [
        file for part in WORKING for file in [folder / part, *(folder / part).rglob("*.py")] if file.is_file()
    ]
    wrong = [
        f"{file.name}:{handler.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Try)
        for number, handler in enumerate(node.handlers)
        if _catches(handler, "Exception")
        and not any(_catches(each, "SoftTimeLimitExceeded") for each in node.handlers[:number])
    ]
    assert not wrong


def _catches(handler: ast.ExceptHandler, name: str) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == name
