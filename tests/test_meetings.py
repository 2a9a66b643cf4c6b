"""The meetings of many objects, fetched together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.utils import timezone

from django_vyte.models import Event, EventGroup, Team
from django_vyte.models.meetings import Meetings, prefetch_meetings

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = dt.timedelta(hours=1)


@dataclass
class Project:
    """Anything with a group."""

    vyte_group_id: str
    vyte_meetings: Meetings | None = None


@pytest.fixture
def team() -> Team:
    return Team.objects.create(vyte_id="t1", name="ACME")


def add(team: Team, title: str, *groups: str, **fields) -> Event:
    number = Event.objects.count()
    event = Event.objects.create(team=team, vyte_id=f"e{number}", title=title, as_of=NOW, **fields)
    EventGroup.objects.bulk_create(EventGroup(event=event, group_id=group) for group in groups)
    return event


def test_each_object_has_its_next_meeting_and_its_numbers(team):
    add(team, "over", "a", status="confirmed", starts_at=NOW - 2 * HOUR, ends_at=NOW - HOUR)
    add(team, "second", "a", status="confirmed", starts_at=NOW + 2 * HOUR)
    add(team, "first", "a", "b", status="confirmed", starts_at=NOW + HOUR)
    add(team, "off", "a", status="cancelled", starts_at=NOW + HOUR)
    add(team, "plan", "a", "c")
    add(team, "of nobody", "z", status="confirmed", starts_at=NOW + HOUR)
    a, b, c, d = projects = [Project(name) for name in "abcd"]
    prefetch_meetings(projects)
    assert [event.title for event in a.vyte_meetings.events] == ["first", "second", "plan", "off", "over"]
    assert (a.vyte_meetings.next.title, a.vyte_meetings.count, a.vyte_meetings.upcoming_count) == (
        "first",
        5,
        2,
    )
    assert (b.vyte_meetings.next.title, b.vyte_meetings.count) == ("first", 1)
    assert (c.vyte_meetings.next, c.vyte_meetings.count) == (None, 1)
    assert d.vyte_meetings == Meetings()


def test_at_most_as_many_meetings_as_asked_for_are_fetched(team):
    for number in range(5):
        add(team, f"m{number}", "a", status="confirmed", starts_at=NOW + (number + 1) * HOUR)
    project = Project("a")
    prefetch_meetings([project], limit=2)
    assert [event.title for event in project.vyte_meetings.events] == ["m0", "m1"]
    assert project.vyte_meetings.count == 5


def test_a_day_is_next_until_it_is_over_where_it_takes_place(team, time_machine):
    add(
        team,
        "day",
        "a",
        starts_at=dt.datetime(2026, 1, 7, tzinfo=dt.UTC),
        all_day=True,
        timezone="Pacific/Honolulu",
    )
    project = Project("a")
    for hour, upcoming in ((9, 1), (10, 0)):
        time_machine.move_to(dt.datetime(2026, 1, 8, hour, tzinfo=dt.UTC), tick=False)
        prefetch_meetings([project])
        assert project.vyte_meetings.upcoming_count == upcoming


@pytest.mark.parametrize("count", [1, 100])
def test_a_hundred_objects_take_as_many_queries_as_one(team, count, django_assert_num_queries):
    projects = [Project(f"project_{number}") for number in range(count)]
    for project in projects:
        add(team, "m", project.vyte_group_id)
    with django_assert_num_queries(2):
        prefetch_meetings(projects)
    assert all(project.vyte_meetings.count == 1 for project in projects)


def test_no_objects_are_no_error():
    prefetch_meetings([])
