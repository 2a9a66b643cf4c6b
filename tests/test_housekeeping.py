"""What is done at intervals."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from django_vyte import housekeeping, inbox
from django_vyte.models import Delivery, Event, EventChange, Team
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db
LONG_AGO = dt.timedelta(days=400)


@pytest.fixture
def event() -> Event:
    team = Team.objects.create(vyte_id="t1", name="ACME")
    return Event.objects.create(team=team, vyte_id="e1", as_of=timezone.now(), fingerprint="x")


def delivery(**fields) -> Delivery:
    return Delivery.objects.create(body='{"action": "vyteme.updated"}', **fields)


def test_the_sweep_takes_up_what_was_never_tried():
    delivery()
    assert housekeeping.sweep().deliveries == 1
    assert Delivery.objects.get().status == "ignored"
    assert housekeeping.sweep() == housekeeping.Swept()


def test_the_sweep_takes_up_what_a_dead_worker_left():
    row = delivery()
    Delivery.objects.filter(pk=row.pk).claim(60, status="working")
    assert housekeeping.sweep().deliveries == 0
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)):
        assert housekeeping.sweep().deliveries == 1


def test_the_sweep_does_not_turn_in_circles_over_what_another_worker_is_busy_with(event):
    first = delivery(subject="event:e1", team=event.team)
    Delivery.objects.filter(pk=first.pk).claim(60, status="working")
    delivery(subject="event:e1", team=event.team)
    assert housekeeping.sweep(seconds=5).deliveries == 1
    assert Delivery.objects.latest("pk").status == "received"


def test_the_sweep_stops_when_its_time_is_up():
    for _ in range(3):
        delivery()
    assert housekeeping.sweep(seconds=-1) == housekeeping.Swept()
    assert Delivery.objects.filter(status="received").count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_sweep_goes_on_over_a_new_connection_where_one_is_lost():
    lost, other = delivery(), delivery()
    with lost_connection(at="UPDATE"):
        assert housekeeping.sweep().deliveries == 2
    assert dict(Delivery.objects.values_list("pk", "status")) == {lost.pk: "received", other.pk: "ignored"}


def test_the_sweep_reports_its_progress():
    for _ in range(3):
        delivery()
    steps = []
    housekeeping.sweep(progress=steps.append)
    assert steps == [1, 1, 1]


def test_pruning_deletes_what_is_old_and_closed_and_nothing_else(event):
    now = timezone.now()
    old_closed = delivery(received_at=now - LONG_AGO)
    inbox.process(old_closed.pk)
    old_open = delivery(received_at=now - LONG_AGO)
    recent = delivery()
    inbox.process(recent.pk)
    told = EventChange.objects.create(
        event=event, kind="created", cause="sync", created_at=now - LONG_AGO, next_attempt_at=None
    )
    untold = EventChange.objects.create(event=event, kind="updated", cause="sync", created_at=now - LONG_AGO)
    assert housekeeping.prune() == {"deliveries": 1, "changes": 1}
    assert set(Delivery.objects.values_list("pk", flat=True)) == {old_open.pk, recent.pk}
    assert list(EventChange.objects.all()) == [untold]
    assert told.pk != untold.pk
    assert Event.objects.count() == 1


def test_pruning_goes_through_as_many_batches_as_there_are(monkeypatch):
    monkeypatch.setattr(housekeeping, "PRUNE_BATCH", 2)
    for _ in range(5):
        inbox.process(delivery(received_at=timezone.now() - LONG_AGO).pk)
    assert housekeeping.prune()["deliveries"] == 5
