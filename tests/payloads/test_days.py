"""All-day dates: which days they are, and when these begin and end where the meeting takes place."""

from __future__ import annotations

import datetime as dt

import pytest

from django_vyte import payloads
from django_vyte.payloads import days


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


SEVENTH, NINTH = dt.date(2026, 1, 7), dt.date(2026, 1, 9)
# The 7th to the 9th of January, in every spelling that Vyte's documentation leaves open.
SPELLINGS = [
    ("2026-01-07T00:00:00Z", "2026-01-10T00:00:00Z", "Europe/Paris"),
    ("2026-01-07T00:00:00Z", "2026-01-10T00:00:00Z", "Pacific/Honolulu"),
    ("2026-01-07T00:00:00Z", "2026-01-10T00:00:00Z", "Nowhere/At_All"),
    ("2026-01-06T23:00:00Z", "2026-01-09T23:00:00Z", "Romance Standard Time"),
    ("2026-01-07T00:00:00+01:00", "2026-01-10T00:00:00+01:00", "GMT+1"),
    ("2026-01-07T00:00:00Z", "2026-01-09T23:59:59.999Z", "Europe/Paris"),
    ("2026-01-06T23:00:00Z", "2026-01-09T22:59:59Z", "Europe/Paris"),
    ("2026-01-06T23:00:00Z", "2026-01-09T17:00:00Z", "Europe/Paris"),
    ("2026-01-06T10:00:00Z", "2026-01-09T10:00:00Z", "Pacific/Kiritimati"),
    ("2026-01-07T10:00:00Z", "2026-01-10T10:00:00Z", "Pacific/Honolulu"),
]


@pytest.mark.parametrize(("start", "end", "zone"), SPELLINGS)
def test_an_all_day_date_ends_with_its_last_day(start, end, zone):
    assert days.days(at(start), at(end), zone) == (SEVENTH, NINTH)


@pytest.mark.parametrize(
    "end", [None, "2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z", "2026-01-07T12:00:00Z"]
)
def test_a_single_day_begins_and_ends_with_itself(end):
    assert days.days(at("2026-01-07T00:00:00Z"), end and at(end), "Europe/Paris") == (SEVENTH, SEVENTH)


@pytest.mark.parametrize(
    ("zone", "begins", "over"),
    [
        ("Europe/Paris", "2026-01-06T23:00:00Z", "2026-01-09T23:00:00Z"),
        ("Pacific/Kiritimati", "2026-01-06T10:00:00Z", "2026-01-09T10:00:00Z"),
        ("Pacific/Honolulu", "2026-01-07T10:00:00Z", "2026-01-10T10:00:00Z"),
        ("Nowhere/At_All", "2026-01-07T00:00:00Z", "2026-01-10T00:00:00Z"),
    ],
)
def test_days_begin_and_end_at_midnight_where_the_meeting_takes_place(zone, begins, over):
    span = days.span(at("2026-01-07T00:00:00Z"), at("2026-01-10T00:00:00Z"), zone)
    assert span == (at(begins), at(over))


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Paris", 23),
        ("2026-10-25", "Europe/Paris", 25),
        ("2026-09-06", "America/Santiago", 23),  # midnight does not exist: the day begins at one
        ("2026-04-04", "America/Santiago", 25),
        ("2026-01-07", "Europe/Paris", 24),
    ],
)
def test_a_day_is_as_long_as_it_is_there(day, zone, hours):
    begins, over = days.span(at(f"{day}T00:00:00Z"), None, zone)
    assert over - begins == dt.timedelta(hours=hours)
    assert days.days(begins, over, zone) == (dt.date.fromisoformat(day),) * 2


def test_a_settled_all_day_date_is_mirrored_from_midnight_to_midnight_there():
    option = {"_id": "d", "date": "2026-01-07T00:00:00Z", "end_date": "2026-01-10T00:00:00Z", "all_day": True}
    event = {"_id": "e", "confirmed": {"flag": True}, "dates": [option], "timezone": "Pacific/Honolulu"}
    columns = payloads.parse_event(event).columns
    assert columns["starts_at"] == at("2026-01-07T10:00:00Z")
    assert columns["ends_at"] == at("2026-01-10T10:00:00Z")
