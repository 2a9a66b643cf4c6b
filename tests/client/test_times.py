"""Free slots: the one shape of their answers, and their times as datetimes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from django_vyte.client import FreeTime, VyteClient, free_times, next_free_time
from django_vyte.exceptions import UnexpectedAnswer
from django_vyte.sandbox import Sandbox
from tests.client.operations import Recorder

START, END = date(2026, 11, 20), date(2026, 11, 21)


def slot(start: str, end: str = "2026-11-20T23:00:00Z") -> dict[str, Any]:
    return {"start": {"dateTime": start}, "end": {"dateTime": end}, "new": 1}


NINE, TEN = slot("2026-11-20T09:00:00+01:00"), slot("2026-11-20T10:00:00+01:00")
FOLLOWING = {"availableDate": "2026-11-20", "availableSlot": NINE}


def answered(body: Any) -> VyteClient:
    return Recorder(json.dumps(body).encode()).client()


def every_list(body: Any) -> list[Any]:
    return [
        answered(body).slots.list(duration=30, emails=["a@b.c"], start=START, end=END),
        answered(body).v1.slots.list(duration=30, emails=["a@b.c"], start=START, end=END),
    ]


def every_by_day(body: Any) -> list[Any]:
    return [
        answered(body).slots.by_day(duration=30, emails=["a@b.c"], start=START, end=END),
        answered(body).v1.slots.by_day(duration=30, emails=["a@b.c"], start=START, end=END),
    ]


def following(body: Any) -> Any:
    return answered(body).slots.next(duration=30, emails=["a@b.c"])


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (
            {"slots": [NINE, TEN], "timezone": "UTC"},
            {"slots": [NINE, TEN], "nextAvailability": None, "timezone": "UTC"},
        ),
        ({"slots": [], "nextAvailability": FOLLOWING}, {"slots": [], "nextAvailability": FOLLOWING}),
        ({"nextAvailability": FOLLOWING}, {"slots": [], "nextAvailability": FOLLOWING}),
        ({"slots": None, "nextAvailability": None}, {"slots": [], "nextAvailability": None}),
        ({"slots": [], "nextAvailability": {}}, {"slots": [], "nextAvailability": None}),
        ({}, {"slots": [], "nextAvailability": None}),
        (
            {"nextAvailability": {"availableSlot": NINE, "new": 1}},
            {"slots": [], "nextAvailability": {**FOLLOWING, "new": 1}},
        ),
    ],
)
def test_a_list_has_slots_and_when_the_next_is(body: Any, result: Any) -> None:
    assert every_list(body) == [result, result]


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (
            {"days": {"2026-11-20": {"slots": [NINE]}}},
            {"days": {"2026-11-20": {"slots": [NINE]}}, "nextAvailability": None},
        ),
        ({"days": {}, "nextAvailability": FOLLOWING}, {"days": {}, "nextAvailability": FOLLOWING}),
        ({"days": None}, {"days": {}, "nextAvailability": None}),
        ({"new": 1}, {"new": 1, "days": {}, "nextAvailability": None}),
    ],
)
def test_days_are_an_object_and_tell_when_the_next_is(body: Any, result: Any) -> None:
    assert every_by_day(body) == [result, result]


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"slots": [NINE, TEN]}, {"slots": [NINE, TEN], "nextAvailability": FOLLOWING}),
        ({"nextAvailability": FOLLOWING}, {"slots": [NINE], "nextAvailability": FOLLOWING}),
        ({"slots": [], "nextAvailability": FOLLOWING}, {"slots": [NINE], "nextAvailability": FOLLOWING}),
        ({"slots": []}, {"slots": [], "nextAvailability": None}),
        ({}, {"slots": [], "nextAvailability": None}),
    ],
)
def test_the_next_slot_stands_in_both_places_whichever_vyte_chose(body: Any, result: Any) -> None:
    assert following(body) == result


@pytest.mark.parametrize("body", [{"slots": {}}, {"slots": "x"}, {"slots": 1}])
def test_slots_that_are_no_list_are_unexpected(body: Any) -> None:
    for ask in (every_list, following):
        with pytest.raises(UnexpectedAnswer, match="slots"):
            ask(body) if body["slots"] else ask({"slots": {"a": 1}})


@pytest.mark.parametrize("days", [[1], "x", 1])
def test_days_that_are_no_object_are_unexpected(days: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="days"):
        every_by_day({"days": days})


@pytest.mark.parametrize("next_one", [{"start": None}, {"start": {}}, {"end": 1}, "x", 5])
def test_a_next_slot_without_a_start_is_unexpected(next_one: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        following({"slots": [next_one]})
    with pytest.raises(UnexpectedAnswer):
        following({"nextAvailability": {"availableSlot": next_one}})


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T08:00:00Z",
        "2026-11-20T08:00:00.000Z",
        "2026-11-20T09:00:00+01:00",
        "2026-11-20T09:00:00+0100",
        "2026-11-20T09:00:00.000+0100",
        "2026-11-20T09:00+01:00",
    ],
)
def test_times_are_read_however_vyte_spells_them(text: str) -> None:
    [time] = free_times({"slots": [slot(text, text)], "nextAvailability": None})  # type: ignore[list-item]
    eight = datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert time == FreeTime(eight, eight)
    assert time.start.utcoffset() in (timedelta(0), timedelta(hours=1))


def test_times_by_day_come_in_order() -> None:
    days = {"2026-11-20": {"slots": [TEN]}, "2026-11-19": {"slots": [NINE], "new": 1}}
    [answer, _] = every_by_day({"days": days})
    assert [time.start.hour for time in free_times(answer)] == [9, 10]
    assert next_free_time(answer) == free_times(answer)[0]


def test_the_next_free_time_is_the_first_or_the_one_announced_or_none() -> None:
    nine = free_times(every_list({"slots": [NINE]})[0])[0]
    assert next_free_time(every_list({"slots": [NINE, TEN]})[0]) == nine
    assert next_free_time(every_list({"slots": [], "nextAvailability": FOLLOWING})[0]) == nine
    assert next_free_time(every_by_day({"days": {}, "nextAvailability": FOLLOWING})[0]) == nine
    assert next_free_time(following({"nextAvailability": FOLLOWING})) == nine
    assert next_free_time(following({})) is None
    assert free_times(every_by_day({})[0]) == []


@pytest.mark.parametrize(
    "odd",
    [
        slot("2026-11-20T09:00:00"),
        slot("tomorrow"),
        slot("2026-11-20T09:00:00Z", "2026-11-20"),
        {"start": {}},
        {},
        5,
        None,
    ],
)
def test_a_time_that_cannot_be_read_is_unexpected(odd: Any) -> None:
    for answer in every_list({"slots": [NINE, odd]}):
        with pytest.raises(UnexpectedAnswer, match="cannot be read"):
            free_times(answer)


@pytest.mark.parametrize("day", [[NINE], "x", {"slots": 5}])
def test_a_day_that_cannot_be_read_is_unexpected(day: Any) -> None:
    for answer in every_by_day({"days": {"2026-11-20": day}}):
        with pytest.raises(UnexpectedAnswer, match="cannot be read"):
            free_times(answer)


@pytest.mark.parametrize("shape", ["slots", "nextAvailability"])
def test_the_local_vyte_tells_the_next_time_in_either_shape(shape: str) -> None:
    sandbox = Sandbox()
    sandbox.quirks.next_shape = shape
    with sandbox.serve() as server, VyteClient(sandbox.api_key, api_url=server.url) as vyte:
        answer = vyte.slots.next(duration=timedelta(minutes=30), emails=["jean.dupont@example.com"])
        time = next_free_time(answer)
    assert time is not None
    assert time.end - time.start == timedelta(minutes=30)
    assert time.start > datetime.now(UTC)
    assert answer["nextAvailability"] is not None
    assert answer["nextAvailability"]["availableSlot"] == answer["slots"][0]
