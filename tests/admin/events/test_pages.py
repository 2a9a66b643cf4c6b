"""Confirming, cancelling and refreshing meetings from the admin."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import resolve, reverse

from django_vyte.admin.events import pages
from django_vyte.models import Event, EventChange
from tests.admin.conftest import TUESDAY, act, said

pytestmark = pytest.mark.django_db
LIST = "/admin/django_vyte/event/"


def calls(vyte_sandbox) -> list[str]:
    return [f"{request.method} {request.path.rpartition('/')[2]}" for request in vyte_sandbox.requests]


def hidden_and_checked(form) -> dict[str, object]:
    """What a browser would send for a decision page as it was shown."""
    data: dict[str, object] = {"event": []}
    for decision in form:
        data["event"].append(decision.event.pk)  # type: ignore[attr-defined]
        for field in decision:
            data[field.html_name] = field.value()
    return data


@pytest.fixture
def another(vyte_sandbox, event, settle) -> Event:
    vyte_sandbox.create_event(title="Review", creator="jane@acme.com", dates=[TUESDAY])
    settle()
    vyte_sandbox.requests.clear()
    return Event.objects.get(title="Review")


# Confirm


def test_confirming_asks_vyte_for_the_votes_and_proposes_the_favourite(admin_client, vyte_sandbox, event):
    assert [date.yes for date in event.dates] == [1, 1], "only the organiser's: votes are not announced"
    response = act(admin_client, "event", "confirm", event)
    assert response.url == f"{LIST}confirm/?events={event.pk}"
    page = admin_client.get(response.url)
    (decision,) = page.context["forms"]
    event.refresh_from_db()
    assert decision["date"].value() == event.dates[1].id
    assert decision["place"].value() == event.places[1].id
    assert "Jan. 6, 2027, 10 a.m. – 11 a.m. UTC (3 yes, 0 no)" in page.text
    assert "Office (3 yes, 0 no)" in page.text
    assert page.text.count('type="radio"') == 4
    assert calls(vyte_sandbox) == [f"GET {event.vyte_id}"]


def test_the_choice_is_settled_at_vyte_in_the_mirror_in_the_history_and_in_the_log(
    admin_client, vyte_sandbox, event
):
    event.refresh()
    page = admin_client.get(f"{LIST}confirm/?events={event.pk}")
    data = hidden_and_checked(page.context["forms"])
    data[f"event-{event.pk}-date"] = event.dates[0].id
    response = admin_client.post(f"{LIST}confirm/?events={event.pk}", data)
    assert response.url == reverse("admin:django_vyte_event_change", args=[event.pk])
    assert said(response) == ["Kick-off: confirmed for Jan. 5, 2027, 10 a.m. – 11 a.m. UTC."]
    assert vyte_sandbox.state.events[event.vyte_id]["confirmed"]["date_id"] == event.dates[0].id
    event.refresh_from_db()
    assert (event.status, event.place_name) == ("confirmed", "Office")
    change = event.changes.latest("pk")
    assert (change.kind, change.cause, change.actor.username) == ("confirmed", "action", "admin")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.username) == (str(event.pk), "admin")
    assert entry.change_message.startswith("Confirmed for Jan. 5")


def test_several_meetings_are_decided_on_one_page(admin_client, event, another):
    page = admin_client.get(act(admin_client, "event", "confirm", event, another).url)
    assert "Jan. 5, 2027, 10 a.m. – 11 a.m. UTC (1 yes, 0 no)" in page.text, "no choice, but shown"
    response = admin_client.post(f"{LIST}confirm/", hidden_and_checked(page.context["forms"]))
    assert response.url == LIST
    assert len(said(response)) == 2
    assert set(Event.objects.values_list("status", flat=True)) == {"confirmed"}


def test_a_date_that_is_not_proposed_any_more_is_not_confirmed(admin_client, vyte_sandbox, event):
    data = {
        "event": event.pk,
        f"event-{event.pk}-date": "gone",
        f"event-{event.pk}-place": event.places[0].id,
    }
    page = admin_client.post(f"{LIST}confirm/", data)
    assert page.status_code == 200
    assert "This is no longer proposed. Choose again." in page.text
    assert vyte_sandbox.requests == []


def test_nothing_chosen_is_asked_for(admin_client, vyte_sandbox, event):
    assert "Choose one." in admin_client.post(f"{LIST}confirm/", {"event": event.pk}).text
    assert vyte_sandbox.requests == []


@pytest.mark.parametrize(
    ("status", "verb", "words"),
    [
        ("confirmed", "confirm", "already confirmed."),
        ("cancelled", "confirm", "already cancelled."),
        ("cancelled", "cancel", "already cancelled."),
    ],
)
def test_what_has_happened_already_is_left_as_it_is(status, verb, words, admin_client, vyte_sandbox, event):
    Event.objects.update(status=status)
    page = admin_client.get(f"{LIST}{verb}/?events={event.pk}")
    assert words in page.text
    assert '<button type="submit" class="button' not in page.text
    response = admin_client.post(f"{LIST}{verb}/", {"event": event.pk})
    assert said(response) == [f"Kick-off: {words}"]
    assert vyte_sandbox.requests == []
    assert not LogEntry.objects.exists()


def test_a_meeting_that_vyte_lost_is_left_as_it_is(admin_client, vyte_sandbox, event):
    Event.objects.update(status="cancelled", missing_since=event.as_of)
    response = admin_client.post(f"{LIST}cancel/", {"event": event.pk})
    assert said(response) == ["Kick-off: no longer exists at Vyte."]
    assert vyte_sandbox.requests == []


def test_when_vyte_cannot_be_asked_for_the_votes_the_page_still_comes_and_says_so(
    admin_client, vyte_sandbox, event
):
    vyte_sandbox.faults.add(path=r"^/v2/events", status=403, times=None)
    response = act(admin_client, "event", "confirm", event)
    assert "The votes shown may be out of date." in said(response)
    assert "Kick-off" in admin_client.get(response.url).text


# Cancel


def test_cancelling_asks_first_and_then_does_it(admin_client, vyte_sandbox, event, another):
    response = act(admin_client, "event", "cancel", event, another)
    page = admin_client.get(response.url)
    assert "These 2 meetings will be cancelled" in page.text
    assert vyte_sandbox.requests == []
    response = admin_client.post(f"{LIST}cancel/", {"event": [event.pk, another.pk]})
    assert sorted(said(response)) == ["Kick-off: cancelled.", "Review: cancelled."]
    assert set(Event.objects.values_list("status", flat=True)) == {"cancelled"}
    assert all("cancelled" in vyte_sandbox.state.events[each.vyte_id] for each in (event, another))
    assert set(EventChange.objects.filter(kind="cancelled").values_list("actor__username", flat=True)) == {
        "admin"
    }
    assert LogEntry.objects.count() == 2


# Refresh


def test_refreshing_mirrors_what_is_true_now(admin_client, vyte_sandbox, event):
    vyte_sandbox.confirm(event.vyte_id)
    response = act(admin_client, "event", "refresh", event)
    assert said(response) == ["Kick-off: refreshed: confirmed for Jan. 6, 2027, 10 a.m. – 11 a.m. UTC."]
    event.refresh_from_db()
    assert event.status == "confirmed"
    assert LogEntry.objects.get().change_message.startswith("Refreshed: confirmed for Jan. 6")


def test_the_buttons_of_a_page_lead_to_the_same_actions(admin_client, event):
    page = admin_client.get(reverse("admin:django_vyte_event_change", args=[event.pk])).text
    assert f'<form id="vyte-verbs" method="post" action="{LIST}">' in page
    response = admin_client.post(LIST, {"action": "refresh", "_selected_action": event.pk})
    assert response.url == reverse("admin:django_vyte_event_change", args=[event.pk])


# What goes wrong


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "its dates and places may have changed"),
        (403, "check its rights"),
        (404, "Vyte has no such event any more"),
        (503, "Vyte has a problem of its own"),
    ],
)
def test_a_refusal_is_told_with_the_next_step_and_stops_no_other_meeting(
    status, advice, admin_client, vyte_sandbox, event, another, settings
):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(path=rf"^/v2/events/{event.vyte_id}/cancel", status=status, times=None)
    response = admin_client.post(f"{LIST}cancel/", {"event": [event.pk, another.pk]})
    messages = dict(message.split(": ", 1) for message in said(response))
    assert advice in messages["Kick-off"]
    assert f"answered {status}" in messages["Kick-off"]
    assert messages["Review"] == "cancelled."
    event.refresh_from_db()
    assert event.status == "planning"
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["Review"]


def test_when_vyte_cannot_be_reached_the_others_are_not_tried(
    admin_client, vyte_sandbox, event, another, settings
):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "API_URL": "http://127.0.0.1:9"}
    response = admin_client.post(f"{LIST}cancel/", {"event": [event.pk, another.pk]})
    first, second = said(response)
    assert "Try again when Vyte can be reached." in first
    assert second.endswith(": not tried.")


def test_a_key_that_cannot_be_decrypted_is_told_and_not_a_crash(admin_client, event, settings):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": ["0" * 43 + "="]}
    (message,) = said(admin_client.post(f"{LIST}cancel/", {"event": event.pk}))
    assert "cannot be decrypted" in message
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": []}
    assert "ENCRYPTION_KEYS" in said(act(admin_client, "event", "refresh", event))[-1]


# Which events


def test_all_events_of_a_filtered_list_are_frozen_into_their_keys(admin_client, vyte_sandbox, event, another):
    response = admin_client.post(
        f"{LIST}?q=kick", {"action": "cancel", "_selected_action": event.pk, "select_across": "1", "index": 0}
    )
    assert response.url.startswith(f"{LIST}cancel/?")
    assert f"events={event.pk}" in response.url
    Event.objects.update(title="kick them all")
    page = admin_client.get(response.url)
    assert [each.pk for each, _ in page.context["rows"]] == [event.pk]
    done = admin_client.post(response.url, {"event": event.pk})
    another.refresh_from_db()
    assert another.status == "planning"
    assert done.url.startswith(reverse("admin:django_vyte_event_change", args=[event.pk]))
    assert "q%3Dkick" in done.url, "the way back leads to the list as it was"


def test_too_many_events_at_once_are_refused(admin_client, vyte_sandbox, event, another, monkeypatch):
    monkeypatch.setattr(pages, "BULK_LIMIT", 1)
    for action in ("confirm", "cancel", "refresh"):
        response = act(admin_client, "event", action, event, another)
        assert response.url == LIST
        assert said(response)[-1] == "Nothing was done: choose at most 1 events at once."
    assert vyte_sandbox.requests == []


@pytest.mark.parametrize("given", ["", "x", "-1", "99999999999999999999", "1' OR 1=1", "٣", ",,,", "123456"])
def test_a_wrong_address_asks_about_nothing(given, admin_client, event):
    for verb in ("confirm", "cancel"):
        page = admin_client.get(f"{LIST}{verb}/", {"events": given})
        assert page.status_code == 200
        assert "The chosen meetings no longer exist." in page.text
        assert admin_client.post(f"{LIST}{verb}/", {"event": given}).status_code in (200, 302)
    event.refresh_from_db()
    assert event.status == "planning"


def test_a_form_from_elsewhere_is_refused(vyte_sandbox, event, admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    for address in (f"{LIST}cancel/", f"{LIST}confirm/", "/admin/django_vyte/team/link/"):
        assert client.post(address, {"event": event.pk}).status_code == 403
    assert vyte_sandbox.requests == []


def test_looking_at_a_page_changes_nothing(admin_client, vyte_sandbox, event):
    for verb in ("confirm", "cancel"):
        admin_client.get(f"{LIST}{verb}/?events={event.pk}")
        admin_client.head(f"{LIST}{verb}/?events={event.pk}")
    assert vyte_sandbox.requests == []


@override_settings(ATOMIC_REQUESTS=True)
@pytest.mark.parametrize("name", ["event_changelist", "event_confirm", "event_cancel", "team_link"])
def test_what_speaks_with_vyte_is_not_in_one_transaction_even_with_atomic_requests(name):
    view = resolve(reverse(f"admin:django_vyte_{name}")).func
    assert "default" in view._non_atomic_requests


@pytest.mark.parametrize("verb", ["confirm", "cancel"])
def test_a_person_with_one_permission_has_that_action_only(verb, login, vyte_sandbox, event):
    client = login("view_event", f"{verb}_event")
    other = "cancel" if verb == "confirm" else "confirm"
    actions = [name for name, _ in client.get(LIST).context["action_form"].fields["action"].choices if name]
    assert actions == [verb]
    assert client.get(f"{LIST}{verb}/?events={event.pk}").status_code == 200
    assert client.get(f"{LIST}{other}/?events={event.pk}").status_code == 403
    assert act(client, "event", other, event).status_code == 302
    assert vyte_sandbox.requests == []
    assert User.objects.get(username="staff").has_perm(f"django_vyte.{verb}_event")
