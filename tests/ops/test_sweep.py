"""What is done at intervals."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from django_vyte.models import Delivery, Event, Team
from django_vyte.ops import sweep
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db
LONG_AGO = dt.timedelta(days=400)


@pytest.fixture
def event() -> Event:
    team = Team.objects.create(vyte_id="t1", name="ACME")
    return Event.objects.create(team=team, vyte_id="e1", as_of=timezone.now(), fingerprint="x")


def delivery(**fields) -> Delivery:
    """A call that asks for nothing, of a team that is not linked any more unless another is named."""
    given = {"source": "vyte", "account": "0", **fields}
    return Delivery.objects.create(body='{"action": "vyteme.updated"}', **given)


def test_the_sweep_takes_up_what_was_never_tried():
    delivery()
    assert sweep.sweep().deliveries == 1
    assert Delivery.objects.get().status == "ignored"
    assert sweep.sweep() == sweep.Swept()


def test_the_sweep_takes_up_what_a_dead_worker_left():
    row = delivery()
    Delivery.objects.filter(pk=row.pk).claim(60, status="working")
    assert sweep.sweep().deliveries == 0
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)):
        assert sweep.sweep().deliveries == 1


def test_the_sweep_does_not_loop_over_rows_that_another_worker_holds(event):
    first = delivery(subject="event:e1", account=str(event.team_id))
    Delivery.objects.filter(pk=first.pk).claim(60, status="working")
    delivery(subject="event:e1", account=str(event.team_id))
    assert sweep.sweep(seconds=5) == sweep.Swept()
    assert Delivery.objects.latest("pk").status == "received"


def test_the_sweep_stops_when_its_time_is_up():
    for _ in range(3):
        delivery()
    assert sweep.sweep(seconds=-1) == sweep.Swept()
    assert Delivery.objects.filter(status="received").count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_sweep_goes_on_over_a_new_connection_where_one_is_lost():
    delivery()
    delivery()
    with lost_connection(at="UPDATE"):
        assert sweep.sweep().deliveries == 2
    assert set(Delivery.objects.values_list("status", flat=True)) == {"ignored"}


def test_the_sweep_reports_its_progress():
    for _ in range(3):
        delivery()
    steps = []
    sweep.sweep(progress=steps.append)
    assert sum(steps) == 3
