"""Which differences between two states of an event are recorded as a change."""

from __future__ import annotations

import copy
import datetime as dt
from datetime import UTC
from typing import Any

import pytest

from django_vyte import payloads
from django_vyte.mirror import history
from django_vyte.models import Event, EventChange
from django_vyte.sandbox.data import published, published_events
from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world.present import spelt

PLANNED = published("events/first-created-event.created")
CONFIRMED = published("events/first-created-event.confirmed")


def event(data: dict[str, Any]) -> Event:
    return Event(vyte_id="5f0d", **payloads.parse_event({"_id": "5f0d", **data}).columns)


def between(before: dict[str, Any], after: dict[str, Any]) -> EventChange | None:
    return history.between(history.snapshot(event(before)), event(after))


def changed(**fields: Any) -> EventChange:
    change = between(PLANNED, {**PLANNED, **fields})
    assert change is not None
    return change


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (PLANNED, ["created"]),
        (CONFIRMED, ["created", "confirmed"]),
        ({**PLANNED, "cancelled": "2027-01-01T00:00:00Z"}, ["created", "cancelled"]),
        ({**CONFIRMED, "cancelled": "2027-01-01T00:00:00Z"}, ["created", "cancelled"]),
    ],
)
def test_what_an_event_is_when_it_is_first_seen_is_said(data: dict[str, Any], kinds: list[str]) -> None:
    new = event(data)
    changes = history.of_new(new)
    assert [str(change.kind) for change in changes] == kinds
    assert {str(change.changes) for change in changes} == {str({"status": [None, new.status]})}


def test_confirming_says_what_was_settled() -> None:
    change = between(PLANNED, {**CONFIRMED, "title": PLANNED["title"]})
    assert change is not None
    assert change.kind == "confirmed"
    assert change.changes == {
        "status": ["planning", "confirmed"],
        "starts_at": [None, "2020-07-16T07:00:00+00:00"],
        "ends_at": [None, "2020-07-16T08:00:00+00:00"],
        "place_name": ["", "Place for the meeting."],
    }


@pytest.mark.parametrize("before", [PLANNED, CONFIRMED])
def test_cancelling_is_told_as_such(before: dict[str, Any]) -> None:
    change = between(before, {**before, "cancelled": "2027-01-01T00:00:00Z"})
    assert change is not None
    assert change.kind == "cancelled"
    assert change.changes == {"status": [event(before).status, "cancelled"]}


def test_a_confirmed_event_that_moves_is_updated() -> None:
    moved = copy.deepcopy(CONFIRMED)
    moved["confirmed"]["date_id"] = "5f0d7eb02003d04b512a961b"
    change = between(CONFIRMED, moved)
    assert change is not None
    assert change.kind == "updated"
    assert change.changes == {
        "starts_at": ["2020-07-16T07:00:00+00:00", "2020-07-16T13:00:00+00:00"],
        "ends_at": ["2020-07-16T08:00:00+00:00", "2020-07-16T13:00:00+00:00"],
    }


def test_an_event_that_was_cancelled_and_is_on_again_is_confirmed() -> None:
    change = between({**CONFIRMED, "cancelled": "2027-01-01T00:00:00Z"}, CONFIRMED)
    assert change is not None
    assert (change.kind, change.changes) == ("confirmed", {"status": ["cancelled", "confirmed"]})


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"title": "Other"}, {"title": ["First created event", "Other"]}),
        ({"timezone": "Europe/Paris"}, {"timezone": ["", "Europe/Paris"]}),
        ({"lang": "fr"}, {"lang": ["en", "fr"]}),
        ({"vyteme": True}, {"is_booking": [False, True]}),
        ({"invitees": []}, {"invitees": [["creator@example.com"], []]}),
        ({"third_party": {"group_ids": ["g"]}}, {"groups": [[], ["g"]]}),
        ({"third_party": {"app": "a1"}}, {"app": ["", "a1"]}),
        ({"messages": [{"body": "Hello"}]}, {"data": ["messages"]}),
        ({"declines": [{"user": "u1"}]}, {"data": ["declines"]}),
        ({"dates": [], "places": []}, {"data": ["dates", "places"]}),
        ({"something_new": 1}, {"data": ["something_new"]}),
    ],
)
def test_a_change_is_noted(fields: dict[str, Any], changes: dict[str, Any]) -> None:
    change = changed(**fields)
    assert (change.kind, change.changes) == ("updated", changes)


def test_a_vote_is_noted() -> None:
    voted = copy.deepcopy(PLANNED["dates"])
    voted[0]["votes"]["no"].append({"_id": "v1", "created_by": {"user": "u1"}})
    assert changed(dates=voted).changes == {"data": ["dates"]}


@pytest.mark.parametrize("field", ["full_name", "phone"])
def test_another_name_or_number_of_an_invitee_is_noted(field: str) -> None:
    assert changed(invitees=[{**PLANNED["invitees"][0], field: "Other"}]).changes == {"data": ["invitees"]}


def touched(value: Any) -> Any:
    """The same, with Vyte's bookkeeping moved on."""
    if isinstance(value, dict):
        moved = {"updatedAt": "2027-01-01T00:00:00.000Z", "__v": 9}
        return {key: touched(item) for key, item in value.items()} | moved
    return [touched(item) for item in value] if isinstance(value, list) else value


EVENTS = published_events()


@pytest.mark.parametrize("name", EVENTS)
def test_vytes_bookkeeping_is_no_change(name: str) -> None:
    said = EVENTS[name]
    assert between(said, touched(said)) is None
    assert (
        between(said, {**said, "version": 7, "ics_sequence": 7, "email": "x@vyte.in", "alias": "a"}) is None
    )
    assert between(said, {**said, "key_store": "other"}) is None


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(offset_style="+0000"),
        Quirks(offset_style="+01:00", milliseconds=False),
        Quirks(single_as_object=True),
    ],
)
def test_another_spelling_is_no_change(name: str, quirks: Quirks) -> None:
    assert between(EVENTS[name], spelt(EVENTS[name], quirks)) is None


@pytest.mark.parametrize("empty", [None, [], ""])
def test_nothing_is_the_same_as_empty(empty: object) -> None:
    absent = {key: value for key, value in PLANNED.items() if key not in ("messages", "declines", "links")}
    assert between(absent, {**absent, "messages": empty, "declines": empty, "links": empty}) is None


def test_a_time_is_told_in_full() -> None:
    snapshot = history.snapshot(event(CONFIRMED))
    assert snapshot["starts_at"] == dt.datetime(2020, 7, 16, 7, tzinfo=UTC).isoformat()
