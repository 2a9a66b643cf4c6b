"""Patrols compare part of the mirror with Vyte, and repair what a missed webhook left stale."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
import time_machine
from django.utils import timezone

from django_vyte import tasks
from django_vyte.conf import get_settings
from django_vyte.exceptions import VyteError
from django_vyte.jobs import publishing
from django_vyte.models import ApiKey, Event, EventChange, Team
from django_vyte.sync import patrol
from django_vyte.sync.team import sync_team
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db
AHEAD = [("2090-01-07T09:00:00Z", "2090-01-07T10:00:00Z")]
OVER = [("2020-01-07T09:00:00Z", "2020-01-07T10:00:00Z")]


@pytest.fixture
def vyte(vyte_sandbox):
    """A sandbox without meetings, whose webhooks do not arrive."""
    vyte_sandbox.state.events.clear()
    return vyte_sandbox


def meet(vyte, title: str, dates=AHEAD, **fields) -> str:
    """Create a meeting at Vyte; its id."""
    return vyte.create_event(title=title, creator="jane@acme.com", dates=dates, **fields)["_id"]


def asked(vyte) -> list[str]:
    """The ids of single events that were requested, in order; clears the log."""
    paths = [re.fullmatch(r"/v2/events/(\w+)", request.path) for request in vyte.requests]
    vyte.requests.clear()
    return [match[1] for match in paths if match]


def titles() -> set[str]:
    return set(Event.objects.values_list("title", flat=True))


def test_an_upcoming_event_that_no_webhook_reported_is_found_and_dispatched(vyte, team):
    key = meet(vyte, "Kick-off")
    vyte.confirm(key)
    found = patrol.patrol_team(team)
    assert (found.compared, found.mirrored.created, found.problem) == (1, 1, "")
    assert set(EventChange.objects.values_list("kind", "cause")) == {
        ("created", "patrol"),
        ("confirmed", "patrol"),
    }
    assert len(found.mirrored.changes) == 2


def test_what_changed_before_the_team_was_linked_counts_as_synchronised(vyte, team):
    meet(vyte, "Kick-off")
    team.created_at = timezone.now() + dt.timedelta(days=1)
    patrol.patrol_team(team)
    assert EventChange.objects.get().cause == "sync"


def test_an_upcoming_event_that_changed_in_silence_is_repaired(vyte, team):
    key = meet(vyte, "Kick-off")
    sync_team(team)
    vyte.update_event(key, title="Kick-off, second try")
    patrol.patrol_team(team)
    assert titles() == {"Kick-off, second try"}
    assert EventChange.objects.filter(cause="patrol").get().changes == {
        "title": ["Kick-off", "Kick-off, second try"]
    }


def test_an_upcoming_event_that_is_not_listed_any_more_is_asked_for(vyte, team):
    cancelled, gone = meet(vyte, "Cancelled"), meet(vyte, "Gone")
    for key in (cancelled, gone):
        vyte.confirm(key)
    sync_team(team)
    vyte.cancel(cancelled)
    vyte.delete_event(gone)
    patrol.patrol_team(team)
    assert set(Event.objects.values_list("status", flat=True)) == {"cancelled"}
    assert Event.objects.get(vyte_id=gone).missing_since


def test_upcoming_events_that_vyte_does_not_list_at_once_are_asked_for_in_parts(vyte, team):
    vyte.fill(300)
    with team.client() as client:
        upcoming = {event["_id"] for event in client.events.list(filter="upcoming", limit=1000)}
    vyte.quirks.list_maximum = 100
    vyte.requests.clear()
    patrol.patrol_team(team)
    mirrored = set(Event.objects.values_list("vyte_id", flat=True))
    assert len(upcoming) > 150
    assert upcoming <= mirrored
    lists = [request for request in vyte.requests if request.path == "/v2/events"]
    assert len(lists) <= 1 + patrol.MAX_LIST_REQUESTS


def test_a_vyte_that_refuses_large_limits_is_compared_with_all_the_same(vyte, team):
    meet(vyte, "Kick-off")
    vyte.faults.add(path="^/v2/events$", status=400)
    assert patrol.patrol_team(team).problem == ""
    assert titles() == {"Kick-off"}


def test_an_empty_or_a_broken_list_empties_nothing(vyte, team):
    for number in range(3):
        vyte.confirm(meet(vyte, f"Meeting {number}"))
    sync_team(team)
    before = set(Event.objects.values_list("vyte_id", "status"))
    vyte.faults.add(path="^/v2/events$", status=200, body=b"[]")
    assert patrol.patrol_team(team).problem == ""
    vyte.faults.add(path="^/v2/events$", truncate=500)
    found = patrol.patrol_team(team)
    assert "GET /v2/events" in found.problem
    assert found.compared == 3
    assert set(Event.objects.values_list("vyte_id", "status")) == before


def test_the_others_are_compared_in_order_and_again_from_the_first(vyte, team, monkeypatch):
    monkeypatch.setattr(patrol, "MAX_REQUESTS", 2)
    keys = [meet(vyte, f"Meeting {number}", OVER) for number in range(5)]
    sync_team(team)
    order = list(Event.objects.order_by("pk").values_list("vyte_id", flat=True))
    vyte.requests.clear()
    compared = []
    for _ in range(5):
        patrol.patrol_team(team)
        compared += asked(vyte)
    assert compared == order * 2
    vyte.update_event(keys[3], title="Renamed")
    for _ in range(3):
        patrol.patrol_team(team)
    assert "Renamed" in titles()


def test_what_was_listed_is_not_asked_for_as_well(vyte, team):
    meet(vyte, "Ahead")
    over = meet(vyte, "Over", OVER)
    sync_team(team)
    vyte.requests.clear()
    patrol.patrol_team(team)
    assert asked(vyte) == [over]


def test_a_list_that_is_cut_leaves_requests_to_the_others(vyte, team, monkeypatch):
    monkeypatch.setattr(patrol, "MAX_REQUESTS", 4)
    for number in range(6):
        vyte.confirm(meet(vyte, f"Ahead {number}"))
        meet(vyte, f"Over {number}", OVER)
    sync_team(team)
    vyte.requests.clear()
    vyte.quirks.list_maximum = 1
    patrol.patrol_team(team)
    found = [Event.objects.get(vyte_id=key).title.split()[0] for key in asked(vyte)]
    assert len(found) == 4
    assert found[1] == found[3] == "Ahead"


def test_an_event_that_fails_does_not_stop_the_others(vyte, team):
    keys = [meet(vyte, f"Meeting {number}", OVER) for number in range(3)]
    sync_team(team)
    vyte.update_event(keys[2], title="Renamed")
    vyte.faults.add(path=keys[0], status=400)
    vyte.faults.add(path=keys[1], status=400)
    found = patrol.patrol_team(team)
    assert "answered 400" in found.problem
    assert "1 more like this" in found.problem
    assert "Renamed" in titles()


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_does_not_stop_the_other_events(vyte, team):
    meet(vyte, "Ahead")
    keys = [meet(vyte, f"Meeting {number}", OVER) for number in range(2)]
    sync_team(team)
    for key in keys:
        vyte.update_event(key, title="Renamed")
    with lost_connection(at="fingerprint"):
        found = patrol.patrol_team(team)
    assert found.problem == "Upcoming events: OperationalError"
    assert titles() == {"Ahead", "Renamed"}


def test_an_event_that_is_always_refused_does_not_stop_the_others(vyte, team):
    keys = [meet(vyte, f"Meeting {number}", OVER) for number in range(4)]
    sync_team(team)
    vyte.faults.add(path=f"^/v2/events/{keys[1]}", status=401, times=None)
    vyte.update_event(keys[3], title="Renamed")
    patrol.patrol_team(team)
    assert "Renamed" not in titles()
    patrol.patrol_team(team)
    assert "Renamed" in titles()


def test_where_vyte_is_slow_upcoming_events_and_others_alternate(vyte, team, monkeypatch):
    for number in range(4):
        vyte.confirm(meet(vyte, f"Ahead {number}"))
        meet(vyte, f"Over {number}", OVER)
    sync_team(team)
    clock = iter(range(0, 1000, 8))
    monkeypatch.setattr(patrol, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    vyte.quirks.list_maximum = 1
    vyte.requests.clear()
    patrol.patrol_team(team)
    found = [Event.objects.get(vyte_id=key).title.split()[0] for key in asked(vyte)]
    assert len(found) == 3
    assert found[1] == "Ahead"
    assert team.patrolled_to


def test_nobody_is_asked_further_once_vyte_refuses_the_key(vyte, team):
    for number in range(3):
        meet(vyte, f"Meeting {number}", OVER)
    sync_team(team)
    vyte.requests.clear()
    vyte.faults.add(path="^/v2/events/", status=401, times=None)
    assert "answered 401" in patrol.patrol_team(team).problem
    assert len(asked(vyte)) == 1
    assert team.patrolled_to == Event.objects.order_by("pk").values_list("pk", flat=True)[0]
    vyte.faults.add(path="^/v2/events$", status=401)
    patrol.patrol_team(team)
    assert asked(vyte) == []


@pytest.mark.parametrize("fault", [{"drop": True}, {"delay": 0.5}], ids=["no connection", "a time-out"])
@pytest.mark.parametrize("path", ["^/v2/events$", "^/v2/events/"])
def test_what_is_not_answered_keeps_no_other_event_from_its_turn(vyte, team, settings, fault, path):
    for number in range(3):
        meet(vyte, f"Meeting {number}", OVER)
    sync_team(team)
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "TIMEOUT": 0.2, "CIRCUIT_FAILURES": 0}
    vyte.faults.add(path=path, times=1, **fault)
    found = patrol.patrol_team(team)
    assert len(found.failures) == 1
    assert found.compared == (3 if path.endswith("$") else 2)
    assert team.patrolled_to == Event.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_it_ends_when_its_time_is_up_and_goes_on_from_there(vyte, team, monkeypatch):
    for number in range(3):
        meet(vyte, f"Meeting {number}", OVER)
    sync_team(team)
    vyte.requests.clear()
    monkeypatch.setattr(patrol, "TIME_LIMIT", -1)
    patrol.patrol_team(team)
    assert asked(vyte) == []
    assert team.patrolled_to == 0


def test_unchanged_events_are_not_written(vyte, team, django_assert_num_queries):
    for number in range(20):
        meet(vyte, f"Ahead {number}")
        meet(vyte, f"Over {number}", OVER)
    sync_team(team)
    # The key; all that was listed; what is upcoming; which others come next; one query for each.
    with django_assert_num_queries(1 + 1 + 1 + 2 + 20) as queries:
        assert patrol.patrol_team(team).mirrored.unchanged == 40
    assert not [query["sql"] for query in queries.captured_queries if not query["sql"].startswith("SELECT")]


# One at a time


def test_a_team_is_patrolled_by_one_worker_at_a_time(team):
    with patrol.claimed(team.pk) as first, patrol.claimed(team.pk) as second:
        assert first == team
        assert second is None


def test_messages_that_piled_up_lead_to_one_patrol(team):
    with patrol.claimed(team.pk) as first:
        assert first
    with patrol.claimed(team.pk) as again:
        assert again is None
    with time_machine.travel(timezone.now() + patrol.MIN_INTERVAL), patrol.claimed(team.pk) as later:
        assert later == team


def test_the_place_is_kept_whatever_happens(team):
    def break_off():
        with patrol.claimed(team.pk) as claimed:
            claimed.patrolled_to = 7
            raise VyteError("down")

    with pytest.raises(VyteError):
        break_off()
    team.refresh_from_db()
    assert (team.patrolled_to, team.patrol_until) == (7, None)
    assert team.patrolled_at is not None


def test_what_a_dead_worker_left_is_taken_up_once_its_lease_is_over(team):
    patrol.claimed(team.pk).__enter__()
    with patrol.claimed(team.pk) as too_early:
        assert too_early is None
    lease = dt.timedelta(seconds=2 * get_settings().LIST_DEADLINE + get_settings().LEASE_SECONDS)
    with time_machine.travel(timezone.now() + lease), patrol.claimed(team.pk) as in_time:
        assert in_time == team


def test_a_worker_whose_lease_is_over_moves_nothing(team):
    with patrol.claimed(team.pk) as claimed:
        assert claimed
        claimed.patrolled_to = 7
        Team.objects.update(patrol_until=timezone.now() + dt.timedelta(seconds=5))
    team.refresh_from_db()
    assert team.patrolled_to == 0


@pytest.mark.parametrize("held", ["patrol_until", "patrolled_at"])
def test_a_clock_that_is_put_back_holds_nothing_up(team, held):
    Team.objects.update(**{held: timezone.now() + dt.timedelta(hours=1)})
    with patrol.claimed(team.pk) as claimed:
        assert claimed == team


def test_a_team_that_is_gone_is_left_alone(db):
    with patrol.claimed(4711) as claimed:
        assert claimed is None


def test_the_team_that_was_left_alone_longest_comes_first(team):
    now = timezone.now()
    for number, hours in enumerate([1, 3, 2]):
        each = Team.objects.create(
            vyte_id=f"t{number}", name=str(hours), patrolled_at=now - dt.timedelta(hours=hours)
        )
        ApiKey.objects.create(team=each, key="k", hint="k")
    Team.objects.create(vyte_id="unlinked", name="unlinked")
    names = dict(Team.objects.values_list("pk", "name"))
    assert [names[pk] for pk in patrol.due_teams()] == ["ACME", "3", "2", "1"]
    ApiKey.objects.filter(team=team).update(status="revoked")
    assert team.pk not in patrol.due_teams()


def test_a_team_that_is_not_due_is_not_patrolled(team):
    with patrol.claimed(team.pk):
        assert patrol.due_teams() == []
    assert patrol.due_teams() == []
    with time_machine.travel(timezone.now() + patrol.MIN_INTERVAL):
        assert patrol.due_teams() == [team.pk]


# As tasks


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, tuple[object, ...]]]:
    """What would have gone to the broker, instead of going there."""
    messages: list[tuple[str, tuple[object, ...]]] = []

    def enqueue(task, *args, **options):
        messages.append((task, args))

    monkeypatch.setattr(tasks, "enqueue", enqueue)
    monkeypatch.setattr("django_vyte.outbox.enqueue", enqueue)
    return messages


def test_a_patrol_that_no_worker_had_time_for_is_not_made_up_for(
    team, monkeypatch, django_capture_on_commit_callbacks
):
    messages = []
    monkeypatch.setattr(publishing.publisher, "send", lambda message, at_once: messages.append(message))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.patrol_teams()
    assert [message.expires for message in messages] == [15 * 60]


def test_each_team_is_patrolled_by_a_task_of_its_own(team, sent):
    tasks.patrol_teams()
    assert sent == [("django_vyte.patrol_team", (team.pk,))]


def test_a_patrol_dispatches_what_was_missed(vyte, team, sent):
    meet(vyte, "Kick-off")
    tasks.patrol_team(team.pk)
    assert sent == [("django_vyte.tell", ("django_vyte.eventchange", [EventChange.objects.get().pk]))]
    sent.clear()
    tasks.patrol_team(team.pk)
    assert sent == []


def test_a_patrol_puts_back_webhooks_and_catches_up_on_what_they_missed(vyte, linked_team, sent, caplog):
    with linked_team.client() as client:
        client.hooks.delete(linked_team.webhooks.get(action="event.confirmed").vyte_id)
    tasks.patrol_team(linked_team.pk)
    assert len(vyte.state.hooks) == 5
    assert ("django_vyte.sync_team", (linked_team.pk,)) in sent
    assert "registered again: event.confirmed" in caplog.text
    linked_team.refresh_from_db()
    assert linked_team.webhooks_restored_at is not None
    assert linked_team.problem == ""


def test_a_team_without_webhooks_gets_none(vyte, team, sent):
    tasks.patrol_team(team.pk)
    assert vyte.state.hooks == {}
    assert sent == []


def test_what_goes_wrong_with_a_patrol_stands_with_the_team_until_it_works(vyte, linked_team, sent):
    vyte.stop_api()
    tasks.patrol_team(linked_team.pk)
    linked_team.refresh_from_db()
    lines = linked_team.problem.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "Registering webhooks failed",
        "Comparing with Vyte failed",
    ]
    vyte.start_api()
    with time_machine.travel(timezone.now() + patrol.MIN_INTERVAL, tick=True):
        tasks.patrol_team(linked_team.pk)
    linked_team.refresh_from_db()
    assert linked_team.problem == ""


def test_webhooks_that_cannot_be_put_back_keep_no_event_from_being_compared(vyte, linked_team, sent):
    vyte.faults.add(path="^/hooks", status=403, times=None)
    meet(vyte, "Kick-off")
    tasks.patrol_team(linked_team.pk)
    assert titles() == {"Kick-off"}


def test_a_team_that_somebody_else_patrols_is_left_to_them(vyte, team, sent):
    with patrol.claimed(team.pk):
        vyte.requests.clear()
        tasks.patrol_team(team.pk)
    assert vyte.requests == []
