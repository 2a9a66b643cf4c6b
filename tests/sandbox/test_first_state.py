from __future__ import annotations

import time

import pytest

from django_vyte.sandbox import Sandbox
from django_vyte.sandbox.data import FIRST_STATE, published, published_calls, published_events


def test_every_published_event_is_there_in_its_latest_state(sandbox, api):
    titles = {event["title"] for event in api("GET", "/v2/events").json if "title" in event}
    assert {"Meeting for project", "Second created event", "First created event (updated)"} <= titles
    assert len(sandbox.state.events) == len(FIRST_STATE)


@pytest.mark.parametrize("name", sorted(published_events()))
def test_a_published_event_is_retrieved_as_it_is_printed(sandbox, api, name):
    printed = published(f"events/{name}")
    event_id = sandbox.load(printed)["_id"]
    shown = api("GET", f"/v2/events/{event_id}").json
    differing = {key for key in {*printed, *shown} if printed.get(key) != shown.get(key)}
    assert differing <= ({"_id"} - set(printed)) | (
        {"key_store"} if isinstance(printed.get("key_store"), str) else set()
    )


def test_an_event_that_is_printed_without_id_gets_the_same_one_every_time():
    printed = published("events/event-object")
    assert "_id" not in printed
    assert Sandbox().load(printed)["_id"] == Sandbox().load(printed)["_id"]


def test_loading_replaces_the_event_with_that_id_and_fires_nothing(hooked):
    before = len(hooked.state.events)
    hooked.load({**published("events/first-created-event.team"), "title": "Renamed"})
    assert len(hooked.state.events) == before
    assert hooked.state.events["5f0d7eb02003d0971e2a961a"]["title"] == "Renamed"
    assert hooked.outbox == []


def test_loading_takes_what_makes_no_sense(sandbox, api):
    event = sandbox.load({"title": 3, "created_by": "me", "dates": None, "key_store": []})
    assert api("GET", f"/v2/events/{event['_id']}").json["dates"] is None


def test_published_calls_are_as_printed():
    assert "team" in published_calls()["event-cancelled.team"]
    assert "organization" in published_calls()["event-cancelled.organization"]
    assert "_id" not in published_calls()["event-cancelled.team"]["resource"]


def test_each_sandbox_has_its_own_key_unless_one_is_given():
    assert Sandbox().api_key != Sandbox().api_key
    assert Sandbox(api_key="k", team_id="t").state.keys["k"]["organization"] == "t"
    assert "key" not in repr(Sandbox(api_key="very-secret-key")).replace("sandbox", "")


def test_ten_thousand_events_are_made_and_listed_quickly(sandbox, api):
    start = time.perf_counter()
    sandbox.fill(10_000)
    filled = time.perf_counter()
    answer = api("GET", "/v2/events")
    listed = time.perf_counter()
    assert len(answer.json) == 10_000 + len(FIRST_STATE)
    assert (filled - start, listed - filled) < (10, 5)
    statuses = {(event["confirmed"]["flag"], "cancelled" in event) for event in answer.json}
    assert {(True, False), (False, False), (False, True)} <= statuses
