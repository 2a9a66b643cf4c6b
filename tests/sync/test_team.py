"""Syncing a team: all listed events are mirrored, and a short list deletes nothing."""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import partial

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte import mirror
from django_vyte.exceptions import UnexpectedAnswer, VyteError
from django_vyte.models import Event, EventChange
from django_vyte.sandbox.api import filters
from django_vyte.sync.event import sync_event
from django_vyte.sync.team import MAX_PROBLEM_WARNINGS, MISSING_BUDGET, IncompleteReason, sync_team
from tests.calls import Killed

pytestmark = pytest.mark.django_db


def test_everything_vyte_lists_is_mirrored_and_a_second_run_changes_nothing(vyte_sandbox, team):
    first = sync_team(team)
    assert first.listed == first.mirrored.created == Event.objects.count() == len(vyte_sandbox.state.events)
    second = sync_team(team)
    assert (second.mirrored.created, second.mirrored.changed) == (0, 0)
    assert second.mirrored.unchanged == first.listed


def test_one_group_or_what_changed_since_can_be_asked_for(vyte_sandbox, team):
    vyte_sandbox.create_event(title="Ours", creator="jane@acme.com", group_ids=["project_7"])
    sync_team(team, group="project_7")
    assert list(Event.objects.values_list("title", flat=True)) == ["Ours"]
    moment = timezone.now() - dt.timedelta(days=1)
    sync_team(team, since=moment)
    assert all(
        event.vyte_updated_at is None or event.vyte_updated_at >= moment for event in Event.objects.all()
    )


def test_an_event_that_vyte_no_longer_has_is_cancelled_once(vyte_sandbox, team):
    gone = vyte_sandbox.create_event(title="Gone", creator="jane@acme.com")
    sync_team(team)
    vyte_sandbox.delete_event(gone["_id"])
    assert sync_team(team).vanished == 1
    event = Event.objects.get(vyte_id=gone["_id"])
    assert event.status == "cancelled"
    assert event.missing_since is not None
    assert [change.kind for change in event.changes.order_by("pk")] == ["created", "cancelled"]
    assert sync_team(team).vanished == 0


def answer(sandbox, body: bytes, times: int | None = 1) -> None:
    """What the next list is, in place of the true one."""
    sandbox.faults.add(path="^/v2/events$", status=200, body=body, times=times)


def states() -> set[tuple[str, str, object]]:
    return set(Event.objects.values_list("vyte_id", "status", "missing_since"))


def test_an_empty_list_cancels_nothing_that_vyte_still_has_and_is_doubted(vyte_sandbox, team):
    sync_team(team)
    before = states()
    answer(vyte_sandbox, b"[]")
    summary = sync_team(team)
    assert (summary.listed, states()) == (0, before)
    assert list(summary.incomplete_reasons) == [IncompleteReason.EMPTY]
    assert "listed no events at all" in summary.incomplete


def test_an_empty_list_is_believed_when_each_event_is_said_to_be_gone(vyte_sandbox, team):
    sync_team(team)
    for vyte_id in list(vyte_sandbox.state.events):
        vyte_sandbox.delete_event(vyte_id)
    summary = sync_team(team)
    assert (summary.incomplete, summary.warnings) == ("", [])
    assert summary.vanished > 0
    assert not Event.objects.exclude(status="cancelled").exists()


def test_an_empty_team_is_nothing_to_doubt(vyte_sandbox, team):
    vyte_sandbox.state.events.clear()
    assert sync_team(team).incomplete == ""


def test_an_empty_list_is_doubted_when_only_what_changed_is_wanted_too(vyte_sandbox, team):
    sync_team(team)
    answer(vyte_sandbox, b"[]")
    vyte_sandbox.requests.clear()
    summary = sync_team(team, since=timezone.now())
    assert list(summary.incomplete_reasons) == [IncompleteReason.EMPTY]
    assert len(vyte_sandbox.requests) == 1


@pytest.mark.parametrize(
    ("body", "count"),
    [(b'["a", "b"]', 2), (b"[null]", 1), (b'[{"title": "No id"}, {"id": 1}]', 2), (b"[[], 1, {}]", 3)],
)
def test_a_list_of_other_objects_changes_nothing_and_is_doubted(vyte_sandbox, team, body, count):
    sync_team(team)
    before = states()
    answer(vyte_sandbox, body)
    summary = sync_team(team)
    assert states() == before
    assert (
        summary.incomplete_reasons[IncompleteReason.UNREADABLE]
        == f"{count} of what Vyte listed could not be mirrored."
    )


def test_one_event_that_cannot_be_read_does_not_keep_the_others_away(vyte_sandbox, team):
    vyte_sandbox.state.events.clear()
    answer(vyte_sandbox, b'[null, {"_id": "5f198da1c1ac5d1a30fc0001", "title": "Here"}]')
    summary = sync_team(team)
    assert Event.objects.get().title == "Here"
    assert list(summary.incomplete_reasons) == [IncompleteReason.UNREADABLE]


def test_of_many_that_cannot_be_mirrored_only_some_are_spoken_of(vyte_sandbox, team):
    answer(vyte_sandbox, b"[" + b",".join([b'{"title": "No id"}'] * 99) + b"]")
    summary = sync_team(team)
    assert len(summary.warnings) == MAX_PROBLEM_WARNINGS + 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"events": []}', "expected a list, got an object"),
        (b'"all of them"', "expected a list, got a text"),
        (b"null", "expected a list, got null"),
        (b"<html>Be right back</html>", "a web page"),
        (b"", "an empty answer"),
        (b'[{"_id": "5f198da1c1ac5d1a30fc0001"', "cut off"),
        (b"OK", "malformed"),
    ],
)
def test_what_is_no_list_is_an_error_that_says_what_it_is_and_changes_nothing(
    vyte_sandbox, team, body, reason
):
    sync_team(team)
    before = states()
    answer(vyte_sandbox, body)
    with pytest.raises(UnexpectedAnswer, match=reason):
        sync_team(team)
    assert states() == before


def test_a_list_that_is_cut_at_an_odd_number_is_noticed_by_what_it_lacks_and_partitioned(vyte_sandbox, team):
    vyte_sandbox.fill(60)
    sync_team(team)
    for number in range(10):
        vyte_sandbox.create_event(title=f"Late {number}", creator="jane@acme.com")
    vyte_sandbox.quirks.list_maximum = 37
    summary = sync_team(team)
    assert summary.incomplete == ""
    assert summary.listed == Event.objects.count() == len(vyte_sandbox.state.events)
    assert (summary.vanished, summary.unchecked) == (0, 0)


def test_what_vyte_has_and_never_lists_is_said(vyte_sandbox, team, monkeypatch):
    kept = vyte_sandbox.create_event(title="Hidden", creator="jane@acme.com")["_id"]
    sync_team(team)
    select = filters.select
    monkeypatch.setattr(
        filters, "select", lambda events, wanted: [e for e in select(events, wanted) if e["_id"] != kept]
    )
    summary = sync_team(team)
    assert summary.incomplete_reasons == {
        IncompleteReason.CUT_SHORT: "Vyte has events that it does not list: 1 of those asked for."
    }
    assert Event.objects.get(vyte_id=kept).status == "planning"


def test_a_list_that_no_filter_changes_is_doubted_after_some_questions(vyte_sandbox, team):
    sync_team(team)
    before = states()
    with team.client() as client:
        fewer = client.events.list()[2:]
    answer(vyte_sandbox, msgspec.json.encode(fewer), times=None)
    vyte_sandbox.requests.clear()
    assert list(sync_team(team).incomplete_reasons) == [IncompleteReason.CUT_SHORT]
    assert len(vyte_sandbox.requests) < 40
    assert states() == before


def test_a_list_that_is_cut_at_a_round_number_is_partitioned(vyte_sandbox, team):
    vyte_sandbox.fill(250)
    vyte_sandbox.quirks.list_maximum = 100
    summary = sync_team(team)
    assert (summary.listed, summary.incomplete) == (len(vyte_sandbox.state.events), "")
    assert Event.objects.count() == summary.listed


def test_where_the_list_cannot_be_completed_some_of_the_others_are_asked_for_and_a_doubt_stays(
    vyte_sandbox, team, monkeypatch
):
    vyte_sandbox.fill(150)
    sync_team(team)
    before = states()
    vyte_sandbox.quirks.list_maximum = 100
    monkeypatch.setattr("django_vyte.sync.listing.partition.BUDGET", 0)
    vyte_sandbox.requests.clear()
    summary = sync_team(team)
    assert len(vyte_sandbox.requests) == 1 + MISSING_BUDGET
    assert list(summary.incomplete_reasons) == [IncompleteReason.CUT_SHORT]
    assert states() == before


def test_no_more_than_a_budget_of_unlisted_events_is_asked_for(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr("django_vyte.sync.team.MISSING_BUDGET", 2)
    sync_team(team)
    vyte_sandbox.faults.add(path=r"^/v2/events$", status=200, body=b"[]", times=1)
    vyte_sandbox.requests.clear()
    summary = sync_team(team)
    assert len(vyte_sandbox.requests) == 3
    assert summary.unchecked > 0
    assert "not checked" in summary.warnings[-1]


def test_one_sync_after_another_gets_round_to_every_unlisted_event(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr("django_vyte.sync.team.MISSING_BUDGET", 2)
    sync_team(team)
    gone = Event.objects.exclude(status="cancelled").latest("pk")
    vyte_sandbox.delete_event(gone.vyte_id)
    vyte_sandbox.faults.add(path=r"^/v2/events$", status=200, body=b"[]", times=None)
    for _ in range(200):
        sync_team(team)
        gone.refresh_from_db()
        if gone.missing_since:
            break
    assert gone.missing_since is not None


def test_an_event_that_was_mirrored_after_the_question_is_not_looked_into(vyte_sandbox, team):
    def arrive(count: int) -> None:
        if not Event.objects.filter(title="Just made").exists():
            made = vyte_sandbox.create_event(title="Just made", creator="jane@acme.com")
            sync_event(team.pk, made["_id"], origin=mirror.Origin("webhook"))

    summary = sync_team(team, progress=arrive)
    assert Event.objects.filter(title="Just made").exists()
    assert [request.path for request in vyte_sandbox.requests].count("/v2/events") == 1
    assert (summary.incomplete, summary.unchecked) == ("", 0)


def test_where_vyte_cannot_be_reached_any_more_nothing_else_is_looked_into(vyte_sandbox, team, settings):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    sync_team(team)
    answer(vyte_sandbox, b"[]")
    vyte_sandbox.faults.add(path="^/v2/events/", drop=True, times=None)
    vyte_sandbox.requests.clear()
    summary = sync_team(team)
    assert len([warning for warning in summary.warnings if "could not be checked" in warning]) == 1


def test_an_answer_that_is_cut_off_writes_nothing(vyte_sandbox, team):
    vyte_sandbox.faults.add(path=r"^/v2/events$", truncate=2000, times=1)
    with pytest.raises(UnexpectedAnswer):
        sync_team(team)
    assert not Event.objects.exists()


def test_progress_is_reported_in_batches(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr("django_vyte.sync.batches.BATCH", 3)
    steps = []
    summary = sync_team(team, progress=steps.append)
    assert sum(steps) == summary.listed
    assert max(steps) == 3
    assert {0, 3} <= set(steps)


def test_the_total_is_reported_before_the_first(vyte_sandbox, team):
    steps: list[object] = []
    sync_team(team, progress=steps.append, expect=lambda total: steps.append(f"{total} in all"))
    assert steps[0] == f"{len(vyte_sandbox.state.events)} in all"


def stop_after(batches: int, count: int) -> None:
    if count:
        stop_after.done = getattr(stop_after, "done", 0) + 1
        if stop_after.done == batches:
            raise Killed


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_a_run_that_was_killed_is_gone_on_from_without_a_second_history(
    vyte_sandbox, team, monkeypatch, batches
):
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(30)
    monkeypatch.setattr("django_vyte.sync.batches.BATCH", 5)
    stop_after.done = 0
    with pytest.raises(Killed):
        sync_team(team, progress=partial(stop_after, batches))
    assert Event.objects.count() == 5 * batches
    again = sync_team(team)
    assert (again.mirrored.created, again.mirrored.unchanged) == (30 - 5 * batches, 5 * batches)
    assert EventChange.objects.filter(kind="created").count() == 30
    assert sync_team(team).mirrored.changes == []


def test_what_a_call_brought_meanwhile_is_not_overwritten_by_the_older_list(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr("django_vyte.sync.batches.BATCH", 2)
    vyte_sandbox.state.events.clear()
    ids = [vyte_sandbox.create_event(title="Before", creator="jane@acme.com")["_id"] for _ in range(6)]
    sync_team(team)
    for vyte_id in ids:
        vyte_sandbox.update_event(vyte_id, title="Listed")

    def arrive(count: int) -> None:
        if count and vyte_sandbox.state.events[ids[0]]["title"] == "Listed":
            for vyte_id in ids:
                vyte_sandbox.update_event(vyte_id, title="Called")
                sync_event(team.pk, vyte_id, origin=mirror.Origin("webhook"))

    summary = sync_team(team, progress=arrive)
    assert set(Event.objects.values_list("title", flat=True)) == {"Called"}
    assert summary.mirrored.stale + summary.mirrored.changed == 6
    assert sync_team(team).mirrored.changes == []


def test_a_dry_run_says_what_differs_and_writes_nothing(vyte_sandbox, team):
    sync_team(team)
    changed, gone = list(vyte_sandbox.state.events)[:2]
    vyte_sandbox.update_event(changed, title="Another title")
    vyte_sandbox.create_event(title="Made meanwhile", creator="jane@acme.com")
    vyte_sandbox.delete_event(gone)
    vyte_sandbox.requests.clear()
    with CaptureQueriesContext(connection) as queries:
        said = sync_team(team, dry_run=True)
    assert {query["sql"].split()[0] for query in queries} <= {"SELECT", "DECLARE", "FETCH", "CLOSE"}
    assert not any("FOR UPDATE" in query["sql"] for query in queries)
    assert (said.mirrored.created, said.mirrored.changed) == (1, 1)
    assert any("Another title" in example for example in said.mirrored.examples)
    assert said.unchecked == 1
    assert len(vyte_sandbox.requests) == 1
    real = sync_team(team)
    assert (real.mirrored.created, real.mirrored.changed, real.vanished) == (1, 1, 1)


def test_a_dry_run_doubts_an_empty_list_as_well(vyte_sandbox, team):
    sync_team(team)
    answer(vyte_sandbox, b"[]")
    assert list(sync_team(team, dry_run=True).incomplete_reasons) == [IncompleteReason.EMPTY]


def test_a_full_disk_writes_nothing_and_says_which_folder_is_full(vyte_sandbox, team, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/var/full")
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "r+b"))
    with pytest.raises(VyteError, match=r"in /var/full \(No space left on device\).*TMPDIR"):
        sync_team(team)
    assert not Event.objects.exists()


def test_the_database_is_analyzed_after_many_new_events_and_not_after_a_few(team, vyte_sandbox, monkeypatch):
    monkeypatch.setattr("django_vyte.sync.batches.BATCH", 5)
    monkeypatch.setattr("django_vyte.sync.team.ANALYZE_AFTER", 10)
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(25)
    with CaptureQueriesContext(connection) as queries:
        sync_team(team)
    with CaptureQueriesContext(connection) as again:
        sync_team(team)
    analyzed = [sum(query["sql"].startswith("ANALYZE") for query in each) for each in (queries, again)]
    assert analyzed == [connection.vendor == "postgresql", 0]
