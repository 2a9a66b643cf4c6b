"""Times of meetings as people read them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from django_vyte import display
from django_vyte.payloads import zones


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2026-01-02T09:20Z", None, "Europe/Paris", "Jan. 2, 2026, 10:20 a.m. (Paris, UTC+01:00)"),
        (
            "2026-01-02T09:20Z", "2026-01-02T10:00Z", "Romance Standard Time",
            "Jan. 2, 2026, 10:20 a.m. – 11 a.m. (Paris, UTC+01:00)",
        ),
        (
            "2026-01-02T22:30Z", "2026-01-03T00:00Z", "Europe/Paris",
            "Jan. 2, 2026, 11:30 p.m. – Jan. 3, 2026, 1 a.m. (Paris, UTC+01:00)",
        ),
        (
            "2026-03-29T00:30Z", "2026-03-29T01:30Z", "Europe/Paris",
            "March 29, 2026, 1:30 a.m. – 3:30 a.m. (Paris, UTC+01:00 – UTC+02:00)",
        ),
        ("2026-01-02T09:20Z", None, "+05:45", "Jan. 2, 2026, 3:05 p.m. (UTC+05:45)"),
        ("2026-01-02T09:20Z", None, "", "Jan. 2, 2026, 6:20 p.m. (Tokyo, UTC+09:00)"),
        ("2026-01-02T09:20Z", None, "Nowhere", "Jan. 2, 2026, 6:20 p.m. (Tokyo, UTC+09:00)"),
    ],
)  # fmt: skip
def test_a_time_has_its_zone(start, end, zone, expected):
    with timezone.override("Asia/Tokyo"):
        assert str(display.when(at(start), at(end) if end else None, zone=zone)) == expected


def test_a_time_can_be_shown_in_the_zone_of_who_reads_it():
    when = display.when(at("2026-01-02T23:20Z"), zone="Europe/Paris", shown_in=zones.find("Asia/Tokyo"))
    assert str(when) == "Jan. 3, 2026, 8:20 a.m. (Tokyo, UTC+09:00)"
    assert when.start.iso == "2026-01-03T08:20:00+09:00"


@pytest.mark.parametrize(
    ("end", "expected", "iso"),
    [
        (None, "Jan. 7, 2026", None),
        ("2026-01-08T00:00Z", "Jan. 7, 2026", None),
        ("2026-01-10T00:00Z", "Jan. 7, 2026 – Jan. 9, 2026", "2026-01-09"),
    ],
)
def test_days_have_their_end_and_no_hours_in_any_zone(end, expected, iso):
    for shown_in in (None, zones.find("America/Los_Angeles"), zones.find("Asia/Tokyo")):
        start = at("2026-01-07T00:00Z")
        when = display.when(
            start, at(end) if end else None, zone="Europe/Paris", all_day=True, shown_in=shown_in
        )
        assert str(when) == expected
        assert when.start.iso == "2026-01-07"
        assert (when.end.iso if when.end else None) == iso


def test_formats_are_those_of_the_language():
    with translation.override("de"):
        when = display.when(at("2026-01-07T00:00Z"), at("2026-01-10T00:00Z"), zone="", all_day=True)
        assert str(when) == "7. Januar 2026 – 9. Januar 2026"
        assert str(display.when(at("2026-01-02T14:05Z"), zone="UTC")) == "2. Januar 2026 14:05 (UTC)"


@pytest.mark.parametrize(("name", "unknown"), [("", ""), ("GMT+2", ""), ("Customized", "Customized")])
def test_a_zone_that_is_not_known_is_named(name, unknown):
    assert display.unknown_zone(name) == unknown
