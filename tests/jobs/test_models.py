"""Rows that stand for work, and the clock."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from django_vyte.inbox import scheduling
from django_vyte.jobs.models import LONGEST_DELAY, free_now
from django_vyte.models import Delivery, Team
from django_vyte.ops import sweep
from django_vyte.sandbox import Sandbox
from tests.calls import kept

EVENT = b'{"action": "event.updated", "resource": {"_id": "569c3b6105dc780300951bd0"}}'
HOUR = dt.timedelta(hours=1)


def at(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(seconds=seconds), tick=False)


@pytest.mark.parametrize(
    ("status", "attempts", "lease", "ahead", "due", "held"),
    [
        ("received", 0, "", 0, True, False),
        ("received", 0, "", 4000, True, False),
        ("waiting", 1, "", -1, True, False),
        ("waiting", 1, "", 1, False, False),
        ("waiting", 1, "", LONGEST_DELAY, False, False),
        ("waiting", 1, "", LONGEST_DELAY + 61, True, False),
        ("working", 1, "x", -1, True, False),
        ("working", 1, "x", 1, False, True),
        ("working", 1, "x", 300, False, True),
        ("working", 1, "x", 310, False, True),
        ("working", 1, "x", 1801, True, False),
        ("done", 1, "", None, False, False),
    ],
)
def test_what_is_due_is_what_nobody_holds_and_whose_time_has_come_or_cannot_be_right(
    db: None, status: str, attempts: int, lease: str, ahead: float | None, due: bool, held: bool
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        when = None if ahead is None else timezone.now() + dt.timedelta(seconds=ahead)
        row = Delivery.objects.create(status=status, attempts=attempts, lease=lease, next_attempt_at=when)
        read = Delivery.objects.with_standing().get()
        assert (bool(read.is_due), bool(read.is_held)) == (due, held)
        assert Delivery.objects.due().exists() == due
        assert Delivery.objects.due_keys(5) == [row.pk] * due
        is_free = ahead is not None and not held
        assert Delivery.objects.filter(free_now()).exists() == is_free
        early = Delivery.objects.all().claim(60, early=True, status="working")
        assert bool(early) == is_free
        assert Delivery.objects.get().attempts == attempts + due


@pytest.mark.parametrize(("ahead", "claimed"), [(-1, 1), (1, 0)])
def test_a_claim_counts_an_attempt_of_each_row_that_is_due(db: None, ahead: float, claimed: int) -> None:
    when = timezone.now() + dt.timedelta(seconds=ahead)
    Delivery.objects.create(status="waiting", attempts=3, next_attempt_at=when)
    assert bool(Delivery.objects.all().claim(60, status="working")) == bool(claimed)
    assert Delivery.objects.get().attempts == 3 + claimed


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_nothing_is_lost_when_the_clock_jumps(team: Team, vyte_sandbox: Sandbox, jump: dt.timedelta) -> None:
    fresh, leased, waiting = (kept(team, EVENT) for _ in range(3))
    vyte_sandbox.faults.add(path="^/v2/events", status=403)
    scheduling.process(waiting.pk)
    Delivery.objects.filter(pk=fresh.pk).update(status="received", attempts=0, next_attempt_at=timezone.now())
    Delivery.objects.filter(pk=leased.pk).update(
        status="working", lease="x", next_attempt_at=timezone.now() + dt.timedelta(seconds=300)
    )
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=timezone.now() - dt.timedelta(minutes=1))
    with time_machine.travel(timezone.now() + jump, tick=False):
        sweep.sweep()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_a_retry_is_asked_for_no_later_than_a_clock_that_jumped_could_explain(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.faults.add(path="^/v2/events", status=429, headers={"Retry-After": "86400"}, times=None)
    delivery = kept(team, EVENT)
    assert scheduling.process(delivery.pk).retry == {delivery.pk: LONGEST_DELAY}
    assert Delivery.objects.due_keys(1) == []


def test_the_longest_waiting_are_taken_up_first(db: None) -> None:
    now = timezone.now()
    late, early = (
        Delivery.objects.create(next_attempt_at=now - dt.timedelta(minutes=minutes)) for minutes in (1, 2)
    )
    assert Delivery.objects.due_keys(2) == [early.pk, late.pk]
