"""``manage.py vyte_sync``, and that it is cheap."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.accounts import linking
from django_vyte.models import Event, Team

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
pytestmark = pytest.mark.django_db


def writes(queries) -> list[str]:
    return [query["sql"][:200] for query in queries if query["sql"].lstrip(" (").upper().startswith(WRITES)]


def test_ten_thousand_events_cost_a_tenth_of_a_statement_each_and_nothing_the_second_time(
    vyte_sandbox, team, manage
):
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(10_000)
    with CaptureQueriesContext(connection) as first:
        said = manage("vyte_sync")
    assert said.out == "ACME: 10,000 events: 10,000 new, 0 changed, 0 unchanged.\n"
    assert Event.objects.count() == 10_000
    assert len(first) <= 1_000
    with CaptureQueriesContext(connection) as second:
        said = manage("vyte_sync")
    assert said.out == "ACME: 10,000 events: 0 new, 0 changed, 10,000 unchanged. Nothing was written.\n"
    assert writes(second) == []


def test_a_run_that_changes_nothing_asks_the_database_once_a_batch_and_once_for_what_is_not_listed(
    vyte_sandbox, team, manage
):
    vyte_sandbox.fill(1_210)
    manage("vyte_sync")
    with CaptureQueriesContext(connection) as queries:
        manage("vyte_sync", "--team", team.vyte_id)
    assert len([query for query in queries if "vyte_event" in query["sql"]]) == 3 + 1
    assert writes(queries) == []


def test_an_answer_cut_off_in_the_middle_writes_nothing_and_fails(vyte_sandbox, team, manage):
    vyte_sandbox.fill(500)
    vyte_sandbox.faults.add(path="^/v2/events", truncate=200_000, times=None)
    with CaptureQueriesContext(connection) as queries:
        said = manage("vyte_sync")
    assert said.failure
    assert "GET /v2/events" in said.err
    [noted] = writes(queries)
    assert noted.startswith(
        'UPDATE "django_vyte_team" SET "problem"'.replace('"', connection.ops.quote_name("")[0])
    )
    assert not Event.objects.exists()


def test_what_changed_is_counted(vyte_sandbox, team, manage):
    made = vyte_sandbox.create_event(
        title="Kick-off", confirmed=True, dates=[("2027-01-05T10:00Z", "2027-01-05T11:00Z")]
    )
    manage("vyte_sync")
    vyte_sandbox.update_event(made["_id"], title="Kick-off, at last")
    listed = len(vyte_sandbox.state.events)
    assert manage("vyte_sync").out == f"ACME: {listed} events: 0 new, 1 changed, {listed - 1} unchanged.\n"


def test_an_event_that_is_gone_from_vyte_is_named(vyte_sandbox, team, manage):
    manage("vyte_sync")
    for vyte_id in list(vyte_sandbox.state.events)[:2]:
        vyte_sandbox.delete_event(vyte_id)
    assert manage("vyte_sync").out == (
        "ACME: 5 events: 0 new, 0 changed, 5 unchanged. 2 are gone from Vyte and cancelled here.\n"
    )
    assert manage("vyte_sync").out == "ACME: 5 events: 0 new, 0 changed, 5 unchanged. Nothing was written.\n"


def test_what_cannot_be_read_is_counted_too(vyte_sandbox, team, manage):
    vyte_sandbox.faults.add(path="^/v2/events", status=200, body=b'[{"title": "No id"}]')
    assert "1 event: 0 new, 0 changed, 0 unchanged, 1 unreadable." in manage("vyte_sync").out


@pytest.mark.parametrize(
    ("changes", "status", "advice"),
    [
        ({}, 401, "Vyte does not know the team's key any more: link the team again."),
        ({"API_URL": "http://127.0.0.1:9"}, 200, "Is VYTE['API_URL'] right?"),
    ],
)
def test_a_failure_is_told_with_the_next_step(vyte_sandbox, team, settings, manage, changes, status, advice):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, **changes}
    vyte_sandbox.faults.add(path="^/v2/events", status=status, times=None)
    assert f". {advice}" in manage("vyte_sync").err


def test_an_api_url_that_is_none_is_said_without_a_traceback(team, settings, manage):
    settings.VYTE = {**settings.VYTE, "API_URL": "127.0.0.1:8900"}
    assert "api_url must begin with https://" in manage("vyte_sync").failure


def test_one_group_only(vyte_sandbox, team, manage):
    vyte_sandbox.create_event(title="Ours", group_ids=["project_77"])
    assert "1 event: 1 new" in manage("vyte_sync", "--group", "project_77").out
    assert Event.objects.get().title == "Ours"


@pytest.mark.parametrize("spelling", ["{:%Y-%m-%d}", "{:%Y-%m-%dT%H:%M:%S+00:00}", "{:%Y-%m-%d %H:%M}"])
def test_only_what_changed_since_a_day_or_an_instant(vyte_sandbox, team, manage, spelling):
    midnight = timezone.now().replace(hour=0, minute=0, second=0)
    vyte_sandbox.state.events.clear()
    for title, when in (("Old", midnight - dt.timedelta(days=3)), ("New", timezone.now())):
        vyte_sandbox.load({"title": title, "updatedAt": f"{when:%Y-%m-%dT%H:%M:%SZ}"})
    with timezone.override(dt.UTC):
        said = manage("vyte_sync", "--since", spelling.format(midnight))
    assert said.out == "ACME: 2 events: 1 new, 0 changed, 0 unchanged, 1 older.\n"
    assert Event.objects.get().title == "New"


@pytest.mark.parametrize("nonsense", ["yesterday", "2026-02-30", "2026-13-01T10:00"])
def test_a_since_that_is_no_time_is_refused(team, manage, nonsense):
    said = manage("vyte_sync", "--since", nonsense)
    assert nonsense in said.failure


def test_a_team_that_fails_does_not_stop_the_others(vyte_sandbox, team, manage):
    broken = Team.objects.create(vyte_id="5f198da1c1ac5d1a30fc0000", name="Keyless")
    _, key = vyte_sandbox.add_organization("Third")
    linking.link(key)
    said = manage("vyte_sync")
    assert "ACME: 7 events" in said.out
    assert "Third: 0 events" in said.out
    assert f"{broken}: This team has no active API key" in said.err
    assert said.failure == "1 of 3 teams failed."


def test_one_team_can_be_chosen(vyte_sandbox, team, manage):
    Team.objects.create(vyte_id="5f198da1c1ac5d1a30fc0000", name="Keyless")
    said = manage("vyte_sync", "--team", team.vyte_id)
    assert said.out.startswith("ACME: ")
    assert not said.failure


def test_a_team_that_is_not_linked_is_answered_with_those_that_are(team, manage):
    assert f"{team.vyte_id} (ACME)" in manage("vyte_sync", "--team", "5f0000000000000000000000").failure


def test_without_a_team_it_says_how_to_link_one(db, manage):
    assert "vyte_link_team" in manage("vyte_sync").failure


EMPTY = b"[]"
NO_EVENTS = b'["a", null, 3]'


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'[{"_id": "5f198da1c1ac5d1a30fc0001"', 3, "cut off"),
        (b'{"events": []}', 3, "expected a list, got an object"),
        (b"<html></html>", 3, "a web page"),
        (EMPTY, 4, "Vyte listed no events at all"),
        (NO_EVENTS, 6, "3 of what Vyte listed could not be mirrored"),
    ],
)
def test_a_wrong_list_loses_nothing_and_code_and_message_say_what_it_was(
    vyte_sandbox, team, manage, body, code, message
):
    manage("vyte_sync")
    before = set(Event.objects.values_list("pk", "status", "as_of", "missing_since"))
    vyte_sandbox.faults.add(path="^/v2/events$", status=200, body=body)
    said = manage("vyte_sync")
    assert (said.code, message in said.err) == (code, True)
    assert set(Event.objects.values_list("pk", "status", "as_of", "missing_since")) == before


def test_a_list_that_is_cut_short_for_good_loses_nothing_and_has_a_code_of_its_own(
    vyte_sandbox, team, manage, monkeypatch
):
    vyte_sandbox.fill(150)
    manage("vyte_sync")
    before = set(Event.objects.values_list("pk", "status", "as_of", "missing_since"))
    vyte_sandbox.quirks.list_maximum = 100
    monkeypatch.setattr("django_vyte.sync.listing.partition.BUDGET", 1)
    said = manage("vyte_sync")
    assert said.code == 5
    assert "ACME: warning: Vyte answers with at most 100 events, it seems" in said.err
    assert said.failure == "Events may be missing here: see above."
    team.refresh_from_db()
    assert team.problem.startswith("Events may be missing: Vyte answers with at most 100 events")
    assert set(Event.objects.values_list("pk", "status", "as_of", "missing_since")) == before


def test_a_list_that_is_cut_short_and_could_be_completed_is_a_success(vyte_sandbox, team, manage):
    vyte_sandbox.fill(150)
    vyte_sandbox.quirks.list_maximum = 100
    said = manage("vyte_sync")
    assert (said.code, said.err) == (0, "")
    assert Event.objects.count() == len(vyte_sandbox.state.events)


def test_of_several_teams_the_gravest_trouble_is_the_code(vyte_sandbox, team, manage):
    manage("vyte_sync")
    vyte_sandbox.faults.add(path="^/v2/events$", status=200, body=EMPTY, times=None)
    assert manage("vyte_sync").code == 4
    Team.objects.create(vyte_id="5f198da1c1ac5d1a30fc0000", name="Keyless")
    assert manage("vyte_sync").code == 1


def test_a_dry_run_prints_what_differs_and_writes_nothing(vyte_sandbox, team, manage):
    manage("vyte_sync")
    [changed, gone, *_] = list(vyte_sandbox.state.events)
    vyte_sandbox.update_event(changed, title="Another title")
    vyte_sandbox.delete_event(gone)
    with CaptureQueriesContext(connection) as queries:
        said = manage("vyte_sync", "--dry-run")
    line, example = said.out.splitlines()
    assert line == "ACME: 6 events: 0 new, 1 changed, 5 unchanged. Nothing was written: a dry run."
    assert "Another title" in example
    assert "1 mirrored events were not listed and not checked" in said.err
    assert (writes(queries), said.code) == ([], 0)


def test_it_can_be_quiet(vyte_sandbox, team, manage):
    said = manage("vyte_sync", verbosity=0)
    assert (said.out, said.err, said.failure) == ("", "", "")
    assert Event.objects.exists()


def test_changes_are_dispatched_by_a_worker(vyte_sandbox, team, manage, monkeypatch):
    told: list[int] = []
    monkeypatch.setattr("django_vyte.mirror.writing.announce", lambda model, keys: told.extend(keys))
    manage("vyte_sync")
    assert len(told) == sum(event.changes.count() for event in Event.objects.all()) > 0
