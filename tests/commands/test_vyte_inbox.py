"""``manage.py vyte_inbox process | replay | prune | stats``"""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from django_vyte.inbox import scheduling
from django_vyte.models import Delivery, Event, EventChange
from django_vyte.signals import event_created

Status = Delivery.Status


@pytest.fixture
def call(vyte_sandbox, linked_team) -> Delivery:
    """A call about a new event, received and not processed."""
    vyte_sandbox.create_event(title="Kick-off")
    vyte_sandbox.deliver()
    return Delivery.objects.get()


def fail(delivery: Delivery, reason: str = "ServerError: GET /v2/events/1 answered 503") -> None:
    Delivery.objects.filter(pk=delivery.pk).update(status=Status.FAILED, next_attempt_at=None, error=reason)


def test_process_mirrors_what_waits_and_dispatches_it(call, manage):
    heard = []

    def hear(event, **kwargs):
        heard.append(event.title)

    event_created.connect(hear)
    try:
        said = manage("vyte_inbox", "process")
    finally:
        event_created.disconnect(hear)
    assert said.out == "Processed 1 deliveries and dispatched 1 changes and members.\n"
    assert heard == ["Kick-off"]
    assert Event.objects.get().title == "Kick-off"


def test_process_with_nothing_to_do_says_so(db, manage):
    assert (
        manage("vyte_inbox", "process").out
        == "Processed 0 deliveries and dispatched 0 changes and members.\n"
    )


def test_process_says_what_has_to_wait(vyte_sandbox, call, manage):
    vyte_sandbox.faults.add(path="^/v2/events", status=403, times=None)
    said = manage("vyte_inbox", "process")
    assert "1 deliveries wait for another try" in said.out
    assert not said.failure


def test_replay_processes_what_was_given_up(call, manage):
    fail(call)
    assert manage("vyte_inbox", "replay").out == "Replayed 1 deliveries: 1 done, 0 not.\n"
    assert Event.objects.get().title == "Kick-off"
    call.refresh_from_db()
    assert call.status == Status.DONE


def test_replay_leaves_alone_what_did_not_fail(call, manage):
    scheduling.process(call.pk)
    assert manage("vyte_inbox", "replay").out == "Replayed 0 deliveries: 0 done, 0 not.\n"


def test_replay_takes_numbers_and_statuses(vyte_sandbox, call, manage):
    scheduling.process(call.pk)
    assert "1 done" in manage("vyte_inbox", "replay", str(call.pk)).out
    assert "1 done" in manage("vyte_inbox", "replay", "--status", "done").out
    gets = [request for request in vyte_sandbox.requests if request.path.startswith("/v2/events/")]
    assert len(gets) == 3


def test_replay_fails_when_it_fails_again(vyte_sandbox, call, manage):
    fail(call)
    vyte_sandbox.faults.add(path="^/v2/events", status=403, times=None)
    said = manage("vyte_inbox", "replay")
    assert "1 deliveries: 0 done, 1 not" in said.out
    assert "vyte_inbox stats" in said.failure


def test_replay_of_a_number_that_is_not_there_fails(db, manage):
    said = manage("vyte_inbox", "replay", "4711")
    assert "4711" in said.err
    assert said.failure


def test_replay_leaves_alone_what_a_worker_is_busy_with(call, manage):
    Delivery.objects.update(status=Status.WORKING, lease="somebody")
    assert str(call.pk) in manage("vyte_inbox", "replay", str(call.pk)).err
    call.refresh_from_db()
    assert (call.status, call.lease) == (Status.WORKING, "somebody")


def test_prune_deletes_what_is_old(call, manage):
    scheduling.process(call.pk)
    EventChange.objects.update(next_attempt_at=None)
    Delivery.objects.update(received_at=timezone.now() - dt.timedelta(days=91))
    assert manage("vyte_inbox", "prune").out == (
        "Deleted 1 deliveries older than 90 days, the content of 0 older than 14 days, and 0 changes older than "
        "365 days.\n"
    )
    assert not Delivery.objects.exists()


def test_stats_count_by_status_and_name_the_oldest_and_the_trouble(call, manage):
    Delivery.objects.update(received_at=timezone.now() - dt.timedelta(hours=2, minutes=5))
    waiting = manage("vyte_inbox", "stats").out
    assert "received            1" in waiting
    assert "2\xa0hours, 5\xa0minutes ago" in waiting
    fail(call)
    failed = manage("vyte_inbox", "stats").out
    assert "failed              1" in failed
    assert f"delivery {call.pk} (failed): ServerError: GET /v2/events/1 answered 503" in failed
    assert "manage.py vyte_inbox replay" in failed


def test_stats_count_the_rows_still_to_be_dispatched(call, manage):
    scheduling.process(call.pk)
    assert "1 changes wait for receivers." in manage("vyte_inbox", "stats").out


def test_a_verb_is_needed(db, manage):
    assert "process | replay | prune | stats" in manage("vyte_inbox").failure


def test_it_can_be_quiet(call, manage):
    assert manage("vyte_inbox", "process", verbosity=0).out == ""
    assert manage("vyte_inbox", "prune", verbosity=0).out == ""
