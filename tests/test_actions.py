"""What people do to an event reaches Vyte, the mirror and the history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model

from django_vyte.exceptions import BadRequest, ServerError
from django_vyte.models import Event

pytestmark = pytest.mark.django_db
TEN, ELEVEN = dt.datetime(2027, 1, 5, 10, tzinfo=dt.UTC), dt.datetime(2027, 1, 5, 11, tzinfo=dt.UTC)


@pytest.fixture
def event(vyte_sandbox, linked_team, settle) -> Event:
    vyte_sandbox.create_event(
        title="Kick-off",
        creator="jane@acme.com",
        dates=[
            ("2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z"),
            ("2027-01-06T10:00:00Z", "2027-01-06T11:00:00Z"),
        ],
        places=["Skype", "Office"],
        invitees=["ann@example.com"],
    )
    settle()
    return Event.objects.get(title="Kick-off")


def history(event: Event) -> list[tuple[str, str]]:
    return [(change.kind, change.cause) for change in event.changes.order_by("pk")]


def test_confirming_settles_the_date_and_place_everywhere(vyte_sandbox, event):
    user = get_user_model().objects.create_user("jane")
    date, place = event.dates[1], event.places[1]
    event.confirm(date_id=date.id, place_id=place.id, by=user)
    assert (event.status, event.starts_at, event.place_name) == ("confirmed", date.start, "Office")
    assert vyte_sandbox.state.events[event.vyte_id]["confirmed"]["date_id"] == date.id
    assert history(event)[-1] == ("confirmed", "action")
    assert event.changes.latest("pk").actor == user


def test_cancelling_shows_whether_or_not_vyte_shows_it(vyte_sandbox, event):
    vyte_sandbox.quirks.show_cancelled = False
    event.confirm()
    event.cancel()
    assert event.status == "cancelled"
    assert history(event)[-2:] == [("confirmed", "action"), ("cancelled", "action")]
    event.refresh()
    assert event.status == "cancelled"
    vyte_sandbox.state.clock.forward(2)
    event.confirm()
    assert event.status == "confirmed", "confirmed again at Vyte, so no longer cancelled"


def test_the_webhook_that_follows_an_action_changes_nothing_more(event, settle):
    event.confirm()
    before = history(event)
    settle()
    assert history(event) == before


def test_people_are_invited_and_taken_off_again(vyte_sandbox, event):
    event.add_invitees(["bob@example.com", {"email": "eve@example.com", "full_name": "Eve"}])
    assert set(event.invitees.values_list("email", flat=True)) >= {"bob@example.com", "eve@example.com"}
    event.remove_invitee(event.invitees.get(email="bob@example.com"))
    assert not event.invitees.filter(email="bob@example.com").exists()


def test_an_invitee_without_an_id_cannot_be_taken_off(event):
    invitee = event.invitees.first()
    invitee.vyte_id = ""
    with pytest.raises(ValueError, match="no id"):
        event.remove_invitee(invitee)


def test_a_meeting_is_rescheduled(event):
    event.reschedule(dates=[(TEN, ELEVEN)], places=["Phone", ("Office", "1 Main Street")])
    assert [(date.start, date.end) for date in event.dates] == [(TEN, ELEVEN)]
    assert [(place.name, place.address) for place in event.places] == [
        ("Phone", ""),
        ("Office", "1 Main Street"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"dates": [(ELEVEN, TEN)]}, {"dates": [(TEN.replace(tzinfo=None), ELEVEN.replace(tzinfo=None))]}],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(vyte_sandbox, event, arguments):
    sent = len(vyte_sandbox.requests)
    with pytest.raises(ValueError, match=r"\w+"):
        event.reschedule(**arguments)
    assert len(vyte_sandbox.requests) == sent


def test_what_vyte_refuses_changes_nothing_here(vyte_sandbox, event, settings):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    before = history(event)
    with pytest.raises(BadRequest):
        event.confirm(date_id="5f0d7eb02003d0174a2a0000")
    vyte_sandbox.faults.add(path=r"^/v2/events", status=503, times=None)
    for verb in (event.confirm, event.cancel, event.refresh):
        with pytest.raises(ServerError):
            verb()
    event.refresh_from_db()
    assert event.status == "planning"
    assert history(event) == before


def test_a_refresh_brings_what_no_webhook_reported(vyte_sandbox, event):
    vyte_sandbox.update_event(event.vyte_id, title="Kick-off, moved")
    event.refresh()
    assert event.title == "Kick-off, moved"
    assert history(event)[-1] == ("updated", "refresh")


def test_a_confirmation_answered_with_half_a_word_is_looked_up(vyte_sandbox, event):
    vyte_sandbox.confirm(event.vyte_id)
    vyte_sandbox.faults.add(path=r"/confirm$", status=200, body=b'{"ok": true}', times=1)
    event.confirm()
    assert event.status == "confirmed"
    assert event.title == "Kick-off"


def test_an_invitee_who_is_gone_already_is_taken_off_here(vyte_sandbox, event):
    invitee = event.invitees.get(email="ann@example.com")
    with event.team.client() as client:
        client.events.delete_invitee(event.vyte_id, invitee.vyte_id)
    event.remove_invitee(invitee)
    assert not event.invitees.filter(email="ann@example.com").exists()
