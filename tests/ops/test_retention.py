"""What is old is deleted, a batch at a time, and nothing that is still to be done."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from django_vyte.inbox.replay import reopen
from django_vyte.models import Delivery, Event, EventChange, Team
from django_vyte.ops import retention
from django_vyte.ops.retention import Pruned

pytestmark = pytest.mark.django_db
BODY = '{"action": "vyteme.updated"}'


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


@pytest.fixture
def event() -> Event:
    team = Team.objects.create(vyte_id="t1", name="ACME")
    return Event.objects.create(team=team, vyte_id="e1", as_of=timezone.now(), fingerprint="x")


def delivery(days: int, status: str = "done") -> Delivery:
    """A call that came so many days ago and is closed, unless it is received."""
    due = timezone.now() if status == "received" else None
    return Delivery.objects.create(
        body=BODY, headers={"User-Agent": "x"}, received_at=ago(days), status=status, next_attempt_at=due
    )


def change(event: Event, days: int, *, dispatched: bool = True, of: Delivery | None = None) -> EventChange:
    due = None if dispatched else timezone.now()
    return EventChange.objects.create(
        event=event, kind="created", cause="sync", created_at=ago(days), next_attempt_at=due, delivery=of
    )


def test_what_is_old_and_closed_is_deleted_and_nothing_else(event):
    delivery(91)
    change(event, 366)
    kept = {delivery(89).pk, delivery(400, "received").pk}
    left = {change(event, 364).pk, change(event, 366, dispatched=False).pk}
    assert retention.prune() == Pruned(deliveries=1, payloads=1, changes=1)
    assert set(Delivery.objects.values_list("pk", flat=True)) == kept
    assert set(EventChange.objects.values_list("pk", flat=True)) == left
    assert Event.objects.count() == 1
    assert retention.prune() == Pruned()


@pytest.mark.parametrize(("status", "emptied"), [("done", True), ("ignored", True), ("failed", False)])
def test_what_came_is_deleted_sooner_than_that_it_came_unless_it_failed(status, emptied):
    row, recent = delivery(15, status), delivery(13, status)
    assert retention.prune() == Pruned(payloads=int(emptied))
    row.refresh_from_db()
    recent.refresh_from_db()
    assert (row.body, row.headers) == (("", {}) if emptied else (BODY, {"User-Agent": "x"}))
    assert recent.body == BODY


def test_history_outlives_the_call_that_it_came_from(event):
    kept = change(event, 100, of=delivery(100))
    retention.prune()
    kept.refresh_from_db()
    assert kept.delivery is None


def test_it_goes_through_as_many_batches_as_there_are(event, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for days in (100, 100, 100, 95, 91, 20, 1):
        change(event, 400, of=delivery(days))
    steps = []
    assert retention.prune(steps.append) == Pruned(deliveries=5, payloads=1, changes=7)
    assert sum(steps) == 13
    assert max(steps) == 2


def test_a_batch_costs_few_statements(event, django_assert_num_queries):
    for _ in range(50):
        change(event, 400, of=delivery(100))
    # Deliveries: the youngest, the first, whether there is one; a transaction (2), the lock, the rows, what refers to
    # them, the deletion; the next. Payloads: the youngest. Changes: the same without the rows and what refers to them.
    with django_assert_num_queries(10 + 1 + 8):
        retention.prune()
    assert not Delivery.objects.exists()


def test_what_is_replayed_meanwhile_is_not_deleted(monkeypatch):
    rows = type(Delivery.objects.all())
    lock = rows.select_for_update

    def lock_too_late(self):
        reopen(Delivery.objects.all())
        return lock(self)

    delivery(100)
    monkeypatch.setattr(rows, "select_for_update", lock_too_late)
    assert retention.prune() == Pruned()
    assert Delivery.objects.get().status == "received"


def test_a_call_without_its_body_is_not_replayed():
    delivery(15)
    failed = delivery(15, "failed")
    retention.prune()
    assert reopen(Delivery.objects.all()) == [failed.pk]
