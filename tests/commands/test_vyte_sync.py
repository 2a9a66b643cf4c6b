"""``manage.py vyte_sync``, and that it is cheap."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte import linking
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


def test_an_answer_cut_off_in_the_middle_writes_nothing_and_fails(vyte_sandbox, team, manage):
    vyte_sandbox.fill(500)
    vyte_sandbox.faults.add(path="^/v2/events", truncate=200_000, times=None)
    with CaptureQueriesContext(connection) as queries:
        said = manage("vyte_sync")
    assert said.failure
    assert "GET /v2/events" in said.err
    assert writes(queries) == []
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


def test_what_is_odd_is_a_warning(vyte_sandbox, team, manage):
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(100)
    assert "ACME: warning: Vyte listed exactly 100 events" in manage("vyte_sync").err


def test_it_can_be_quiet(vyte_sandbox, team, manage):
    said = manage("vyte_sync", verbosity=0)
    assert (said.out, said.err, said.failure) == ("", "", "")
    assert Event.objects.exists()


def test_receivers_are_told_by_a_worker(vyte_sandbox, team, manage, monkeypatch):
    told: list[int] = []
    monkeypatch.setattr("django_vyte.tasks.tell_soon", told.extend)
    manage("vyte_sync")
    assert len(told) == sum(event.changes.count() for event in Event.objects.all()) > 0
