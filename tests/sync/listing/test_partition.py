"""A list that Vyte cuts short is partitioned until it is complete, or reported as incomplete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from django_vyte.exceptions import BadRequest, UnexpectedAnswer
from django_vyte.models import Event
from django_vyte.sandbox.api import filters
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sync import listing
from django_vyte.sync.listing import partition, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def capped(vyte_sandbox, team):
    """The local Vyte with 300 events, of which a list has 100 at most."""
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(300)
    vyte_sandbox.quirks.list_maximum = 100
    vyte_sandbox.requests.clear()
    return vyte_sandbox


def listed(team, **options) -> tuple[listing.Listing, list[str]]:
    with team.client() as client:
        found = listing.Listing(client, team, **options)
        return found, [event["_id"] for _, event in found]


def all_titled(sandbox, title: str) -> None:
    for event in sandbox.state.events.values():
        event["title"] = title


def read_otherwise(monkeypatch, change) -> None:
    """Have the local Vyte read a question as ``change`` says: it is given the arguments, tests and limit."""
    read = filters.read
    monkeypatch.setattr(filters, "read", lambda ask: change(ask.request.args, *read(ask)))


def refuse_searches(monkeypatch, status=400) -> None:
    def change(asked, tests, limit):
        if "q" in asked:
            raise Refused(status, "q is not a regular expression")
        return tests, limit

    read_otherwise(monkeypatch, change)


def forbid_searches(monkeypatch) -> None:
    refuse_searches(monkeypatch, status=403)


def call_searches_too_long(monkeypatch) -> None:
    refuse_searches(monkeypatch, status=414)


def search_literally(monkeypatch) -> None:
    as_it_is = SimpleNamespace(
        compile=lambda text, flags: re.compile(re.escape(text)), error=re.error, IGNORECASE=re.IGNORECASE
    )
    monkeypatch.setattr(filters, "re", as_it_is)


def search_nothing(monkeypatch) -> None:
    anything = SimpleNamespace(
        compile=lambda text, flags: re.compile(""), error=re.error, IGNORECASE=re.IGNORECASE
    )
    monkeypatch.setattr(filters, "re", anything)


def test_a_list_that_is_cut_short_is_asked_for_by_title_until_it_is_whole(capped, team):
    found, ids = listed(team)
    assert len(ids) == len(set(ids)) == 300
    assert set(ids) == set(capped.state.events)
    assert (found.is_complete, found.incomplete_reason, found.longest) == (True, "", 100)
    assert found.asked == len(capped.requests) - 1 <= 20


def test_a_list_that_is_whole_after_all_is_proven_so_with_three_questions(capped, team):
    capped.quirks.list_maximum = None
    found, ids = listed(team)
    assert (len(ids), found.asked, found.incomplete_reason) == (300, 3, "")


def test_a_vyte_that_filters_what_it_has_cut_off_proves_nothing(capped, team, monkeypatch):
    def cut_first(events, wanted):
        tests, limit = wanted
        return [event for event in events[:limit] if all(test(event) for test in tests)]

    monkeypatch.setattr(filters, "select", cut_first)
    found, ids = listed(team)
    assert len(ids) < 300
    assert "others may be missing" in found.incomplete_reason


@pytest.mark.parametrize("most", [10, 20, 25, 30, 75, 150, 200])
def test_lists_of_a_round_length_may_be_cut_short(capped, team, most):
    capped.quirks.list_maximum = most
    found, ids = listed(team)
    assert len(ids) > most
    assert len(ids) == 300 or found.incomplete_reason


@pytest.mark.parametrize("count", [0, 7, 99, 101])
def test_a_list_of_any_other_length_is_asked_for_once(vyte_sandbox, team, count):
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(count)
    found, ids = listed(team)
    assert (len(ids), found.asked, found.incomplete_reason) == (count, 0, "")


@pytest.mark.parametrize(("status", "default"), [(400, 50), (413, 33), (422, 25)])
def test_a_vyte_that_refuses_a_large_limit_is_asked_without_one(capped, team, monkeypatch, status, default):
    capped.quirks.list_default = default

    def change(asked, tests, limit):
        if int(asked.get("limit", 0)) > 100:
            raise Refused(status, "limit is 100 at most")
        return tests, limit

    read_otherwise(monkeypatch, change)
    found, ids = listed(team)
    assert set(ids) == set(capped.state.events)
    assert (found.longest, found.incomplete_reason) == (default, "")
    assert ["limit" in request.query for request in capped.requests] == [True] + [False] * (found.asked + 1)


def test_a_refusal_for_another_reason_is_raised(capped, team):
    capped.faults.add(path="^/v2/events$", status=400, times=2)
    with pytest.raises(BadRequest):
        listed(team)


def test_parts_that_are_cut_shorter_than_the_whole_are_not_taken_for_whole(capped, team, monkeypatch):
    read_otherwise(monkeypatch, lambda asked, tests, limit: (tests, 50 if "q" in asked else limit))
    found, ids = listed(team)
    assert set(ids) == set(capped.state.events)
    assert found.is_complete


def test_a_filter_that_vyte_passes_over_is_asked_for_once(capped, team, monkeypatch):
    search_nothing(monkeypatch)
    read_otherwise(monkeypatch, lambda asked, tests, limit: ([], limit))
    found, _ = listed(team)
    assert "others may be missing" in found.incomplete_reason
    names = ["group_ids", "creator_emails", "invitee_emails"]
    times = {name: sum(name in request.query for request in capped.requests) for name in names}
    assert max(times.values()) == 1
    assert found.asked <= 6


def test_one_group_is_partitioned_too(capped, team):
    for number, event in enumerate(capped.state.events.values()):
        event["third_party"]["group_ids"] = ["deal_1" if number < 150 else "deal_2"]
    found, ids = listed(team, filters={"group_ids": ["deal_1"]})
    assert (len(ids), found.is_complete) == (150, True)


def test_where_all_titles_are_the_same_people_and_groups_find_the_rest_and_a_doubt_stays(capped, team):
    all_titled(capped, "Demo")
    found, ids = listed(team)
    assert set(ids) == set(capped.state.events)
    assert not found.is_complete
    assert "others may be missing" in found.incomplete_reason


@pytest.mark.parametrize(
    "search", [refuse_searches, forbid_searches, call_searches_too_long, search_literally, search_nothing]
)
def test_where_titles_cannot_be_searched_the_rest_is_found_in_other_ways(capped, team, monkeypatch, search):
    search(monkeypatch)
    found, ids = listed(team)
    assert set(ids) == set(capped.state.events)
    assert "others may be missing" in found.incomplete_reason
    assert found.asked <= partition.BUDGET


def test_events_of_people_known_from_the_mirror_are_found(capped, team, monkeypatch):
    monkeypatch.setattr(titles, "dividing", lambda *_: None)
    for number, event in enumerate(capped.state.events.values()):
        event["created_by"]["email"] = "left@example.com" if number < 50 else "stays@example.com"
        event["third_party"] = {}
        event["invitees"] = []
    Event.objects.create(
        team=team,
        vyte_id="5f198da1c1ac5d1a30fc0000",
        creator_email="left@example.com",
        as_of="2026-01-01T00:00Z",
    )
    left = {key for key, e in capped.state.events.items() if e["created_by"]["email"] == "left@example.com"}
    assert left <= set(listed(team)[1])


def test_where_titles_do_not_divide_one_run_after_another_asks_other_questions(capped, team, monkeypatch):
    refuse_searches(monkeypatch)
    monkeypatch.setattr(partition, "BUDGET", 4)
    union: set[str] = set()
    for _ in range(200):
        union.update(listed(team)[1])
        if len(union) == 300:
            break
    assert len(union) > 250


def test_no_further_question_is_asked_when_the_time_is_over(capped, team):
    found, ids = listed(team, seconds=-1)
    assert (len(ids), found.asked) == (100, 0)
    assert "others may be missing" in found.incomplete_reason


def test_no_more_is_asked_than_the_budget_and_one_run_after_another_finds_all(capped, team, monkeypatch):
    monkeypatch.setattr(partition, "BUDGET", 4)
    found, ids = listed(team)
    assert len(capped.requests) == 5
    assert "which is the most that are asked in one run" in found.incomplete_reason
    union = set(ids)
    for _ in range(100):
        union.update(listed(team)[1])
        if len(union) == 300:
            break
    assert len(union) == 300


def begun(team) -> tuple[listing.Listing, Iterator[listing.ListedEvent]]:
    """A listing of which the first answer was heard."""
    with team.client() as client:
        found = listing.Listing(client, team)
        heard = iter(found)
        for _ in range(100):
            next(heard)
    return found, heard


def test_a_part_that_fails_leaves_a_doubt_and_the_others_are_asked_for(capped, team):
    found, heard = begun(team)
    capped.faults.add(path="^/v2/events$", status=200, body=b'{"error": "x"}')
    assert len(list(heard)) > 100
    assert "got an object" in found.incomplete_reason


def test_where_vyte_cannot_be_reached_any_more_nothing_further_is_asked(capped, team, settings):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    found, heard = begun(team)
    capped.faults.add(path="^/v2/events$", drop=True, times=None)
    assert list(heard) == []
    assert found.asked == 1
    assert "GET /v2/events" in found.incomplete_reason


def test_a_first_answer_that_cannot_be_used_is_raised(capped, team):
    capped.faults.add(path="^/v2/events$", status=200, body=b"null")
    with pytest.raises(UnexpectedAnswer, match="got null"):
        listed(team)


def test_the_length_of_the_first_answer_is_told_and_that_no_other_is_known(capped, team):
    told: list[int | None] = []
    found, _ = listed(team, counted=told.append)
    assert told == [100] + [None] * found.asked


def test_each_event_comes_with_a_time_before_its_question(capped, team):
    with team.client() as client:
        times = [as_of for as_of, _ in listing.Listing(client, team)]
    assert times == sorted(times)
    assert len(set(times)) > 1


def test_what_is_no_event_is_counted(vyte_sandbox, team):
    vyte_sandbox.faults.add(
        path="^/v2/events$", status=200, body=b'[null, "x", {"title": "No id"}, {"title": "Nor"}]'
    )
    with team.client() as client:
        found = listing.Listing(client, team)
        ids = [event.get("_id") for _, event in found]
    assert (ids, found.unreadable) == ([None, None], 2)
