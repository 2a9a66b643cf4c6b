"""Work that nobody does, and work that fails, is named with what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from django_vyte import tasks
from django_vyte.jobs import workers as celery_workers
from django_vyte.models import Delivery, Event, EventChange, Heartbeat, Member, Team
from django_vyte.ops import doctor
from django_vyte.ops.doctor import workers
from django_vyte.signals import event_created
from tests.ops.faults import Fault, Site, with_vyte

pytestmark = pytest.mark.django_db
BEAT = {
    "sweep": {"task": "django_vyte.sweep", "schedule": 60.0},
    "prune": {"task": "django_vyte.prune", "schedule": 86400.0},
    "patrol": {"task": "django_vyte.patrol", "schedule": 900.0},
}


def ago(**spans: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**spans)


@pytest.fixture(autouse=True)
def receivers() -> Iterator[None]:
    """Those that a fault connects are gone after its test."""
    before = list(event_created.receivers)
    yield
    event_created.receivers = before
    event_created.sender_receivers_cache.clear()


# What is planted


def with_workers(**queues: set[str]) -> Callable[[Site], None]:
    return lambda site: site.monkeypatch.setattr(workers, "consumed_queues", lambda: queues)


def with_schedule(**entries: dict[str, Any]) -> Callable[[Site], None]:
    return lambda site: site.monkeypatch.setattr(current_app.conf, "beat_schedule", entries)


def with_beats(**times: dt.timedelta) -> Callable[[Site], None]:
    def plant(site: Site) -> None:
        for name, age in times.items():
            Heartbeat.objects.filter(name=name).update(at=timezone.now() - age)

    return plant


def both(*plants: Callable[[Site], object]) -> Callable[[Site], None]:
    def plant(site: Site) -> None:
        for each in plants:
            each(site)

    return plant


def without_beats(site: Site) -> None:
    Heartbeat.objects.all().delete()
    Team.objects.update(created_at=ago(days=3), patrolled_at=timezone.now())


def a_call(**fields: Any) -> Callable[[Site], object]:
    def plant(site: Site) -> object:
        fields_now = {name: value() if callable(value) else value for name, value in fields.items()}
        return Delivery.objects.create(source="vyte", account=str(site.team.pk), **fields_now)

    return plant


def make_change(site: Site, **fields: Any) -> EventChange:
    event, _ = Event.objects.get_or_create(team=site.team, vyte_id="e", defaults={"as_of": timezone.now()})
    return EventChange.objects.create(event=event, kind="created", cause="webhook", **fields)


def a_receiver_that_raises(site: Site) -> None:
    def notify(event: Event, **kwargs: Any) -> None:
        raise KeyError("smtp://user:very-secret@mail is down")

    event_created.connect(notify, weak=False)
    make_change(site)
    tasks.sweep()


def given_up(site: Site) -> None:
    site.configure(MAX_ATTEMPTS=1)
    a_receiver_that_raises(site)


def no_worker_and_a_call(site: Site) -> None:
    with_workers()(site)
    a_call(next_attempt_at=ago(seconds=31))(site)


def a_schedule_in_a_table(site: Site) -> None:
    rows = SimpleNamespace(values_list=lambda *names: [("django_vyte.swep", None)], all=lambda: rows)
    table = SimpleNamespace(objects=SimpleNamespace(filter=lambda enabled: rows))
    site.monkeypatch.setattr(
        workers,
        "apps",
        SimpleNamespace(
            is_installed=lambda name: name == "django_celery_beat",
            get_app_config=lambda name: SimpleNamespace(get_model=lambda model: table),
        ),
    )


FAULTS = [
    Fault("no worker", with_workers(), "no_worker", "Start one: celery -A yourproject worker"),
    Fault(
        "no worker, with a queue of its own",
        both(with_workers(), with_vyte(QUEUE="vyte")),
        "no_worker",
        "celery -A yourproject worker -Q vyte",
    ),
    Fault(
        "no worker for half a minute, and a call waits",
        no_worker_and_a_call,
        "deliveries_idle",
        "manage.py vyte_inbox process",
        " seconds, and no worker is running.",
        frozenset({"no_worker"}),
    ),
    Fault(
        "no worker takes from the queue",
        with_vyte(QUEUE="vyte"),
        "queue_not_consumed",
        "celery -A yourproject worker -Q vyte",
        "No worker takes messages from vyte: workers take them from celery.",
    ),
    Fault(
        "beat sends to a queue that nobody takes from",
        with_schedule(**{**BEAT, "sweep": {**BEAT["sweep"], "options": {"queue": "slow"}}}),
        "queue_not_consumed",
        "docs/run/celery.md#queues",
        "No worker takes messages from slow",
    ),
    Fault(
        "a misspelt task",
        with_schedule(**{**BEAT, "sweep": {"task": "django_vyte.sweeep", "schedule": 60.0}}),
        "beat_task_unknown",
        "Did you mean django_vyte.sweep?",
        "django_vyte.sweeep, which does not exist",
    ),
    Fault(
        "a task named by its module",
        with_schedule(**{**BEAT, "prune": {"task": "django_vyte.tasks.prune", "schedule": 60.0}}),
        "beat_task_unknown",
        "Did you mean django_vyte.prune?",
    ),
    Fault(
        "a misspelt task in the table of django-celery-beat",
        both(with_schedule(**BEAT), a_schedule_in_a_table),
        "beat_task_unknown",
        "Did you mean django_vyte.sweep?",
    ),
    Fault(
        "a schedule without the sweep, which does not run",
        both(
            with_schedule(prune=BEAT["prune"], patrol=BEAT["patrol"]),
            with_beats(sweep=dt.timedelta(minutes=7, seconds=1)),
        ),
        "beat_task_missing",
        "Add them to CELERY_BEAT_SCHEDULE",
        "lacks: django_vyte.sweep.",
        frozenset({"sweep_overdue"}),
    ),
    Fault(
        "no sweep for a while",
        with_beats(sweep=dt.timedelta(minutes=7, seconds=1)),
        "sweep_overdue",
        "docs/run/celery.md#beat",
        "No sweep for 7 minutes.",
    ),
    Fault(
        "never a sweep",
        both(without_beats, lambda site: Heartbeat.objects.beat("prune")),
        "sweep_overdue",
        "manage.py vyte_inbox process",
        "There was never a sweep.",
    ),
    Fault(
        "no pruning for days",
        with_beats(prune=dt.timedelta(days=4, seconds=1)),
        "prune_overdue",
        "manage.py vyte_inbox prune",
        "Nothing was pruned for 4 days.",
    ),
    Fault(
        "never any pruning",
        both(without_beats, lambda site: Heartbeat.objects.beat("sweep")),
        "prune_overdue",
        "django_vyte.prune in its schedule?",
        "Nothing was ever pruned.",
    ),
    Fault(
        "a call that waits while workers answer",
        a_call(next_attempt_at=lambda: ago(minutes=6)),
        "deliveries_idle",
        "manage.py vyte_inbox process",
        "A call has been due for 6 minutes",
    ),
    Fault(
        "calls that were given up",
        a_call(status="failed", next_attempt_at=None, error="ServerError: 500"),
        "deliveries_failed",
        "manage.py vyte_inbox replay",
        "ServerError: 500",
    ),
    Fault(
        "calls that fail again and again",
        a_call(
            status="waiting", attempts=7, error="ServerError: 500", next_attempt_at=lambda: ago(minutes=-5)
        ),
        "deliveries_failing",
        "remove the reason before",
    ),
    Fault(
        "calls of an app that is not installed",
        lambda site: Delivery.objects.create(source="gone", account="1"),
        "source_not_installed",
        "Put its app back into INSTALLED_APPS",
    ),
    Fault(
        "a receiver that raises",
        a_receiver_that_raises,
        "receivers_failing",
        "remove the reason before",
        "a_receiver_that_raises.<locals>.notify: KeyError",
    ),
    Fault("a receiver that was given up on", given_up, "receivers_given_up", "docs/use/signals.md#given-up"),
    Fault(
        "a change that nobody dispatches",
        lambda site: make_change(site, next_attempt_at=ago(minutes=6)),
        "receivers_idle",
        "manage.py vyte_inbox process",
    ),
    Fault(
        "a member of whom nobody is told",
        lambda site: Member.objects.create(
            team=site.team, vyte_id="m", as_of=timezone.now(), next_attempt_at=ago(hours=1)
        ),
        "receivers_idle",
        "manage.py vyte_inbox process",
        "A member has been due",
    ),
    Fault(
        "deliveries that are never pruned",
        a_call(status="done", next_attempt_at=None, received_at=lambda: ago(days=100)),
        "not_pruned",
        "manage.py vyte_inbox prune",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_the_work_is_named_with_its_remedy(site, fault):
    fault.check(site)


@pytest.mark.parametrize(
    "harmless",
    [
        with_schedule(**BEAT),
        with_schedule(**BEAT, other={"task": "shop.tasks.sweep", "schedule": 60.0}),
        with_schedule(other={"task": "shop.tasks.sweep", "schedule": 60.0}),
        with_schedule(odd="nonsense"),
        with_beats(sweep=dt.timedelta(minutes=4), prune=dt.timedelta(days=1, hours=23)),
        a_call(next_attempt_at=lambda: ago(minutes=2)),
        a_call(status="waiting", attempts=2, error="x", next_attempt_at=lambda: ago(minutes=-1)),
        lambda site: Heartbeat.objects.all().delete(),
        lambda site: site.monkeypatch.setattr(workers, "consumed_queues", lambda: None),
    ],
)
def test_a_site_that_works_is_not_complained_about(site, harmless):
    harmless(site)
    assert site.examine() == {}


def test_a_worker_too_busy_to_answer_is_seen_by_what_it_holds(site):
    with_workers()(site)
    a_call(status="working", lease="somebody", next_attempt_at=ago(minutes=-2))(site)
    assert site.examine() == {}


def test_what_was_not_asked_is_not_called_fine(site):
    site.monkeypatch.setattr(workers, "consumed_queues", lambda: None)
    assert "workers" not in {each.id for each in doctor.run_checks()}
    with_workers(a={"celery"})(site)
    assert "workers" in {each.id for each in doctor.run_checks()}


def test_without_a_broker_no_worker_is_asked(site, free_port):
    site.monkeypatch.setattr(current_app.conf, "broker_url", f"amqp://127.0.0.1:{free_port}//")
    with_workers()(site)
    assert set(site.examine()) == {"broker_unreachable"}


@pytest.mark.parametrize(
    ("run", "name"), [(tasks.sweep, "sweep"), (tasks.prune, "prune"), (tasks.patrol_teams, "patrol")]
)
def test_scheduled_work_leaves_its_beat(site, run, name):
    Heartbeat.objects.update(at=ago(days=9))
    run()
    assert list(Heartbeat.objects.filter(at__gt=ago(minutes=1)).values_list("name", flat=True)) == [name]


def test_a_beat_that_cannot_be_noted_stops_nothing(site, monkeypatch, caplog):
    from django.db import OperationalError

    def lose(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("django_vyte.models.heartbeat.retry_on_conflict", lose)
    tasks.sweep()
    assert "beginning of sweep could not be noted" in caplog.text


def test_the_summary_names_beats_and_schedules_too(site):
    with_beats(sweep=dt.timedelta(hours=1))(site)
    with_schedule(sweep={"task": "django_vyte.swep"})(site)
    site.monkeypatch.setattr(celery_workers, "consumed_queues", lambda: pytest.fail("asked"))
    assert {"sweep_overdue", "beat_task_unknown"} <= {each.id for each in doctor.summary()}
