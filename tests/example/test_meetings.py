"""The meetings that the demo begins with lie around today, whatever day that is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from django_vyte.accounts import linking
from django_vyte.models import Event
from django_vyte.sync.team import sync_team
from example_project.demo import meetings

PARIS = ZoneInfo(meetings.ZONE)
DAYS = [dt.date(2027, 1, 1) + dt.timedelta(days=day) for day in range(0, 400, 9)]


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(PARIS)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_they_are_at_office_hours_of_working_days(today):
    timed = [date for meeting in meetings.meetings(today) for date in meeting["dates"] if "T" in date[0]]
    assert len(timed) > 10
    for start, end in ((local(start), local(end)) for start, end in timed):
        assert start.weekday() < 5
        assert dt.time(9) <= start.time() < end.time() <= dt.time(18)


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_some_are_over_some_run_some_come_and_some_are_planned_or_cancelled(vyte_sandbox, db, hour):
    today = dt.datetime.now(PARIS).date()
    meetings.plan(vyte_sandbox.url, today)
    sync_team(linking.link(vyte_sandbox.api_key))
    now = dt.datetime.combine(today, dt.time(hour), PARIS)
    # Those that Vyte's documentation prints are some years old.
    made = Event.objects.filter(vyte_created_at__gt=dt.datetime.now(PARIS) - dt.timedelta(days=1))
    about_projects = made.for_group("project_1", "project_2")
    settled = about_projects.confirmed()
    assert settled.filter(ends_at__lt=now).count() == 3
    assert [event.title for event in settled.filter(starts_at__lte=now, ends_at__gt=now)] == [
        "Sprint on site"
    ]
    assert settled.filter(starts_at__gt=now).count() == 2
    assert about_projects.cancelled().count() == 1
    planned = about_projects.planning()
    assert sorted(tuple(date.yes for date in event.dates) for event in planned) == [(1, 2), (2, 3, 1)]


def test_both_projects_have_several():
    groups = [meeting["group_ids"] for meeting in meetings.meetings(dt.date(2027, 3, 5))]
    assert min(groups.count([group]) for group in ("project_1", "project_2")) >= 3
