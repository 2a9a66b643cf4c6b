"""The questions that a project asks of its meetings."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_vyte.models import Event, EventGroup, Invitee, Team

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = dt.timedelta(hours=1)


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
