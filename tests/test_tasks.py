"""Messages are hints: what they point at is done once, and a lost one costs only time."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
import time_machine
from celery import current_app
from django.db import OperationalError, transaction
from django.utils import timezone

from django_vyte import tasks
from django_vyte.jobs import publishing
from django_vyte.jobs.publishing import Message
from django_vyte.models import Delivery, Event, EventChange, Member
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, tuple[object, ...], float | None]]:
    """What would have gone to the broker, instead of going there."""
    messages: list[tuple[str, tuple[object, ...], float | None]] = []

    def send(message, at_once):
        messages.append((message.task, message.args, message.countdown))

    monkeypatch.setattr(publishing.publisher, "send", send)
    return messages


def run(sent: list[tuple[str, tuple[object, ...], float | None]]) -> None:
    """Do what a worker would, until there is nothing left to do."""
    while sent:
        name, args, _ = sent.pop(0)
        current_app.tasks[name](*args)


def test_a_call_goes_through_the_tasks_to_the_receivers(vyte_sandbox, linked_team, sent):
    vyte_sandbox.create_event(title="Kick-off", creator="jane@acme.com")
    vyte_sandbox.deliver()
    (delivery,) = Delivery.objects.all()
    assert sent == [("django_vyte.process", ([delivery.pk],), None)]
    tasks.process([delivery.pk])
    change = Event.objects.get(title="Kick-off").changes.get()
    assert sent[1:] == [("django_vyte.tell", ("django_vyte.eventchange", [change.pk]), None)]
    run(sent)
    change.refresh_from_db()
    assert change.told_at is not None


def test_a_message_that_comes_twice_does_nothing_twice(vyte_sandbox, linked_team, sent):
    vyte_sandbox.create_event(title="Kick-off", creator="jane@acme.com")
    vyte_sandbox.deliver()
    pk = Delivery.objects.get().pk
    tasks.process([pk])
    gets = len(vyte_sandbox.requests)
    tasks.process([pk])
    assert len(vyte_sandbox.requests) == gets


def test_what_failed_is_asked_for_again_after_a_while(vyte_sandbox, linked_team, sent):
    vyte_sandbox.create_event(title="Kick-off", creator="jane@acme.com")
    vyte_sandbox.deliver()
    sent.clear()
    vyte_sandbox.stop_api()
    pk = Delivery.objects.get().pk
    tasks.process([pk])
    ((name, args, countdown),) = sent
    assert (name, args) == ("django_vyte.process", ([pk],))
    assert countdown is not None
    assert 5 <= countdown <= 10


def test_a_user_who_joined_is_dispatched(vyte_sandbox, linked_team, sent):
    vyte_sandbox.join(email="new@acme.com", full_name="New Person")
    vyte_sandbox.deliver()
    run(sent)
    assert Member.objects.get().told_at is not None


def test_the_sweep_does_what_lost_messages_would_have(vyte_sandbox, linked_team, sent):
    vyte_sandbox.create_event(title="Kick-off", creator="jane@acme.com")
    vyte_sandbox.deliver()
    sent.clear()
    tasks.sweep()
    assert Event.objects.get(title="Kick-off").changes.get().told_at is not None


def test_a_team_is_synchronised_and_its_changes_dispatched(vyte_sandbox, linked_team, sent):
    tasks.sync_team(linked_team.pk)
    assert linked_team.events.count() == len(vyte_sandbox.state.events)
    run(sent)
    assert not linked_team.events.filter(changes__told_at=None).exists()


def test_webhooks_are_registered(vyte_sandbox, team, sent):
    tasks.register_webhooks(team.pk)
    assert team.webhooks.exclude(vyte_id="").count() == 5


def test_messages_go_to_the_queue_that_the_project_named(settings, monkeypatch):
    seen = {}
    monkeypatch.setattr(tasks.process, "apply_async", lambda args, **options: seen.update(options))
    settings.VYTE = {**settings.VYTE, "QUEUE": "meetings"}
    publishing.publish(Message(publishing.PROCESS, (1,), expires=9))
    assert seen["queue"] == "meetings"
    assert seen["retry"] is False
    assert seen["expires"] == 9


@pytest.mark.usefixtures("sent")
def test_enqueueing_never_raises(monkeypatch):
    publishing.enqueue(publishing.PROCESS, 1, using="default")


@pytest.mark.parametrize("task", [tasks.sync_team, tasks.register_webhooks])
def test_what_keeps_a_team_from_working_stands_with_the_team_until_it_works(vyte_sandbox, team, sent, task):
    vyte_sandbox.stop_api()
    task(team.pk)
    team.refresh_from_db()
    assert "failed: GET" in team.problem
    assert "503" in team.problem
    vyte_sandbox.start_api()
    task(team.pk)
    team.refresh_from_db()
    assert team.problem == ""


@pytest.mark.parametrize("name", ["process", "sweep", "patrol_teams", "patrol_team", "sync_team", "prune"])
def test_a_task_that_loses_its_connection_does_not_leave_it_to_the_next_one(vyte_sandbox, linked_team, name):
    args = {"process": [[1]], "patrol_team": [linked_team.pk], "sync_team": [linked_team.pk]}.get(name, [])
    with lost_connection(at="SELECT"):
        with suppress(OperationalError):
            getattr(tasks, name)(*args)
        assert Event.objects.count() >= 0


def test_a_message_is_sent_once_the_transaction_is_committed(sent):
    with transaction.atomic():
        publishing.enqueue(publishing.PROCESS, 1, using="default")
        assert sent == []
    assert len(sent) == 1


def test_a_message_of_a_transaction_that_is_undone_is_never_sent(sent):
    with transaction.atomic():
        publishing.enqueue(publishing.PROCESS, 1, using="default")
        transaction.set_rollback(True)
    assert sent == []


def test_what_one_task_achieves_does_not_hide_what_another_failed_at(vyte_sandbox, team, sent):
    vyte_sandbox.faults.add(path=r"^/hooks", status=503, times=None)
    tasks.register_webhooks(team.pk)
    tasks.sync_team(team.pk)
    team.refresh_from_db()
    assert team.problem.startswith("Registering webhooks failed:")


def test_what_a_synchronisation_may_lack_stands_on_the_team_until_one_lacks_nothing(
    vyte_sandbox, linked_team, sent
):
    vyte_sandbox.state.events.clear()
    tasks.sync_team(linked_team.pk)
    linked_team.refresh_from_db()
    assert linked_team.problem == ""
    for _ in range(60):
        vyte_sandbox.create_event(title="The same", creator="jane@acme.com")
    vyte_sandbox.quirks.list_maximum = 50
    tasks.sync_team(linked_team.pk)
    linked_team.refresh_from_db()
    assert linked_team.problem.startswith("Events may be missing: ")
    vyte_sandbox.quirks.list_maximum = None
    tasks.sync_team(linked_team.pk)
    linked_team.refresh_from_db()
    assert linked_team.problem == ""


def test_one_change_that_cannot_be_dispatched_delays_no_other(vyte_sandbox, linked_team, sent):
    for title in ("One", "Two"):
        vyte_sandbox.create_event(title=title, creator="jane@acme.com")
    vyte_sandbox.deliver()
    tasks.process(list(Delivery.objects.values_list("pk", flat=True)))
    first, second = EventChange.objects.order_by("pk")
    EventChange.objects.filter(pk=first.pk).update(kind="unheard of")
    tasks.dispatch("django_vyte.eventchange", [first.pk, second.pk])
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=301), tick=False):
        tasks.sweep()
    second.refresh_from_db()
    assert second.told_at is not None
