"""A whole team is mirrored, and a short answer empties nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from django_vyte import sync
from django_vyte.exceptions import UnexpectedAnswer
from django_vyte.models import Event

pytestmark = pytest.mark.django_db


def test_everything_vyte_lists_is_mirrored_and_a_second_run_changes_nothing(vyte_sandbox, team):
    first = sync.run(team)
    assert first.listed == first.saved.created == Event.objects.count() == len(vyte_sandbox.state.events)
    second = sync.run(team)
    assert (second.saved.created, second.saved.changed) == (0, 0)
    assert second.saved.unchanged == first.listed


def test_one_group_or_what_changed_since_can_be_asked_for(vyte_sandbox, team):
    vyte_sandbox.create_event(title="Ours", creator="jane@acme.com", group_ids=["project_7"])
    sync.run(team, group="project_7")
    assert list(Event.objects.values_list("title", flat=True)) == ["Ours"]
    moment = timezone.now() - dt.timedelta(days=1)
    sync.run(team, since=moment)
    assert all(
        event.vyte_updated_at is None or event.vyte_updated_at >= moment for event in Event.objects.all()
    )


def test_an_event_that_vyte_no_longer_has_is_cancelled_once(vyte_sandbox, team):
    gone = vyte_sandbox.create_event(title="Gone", creator="jane@acme.com")
    sync.run(team)
    vyte_sandbox.delete_event(gone["_id"])
    assert sync.run(team).vanished == 1
    event = Event.objects.get(vyte_id=gone["_id"])
    assert event.status == "cancelled"
    assert event.missing_since is not None
    assert [change.kind for change in event.changes.order_by("pk")] == ["created", "cancelled"]
    assert sync.run(team).vanished == 0


def test_an_empty_list_cancels_nothing_that_vyte_still_has(vyte_sandbox, team):
    sync.run(team)
    before = set(Event.objects.values_list("vyte_id", "status"))
    vyte_sandbox.faults.add(path=r"^/v2/events$", status=200, body=b"[]", times=1)
    summary = sync.run(team)
    assert summary.listed == 0
    assert set(Event.objects.values_list("vyte_id", "status")) == before


def test_no_more_than_a_budget_of_unlisted_events_is_asked_for(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr(sync, "MISSING_BUDGET", 2)
    sync.run(team)
    vyte_sandbox.faults.add(path=r"^/v2/events$", status=200, body=b"[]", times=1)
    vyte_sandbox.requests.clear()
    summary = sync.run(team)
    assert len(vyte_sandbox.requests) == 3
    assert summary.unchecked > 0
    assert "not checked" in summary.warnings[-1]


def test_one_sync_after_another_gets_round_to_every_unlisted_event(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr(sync, "MISSING_BUDGET", 2)
    sync.run(team)
    gone = Event.objects.exclude(status="cancelled").latest("pk")
    vyte_sandbox.delete_event(gone.vyte_id)
    vyte_sandbox.faults.add(path=r"^/v2/events$", status=200, body=b"[]", times=None)
    for _ in range(200):
        sync.run(team)
        gone.refresh_from_db()
        if gone.missing_since:
            break
    assert gone.missing_since is not None


def test_a_list_of_a_round_length_is_suspected_and_nothing_is_looked_into(vyte_sandbox, team):
    sync.run(team)
    missing = 100 - len(vyte_sandbox.state.events)
    vyte_sandbox.fill(missing)
    assert "cut short" in sync.run(team).warnings[0]


def test_an_answer_that_is_cut_off_writes_nothing(vyte_sandbox, team):
    vyte_sandbox.faults.add(path=r"^/v2/events$", truncate=2000, times=1)
    with pytest.raises(UnexpectedAnswer):
        sync.run(team)
    assert not Event.objects.exists()


def test_progress_is_reported_in_batches(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr(sync, "BATCH", 3)
    steps = []
    summary = sync.run(team, progress=steps.append)
    assert sum(steps) == summary.listed
    assert max(steps) == 3
