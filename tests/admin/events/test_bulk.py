"""Acting on several meetings: what happened meanwhile, when to stop, and how it is told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from django_vyte.admin.events.options import date_options, event_time
from django_vyte.models import ApiKey, Event, Team
from tests.admin.conftest import TUESDAY, WEDNESDAY, act, said

pytestmark = pytest.mark.django_db
LIST = "/admin/django_vyte/event/"


def decision(event: Event) -> dict[str, object]:
    """The form of the confirm page with the first of everything chosen."""
    date, place = event.dates[0].id, event.places[0].id
    return {"event": event.pk, f"event-{event.pk}-date": date, f"event-{event.pk}-place": place}


def asked(vyte_sandbox) -> list[str]:
    return [f"{request.method} {request.path.rpartition('/')[2]}" for request in vyte_sandbox.requests]


@pytest.fixture
def meetings(vyte_sandbox, linked_team, settle, settings) -> list[Event]:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    for number in range(7):
        vyte_sandbox.create_event(title=f"Meeting {number}", dates=[TUESDAY])
    settle()
    vyte_sandbox.requests.clear()
    return list(Event.objects.filter(title__startswith="Meeting ").order_by("title"))


# What happened meanwhile


@pytest.mark.parametrize(("verb", "state"), [("confirm", "planning"), ("cancel", "planning")])
def test_a_meeting_that_was_called_off_at_vyte_meanwhile_stays_so(
    verb, state, admin_client, vyte_sandbox, event
):
    vyte_sandbox.cancel(event.vyte_id)
    assert event.status == state
    response = admin_client.post(f"{LIST}{verb}/", decision(event))
    assert said(response) == ["Kick-off: already cancelled."]
    assert asked(vyte_sandbox) == [f"GET {event.vyte_id}"]
    event.refresh_from_db()
    assert event.status == "cancelled"
    assert not LogEntry.objects.exists()


def test_a_meeting_that_was_confirmed_at_vyte_meanwhile_keeps_its_date(admin_client, vyte_sandbox, event):
    vyte_sandbox.confirm(event.vyte_id, date_id=event.dates[1].id)
    response = admin_client.post(f"{LIST}confirm/", decision(event))
    assert said(response) == ["Kick-off: already confirmed."]
    event.refresh_from_db()
    assert event.starts_at == event.dates[1].start


@pytest.mark.parametrize("verb", ["confirm", "cancel"])
def test_a_meeting_that_vyte_lost_meanwhile_is_left(verb, admin_client, vyte_sandbox, event):
    vyte_sandbox.delete_event(event.vyte_id)
    response = admin_client.post(f"{LIST}{verb}/", decision(event))
    assert said(response) == ["Kick-off: no longer exists at Vyte."]


@pytest.mark.parametrize("part", ["date", "place"])
def test_what_is_not_proposed_at_vyte_any_more_is_not_confirmed(part, admin_client, vyte_sandbox, event):
    data = decision(event)
    vyte_sandbox.state.events[event.vyte_id][f"{part}s"].pop(0)
    response = admin_client.post(f"{LIST}confirm/", data)
    assert said(response) == [f"Kick-off: the chosen {part} is no longer proposed. Review it again."]
    event.refresh_from_db()
    assert event.status == "planning"


# When to stop


def test_after_two_errors_of_vytes_own_in_a_row_the_rest_is_not_tried(admin_client, vyte_sandbox, meetings):
    vyte_sandbox.faults.add(path="^/v2/events", status=503, times=None)
    first, second, rest = said(act(admin_client, "event", "refresh", *meetings))
    for message in (first, second):
        assert "answered 503" in message
        assert message.endswith(". Vyte has a problem of its own: try again in some minutes.")
    assert rest == "5 meetings were not tried."
    assert len(vyte_sandbox.requests) == 2


def test_errors_with_a_success_between_them_stop_nothing(admin_client, vyte_sandbox, meetings):
    for meeting in meetings[::2]:
        vyte_sandbox.faults.add(path=f"^/v2/events/{meeting.vyte_id}", status=503, times=None)
    messages = said(act(admin_client, "event", "refresh", *meetings))
    assert sum("answered 503" in message for message in messages) == 4
    assert not any("not tried" in message for message in messages)


def test_once_vyte_refuses_the_key_the_rest_is_not_tried(admin_client, vyte_sandbox, meetings):
    vyte_sandbox.faults.add(path="^/v2/events", status=401, times=None)
    first, rest = said(act(admin_client, "event", "refresh", *meetings))
    assert "answered 401" in first
    assert "link the team again" in first
    assert rest == "6 meetings were not tried."
    assert len(vyte_sandbox.requests) == 1


def test_a_key_that_is_refused_stops_the_events_of_its_own_team_only(admin_client, vyte_sandbox, meetings):
    other = Team.objects.create(vyte_id="t2", name="Other")
    ApiKey.objects.create(team=other, key="wrong", hint="")
    theirs = [
        Event.objects.create(
            team=other, vyte_id=f"e{number}", title="x", as_of=timezone.now(), fingerprint=""
        )
        for number in range(2)
    ]
    messages = said(act(admin_client, "event", "refresh", *theirs, *meetings))
    assert sum("answered 401" in message for message in messages) == 1
    assert [message for message in messages if "not tried" in message] == ["x: not tried."]
    assert "7 meetings refreshed." in messages


# What nobody answered


LOST = {"drop": True, "after_acting": True}
UNSEEN = "It may have been done all the same: do not do it again before you have refreshed the event."


def test_a_confirmation_whose_answer_got_lost_is_told_as_what_it_is(admin_client, vyte_sandbox, event):
    vyte_sandbox.faults.add(path="/confirm$", **LOST)
    (message,) = said(admin_client.post(f"{LIST}confirm/", decision(event)))
    assert message == "Kick-off: confirmed for Jan. 5, 2027, 10 a.m. – 11 a.m. UTC."
    assert LogEntry.objects.count() == 1
    page = admin_client.get(reverse("admin:django_vyte_event_change", args=[event.pk])).text
    assert "Confirm…" not in page
    assert [each for each in asked(vyte_sandbox) if each.startswith("POST")] == ["POST confirm"]


def test_what_nobody_can_know_is_not_called_failed(admin_client, vyte_sandbox, event):
    vyte_sandbox.faults.add(path="/cancel$", drop=True)
    vyte_sandbox.quirks.show_cancelled = False
    response = admin_client.post(f"{LIST}cancel/", {"event": event.pk})
    (message,) = get_messages(response.wsgi_request)
    assert message.level_tag == "warning"
    text = said(response)[0]
    assert text.startswith("Kick-off: not known whether it was done. POST ")
    assert UNSEEN in text
    assert "failed" not in text
    assert "Nothing was changed" not in text
    assert not LogEntry.objects.exists()


def test_what_was_not_done_says_that_nothing_was_changed(admin_client, vyte_sandbox, event):
    vyte_sandbox.faults.add(path="/confirm$", drop=True)
    (message,) = said(admin_client.post(f"{LIST}confirm/", decision(event)))
    assert message.startswith("Kick-off: failed. POST ")
    assert "the connection broke off without an answer" in message
    assert message.endswith("Nothing was changed. Try again when Vyte can be reached.")


def test_a_refresh_changes_nothing_whatever_happens_to_it(admin_client, vyte_sandbox, meetings, settings):
    settings.VYTE = {**settings.VYTE, "TIMEOUT": (5, 0.2)}
    for fault in ({"delay": 0.5}, {"drop": True}, {"truncate": 9}, {"status": 502}):
        vyte_sandbox.faults.add(**fault)
        *_, message = said(act(admin_client, "event", "refresh", meetings[0]))
        assert "Nothing was changed." in message
        assert "may have" not in message


# How it is told


def test_many_successes_are_one_line_and_each_failure_leads_to_its_meeting(
    admin_client, vyte_sandbox, meetings
):
    vyte_sandbox.faults.add(path=f"^/v2/events/{meetings[0].vyte_id}", status=403, times=None)
    response = act(admin_client, "event", "refresh", *meetings)
    summary, failure = (str(message) for message in get_messages(response.wsgi_request))
    assert summary == "6 meetings refreshed."
    address = reverse("admin:django_vyte_event_change", args=[meetings[0].pk])
    assert failure.startswith(f'<a href="{address}">Meeting 0</a>: failed. ')
    assert LogEntry.objects.count() == 6


def test_markup_in_a_title_is_text_in_a_message_too(admin_client, vyte_sandbox, event):
    vyte_sandbox.update_event(event.vyte_id, title="<b>Kick")
    response = act(admin_client, "event", "refresh", event)
    (message,) = (str(message) for message in get_messages(response.wsgi_request))
    assert "&lt;b&gt;Kick</a>: refreshed: still in planning." in message


def test_a_refreshed_meeting_that_is_gone_or_off_is_told_so(admin_client, vyte_sandbox, meetings):
    gone, off = meetings[:2]
    vyte_sandbox.delete_event(gone.vyte_id)
    vyte_sandbox.cancel(off.vyte_id)
    assert said(act(admin_client, "event", "refresh", gone, off)) == [
        "Meeting 1: refreshed: cancelled.",
        "Meeting 0: no longer exists at Vyte.",
    ]
    page = admin_client.get(reverse("admin:django_vyte_event_change", args=[gone.pk])).text
    assert page.index("Missing since") < page.index("Title:")
    other = admin_client.get(reverse("admin:django_vyte_event_change", args=[off.pk])).text
    assert "Missing since" not in other


# The pages that ask


@pytest.mark.parametrize("verb", ["confirm", "cancel"])
def test_the_way_back_leads_to_where_one_came_from(verb, admin_client, event):
    page = admin_client.get(act(admin_client, "event", verb, event).url)
    assert page.context["back"] == LIST
    page = admin_client.get(act(admin_client, "event", verb, event, page="1").url)
    assert page.context["back"] == reverse("admin:django_vyte_event_change", args=[event.pk])
    assert page.context["title"] == f"{verb.capitalize()} meeting"


@pytest.mark.parametrize("verb", ["confirm", "cancel"])
def test_meetings_of_the_same_title_can_be_told_apart(verb, admin_client, login, vyte_sandbox, event):
    vyte_sandbox.update_event(event.vyte_id, title="Same")
    for name in ("Cy", "Di"):
        event.add_invitees([{"email": f"{name}@example.com", "full_name": name}])
    address = f"{LIST}{verb}/?events={event.pk}"
    text = " ".join(admin_client.get(address).text.split())
    people = event.invitees.count()
    first = ", ".join(map(str, event.invitees.all()[:4]))
    assert f"Organised by jane@acme.com (ACME); invited: {first} and {people - 4} more" in text
    other = login("view_event", f"{verb}_event").get(address).text
    assert "Organised by jane@acme.com" in other
    assert "invited:" not in other


def test_dates_in_the_past_are_marked_and_not_the_favourite(admin_client, vyte_sandbox, linked_team, settle):
    past = ("2020-01-05T10:00:00Z", "2020-01-05T11:00:00Z")
    made = vyte_sandbox.create_event(title="Late", dates=[past, WEDNESDAY], invitees=["ann@example.com"])
    vyte_sandbox.vote(made["_id"], "ann@example.com", date_id=made["dates"][0]["_id"])
    settle()
    event = Event.objects.get(title="Late")
    page = admin_client.get(act(admin_client, "event", "confirm", event).url)
    (form,) = page.context["forms"]
    assert form["date"].value() == made["dates"][1]["_id"]
    assert page.text.count("in the past") == 1
    assert "Jan. 5, 2020, 10 a.m. – 11 a.m. UTC (2 yes, 0 no) – in the past" in page.text


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Paris", "", "Nowhere/At_All"])
def test_an_all_day_date_at_midnight_utc_is_that_day_wherever_people_are(zone, team):
    midnight = dt.datetime(2027, 1, 5, tzinfo=dt.UTC)
    event = Event(team=team, starts_at=midnight, all_day=True, timezone=zone)
    with timezone.override("America/Los_Angeles"):
        assert event_time(event) == "Jan. 5, 2027, all day"


def test_an_all_day_date_is_past_once_its_day_is_over():
    today = timezone.localdate()
    days = {
        name: {"date": f"{today + dt.timedelta(days=number)}T00:00:00Z", "all_day": True, "_id": name}
        for name, number in {"yesterday": -1, "today": 0}.items()
    }
    event = Event(data={"dates": [*days.values(), {"date": "someday", "_id": "unreadable"}]})
    assert [(date.id, date.past) for date in date_options(event)] == [
        ("yesterday", True),
        ("today", False),
        ("unreadable", False),
    ]
