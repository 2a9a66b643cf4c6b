"""The doctor asks as often in large tables as in small ones."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.models import Delivery, Event, EventChange
from django_vyte.ops import doctor

pytestmark = pytest.mark.django_db
MANY = 2_000


@pytest.fixture
def counted(linked_team):
    """Counts the queries of both reports, in tables with so many events, changes and calls of each kind."""

    def counted(count: int) -> tuple[int, int]:
        now, before = timezone.now(), Event.objects.count()
        events = Event.objects.bulk_create(
            Event(
                team=linked_team, vyte_id=f"{number:024}", as_of=now, starts_at=now, timezone="Europe/Paris"
            )
            for number in range(before, before + count)
        )
        states = (
            {"told_at": now},
            {"error": "a.notify: KeyError"},
            {"error": "a.notify: KeyError", "attempts": 60},
        )
        due = (None, now, None)
        EventChange.objects.bulk_create(
            EventChange(event=event, kind="created", cause="webhook", next_attempt_at=at, **state)
            for event in events
            for state, at in zip(states, due, strict=True)
        )
        Delivery.objects.bulk_create(
            Delivery(source="vyte", account=str(linked_team.pk), status=status, next_attempt_at=at)
            for status, at in (("done", None), ("failed", None), ("received", now))
            for _ in range(count)
        )
        found = []
        for report in (lambda: list(doctor.run_checks()), doctor.summary):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                report()
            found.append(len(queries))
        return found[0], found[1]

    return counted


def test_the_number_of_queries_does_not_grow_with_the_tables(counted):
    few = counted(3)
    assert counted(MANY) == few
    assert few[0] < 70
    assert few[1] <= 30
