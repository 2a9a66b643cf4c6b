"""The questions that a project asks of its meetings."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from django_vyte.models import Event, EventGroup, Invitee, Team
from django_vyte.models.event import EventQuerySet
from django_vyte.models.timing import TimedQuerySet
from django_vyte.payloads import zones

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def team() -> Team:
    return Team.objects.create(vyte_id="t1", name="ACME")


def event(team: Team, vyte_id: str, **fields) -> Event:
    fields = {"as_of": NOW, "fingerprint": "x", **fields}
    return Event.objects.create(team=team, vyte_id=vyte_id, **fields)


def ids(events) -> list[str]:
    return [each.vyte_id for each in events]


def test_events_are_told_apart_by_status(team):
    for status in Event.Status.values:
        event(team, status, status=status)
    assert ids(Event.objects.confirmed()) == ["confirmed"]
    assert ids(Event.objects.planning()) == ["planning"]
    assert ids(Event.objects.cancelled()) == ["cancelled"]


def test_upcoming_means_not_over_and_not_cancelled_soonest_first(team):
    event(team, "later", status="confirmed", starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR)
    event(team, "running", status="confirmed", starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    event(team, "endless", status="confirmed", starts_at=NOW + HOUR)
    event(team, "over", status="confirmed", starts_at=NOW - 2 * HOUR, ends_at=NOW - HOUR)
    event(team, "off", status="cancelled", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    event(team, "open")
    assert ids(Event.objects.upcoming()) == ["running", "endless", "later"]


ZONES = ["UTC", "Europe/Paris", "Pacific/Kiritimati", "Pacific/Honolulu", "Romance Standard Time", "GMT-5"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("spelt_in_utc", [True, False])
def test_days_are_over_when_they_are_over_where_they_take_place(team, zone, spelt_in_utc, time_machine):
    there = zones.find(zone)
    assert there
    midnights = [dt.datetime(2026, 1, day, tzinfo=there) for day in (7, 10)]
    spelt = [midnight.replace(tzinfo=dt.UTC) for midnight in midnights] if spelt_in_utc else midnights
    event(team, "days", starts_at=spelt[0], ends_at=spelt[1], all_day=True, timezone=zone)
    second = dt.timedelta(seconds=1)
    for moment, found in (
        (midnights[0] - second, True),
        (midnights[1] - second, True),
        (midnights[1], False),
    ):
        time_machine.move_to(moment, tick=False)
        assert Event.objects.upcoming().exists() is found
        assert Event.objects.over().exists() is not found
    assert Event.objects.between(midnights[1] - second, midnights[1]).exists()
    assert not Event.objects.between(midnights[1], midnights[1] + HOUR).exists()


def test_a_single_day_without_an_end_lasts_all_day(team, time_machine):
    event(
        team,
        "day",
        starts_at=dt.datetime(2026, 1, 7, tzinfo=dt.UTC),
        all_day=True,
        timezone="Pacific/Honolulu",
    )
    time_machine.move_to(dt.datetime(2026, 1, 8, 9, 59, tzinfo=dt.UTC))
    assert ids(Event.objects.upcoming()) == ["day"]
    time_machine.move_to(dt.datetime(2026, 1, 8, 10, tzinfo=dt.UTC))
    assert ids(Event.objects.upcoming()) == []


def test_long_meetings_are_upcoming_until_they_end(team):
    event(team, "year", starts_at=NOW - 300 * DAY, ends_at=NOW + DAY)
    event(team, "week", starts_at=NOW - 6 * DAY, ends_at=NOW + DAY)
    event(team, "over", starts_at=NOW - 300 * DAY, ends_at=NOW - HOUR)
    event(team, "night", starts_at=NOW - 23 * HOUR, ends_at=NOW + HOUR)
    event(team, "soon", starts_at=NOW + HOUR)
    assert ids(Event.objects.upcoming()) == ["year", "week", "night", "soon"]
    assert ids(Event.objects.between(NOW - 100 * DAY, NOW - 99 * DAY)) == ["over", "year"]
    assert ids(Event.objects.over()) == ["over"]


def test_days_know_their_first_and_their_last(team):
    midnights = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (7, 10)]
    meeting = event(team, "e1", starts_at=midnights[0], ends_at=midnights[1], all_day=True, timezone="GMT-5")
    assert (meeting.first_day, meeting.last_day) == (dt.date(2026, 1, 7), dt.date(2026, 1, 9))
    assert Event().last_day is None


def test_a_meeting_that_is_moved_lasts_as_long_as_its_new_date(team):
    meeting = event(team, "e1", starts_at=NOW - 6 * DAY, ends_at=NOW + DAY)
    assert meeting.lasts_until == NOW + DAY
    meeting.ends_at = NOW - 6 * DAY + HOUR
    meeting.save()
    meeting.refresh_from_db()
    assert meeting.lasts_until is None


def test_between_finds_what_takes_place_at_least_in_part(team):
    event(team, "before", starts_at=NOW - 2 * HOUR, ends_at=NOW)
    event(team, "across", starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    event(team, "moment", starts_at=NOW, ends_at=NOW)
    event(team, "inside", starts_at=NOW + HOUR / 2)
    event(team, "after", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    assert set(ids(Event.objects.between(NOW, NOW + HOUR))) == {"across", "moment", "inside"}


def test_groups_people_and_organisers_are_found_without_doubles(team):
    meeting = event(team, "e1", creator_email="jane@acme.com")
    event(team, "e2", creator_email="joe@acme.com")
    for group in ("project_1", "project_2"):
        EventGroup.objects.create(event=meeting, group_id=group)
    for number in range(2):
        Invitee.objects.create(event=meeting, vyte_id=str(number), email="ann@example.com")
    assert ids(Event.objects.for_group("project_1", "project_2")) == ["e1"]
    assert ids(Event.objects.with_invitee("Ann@Example.com")) == ["e1"]
    assert ids(Event.objects.created_by("JANE@acme.com")) == ["e1"]
    assert ids(Event.objects.for_group()) == []


def test_questions_chain(team):
    meeting = event(team, "e1", status="confirmed", starts_at=NOW + HOUR, creator_email="jane@acme.com")
    EventGroup.objects.create(event=meeting, group_id="project_1")
    found = Event.objects.confirmed().upcoming().for_group("project_1").created_by("jane@acme.com")
    assert ids(found) == ["e1"]


@pytest.mark.parametrize(
    "fields",
    [
        {"vyte_id": "e1"},
        {"vyte_id": "e2", "status": "maybe"},
        {"vyte_id": "e2", "starts_at": NOW, "ends_at": NOW - HOUR},
    ],
)
def test_the_database_refuses_impossible_events(team, fields):
    event(team, "e1")
    with pytest.raises(IntegrityError), transaction.atomic():
        event(team, **fields)


def test_a_queryset_of_events_has_all_that_django_gives_it(team: Team) -> None:
    """No method of TimedQuerySet and EventQuerySet takes the place of one of Django's, private ones included."""
    own = {
        name for model in (EventQuerySet, TimedQuerySet) for name in vars(model) if not name.startswith("__")
    }
    assert not own & set(dir(QuerySet))
