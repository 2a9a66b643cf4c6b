"""What calendars call time zones."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from tzlocal.windows_tz import win_tz

from django_vyte import payloads
from django_vyte.payloads import zones

SUMMER = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
# One zone for each hour and a half around the globe, in the ways that people and programs write it.
NAMES = [
    ("Europe/Paris", 2), ("europe/paris", 2), ("EUROPE/PARIS", 2), (" Europe/Paris ", 2),
    ("America/New York", -4), ("america/new_york", -4), ("US/Pacific", -7), ("Asia/Calcutta", 5.5),
    ("Romance Standard Time", 2), ("W. Europe Standard Time", 2), ("w. europe standard time", 2),
    ("Romance Daylight Time", 2), ("Central Standard Time (Mexico)", -6), ("Tonga Standard Time", 13),
    ("Line Islands Standard Time", 14), ("UTC-11", -11), ("UTC+12", 12),
    ("GMT+2", 2), ("GMT-3", -3), ("gmt +2", 2), ("UTC+02:00", 2), ("UTC+2", 2), ("+02:00", 2), ("+0200", 2),
    ("-03:30", -3.5), ("−03:30", -3.5), ("+2", 2), ("+05:45", 5.75), ("+14:00", 14),
    ("Etc/GMT-2", 2), ("Etc/GMT+2", -2), ("etc/gmt-2", 2),
    ("UTC", 0), ("utc", 0), ("GMT", 0), ("Z", 0), ("+00:00", 0), ("Etc/UTC", 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "hours"), NAMES)
def test_a_zone_is_found_by_the_name_that_a_calendar_gives_it(name, hours):
    zone = zones.find(name)
    assert zone is not None
    assert SUMMER.astimezone(zone).utcoffset() == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    "name", ["", " ", "Nowhere/At_All", "../Nowhere\x00", "/etc/passwd", "Europe", "+25:00", "GMT+15", "+02:75",
             "02:00", "Customized Time Zone", "GMT+", "\ud800", "x" * 64],
)  # fmt: skip
def test_a_name_that_no_zone_has_finds_none(name):
    assert zones.find(name) is None


def test_every_windows_name_leads_to_a_zone():
    assert {name for name in win_tz if zones.find(name) is None} == set()


def test_old_names_are_found_on_a_system_that_has_none():
    zoneinfo.reset_tzpath(())
    try:
        assert zoneinfo.ZoneInfo.no_cache("US/Pacific").key == "US/Pacific"
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize(
    "zone", ["Romance Standard Time", "W. Europe Standard Time", "GMT+1", "UTC+01:00", "+01:00", "Etc/GMT-1",
             "europe/paris", "Europe/Paris"],
)  # fmt: skip
def test_a_day_that_begins_at_midnight_there_is_that_day(zone):
    midnight = dt.datetime(2026, 1, 6, 23, tzinfo=dt.UTC)
    assert payloads.day(midnight, zone) == dt.date(2026, 1, 7)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Paris", "Paris, UTC+02:00"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires, UTC-03:00"),
        ("America/St_Johns", "St Johns, UTC-02:30"),
        ("Romance Standard Time", "Paris, UTC+02:00"),
        ("Etc/GMT-2", "UTC+02:00"),
        ("GMT+2", "UTC+02:00"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_has_a_name_for_people(name, expected):
    zone = zones.find(name)
    assert zone is not None
    assert zones.label(zone, SUMMER) == expected
