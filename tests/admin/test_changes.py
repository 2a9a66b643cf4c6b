"""The history of all events in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from django_vyte.models import EventChange

pytestmark = pytest.mark.django_db
LIST = "/admin/django_vyte/eventchange/"


def test_a_change_says_what_why_by_whom_and_which_receivers_were_notified(admin_client, admin_user, event):
    event.confirm(date_id=event.dates[0].id, by=admin_user)
    change = event.changes.latest("pk")
    page = admin_client.get(reverse("admin:django_vyte_eventchange_change", args=[change.pk])).text
    for shown in (
        "Status: planning → confirmed",
        "Starts at: Jan. 5, 2027",
        "a user of this site",
        ">admin<",
    ):
        assert shown in page
    assert reverse("admin:django_vyte_event_change", args=[event.pk]) in page


def test_people_and_groups_that_came_and_went_are_told_apart(admin_client, event):
    changes = {"invitees": [["ann@example.com"], ["bob@example.com"]], "groups": [["a", "b"], ["b", "a"]]}
    changes |= {"data": ["dates", "messages"], "is_booking": [False, True], "starts_at": ["soon", ""]}
    change = EventChange.objects.create(event=event, kind="updated", cause="sync", changes=changes)
    page = admin_client.get(reverse("admin:django_vyte_eventchange_change", args=[change.pk])).text
    for shown in (
        "Invitees: + bob@example.com, − ann@example.com",
        "Groups: another order",
        "Also changed at Vyte: dates, messages",
        "Booking: no → yes",
        "Starts at: soon → (none)",
    ):
        assert shown.lower() in page.lower()


def test_the_list_says_when_receivers_were_notified_or_what_went_wrong(admin_client, event):
    EventChange.objects.create(event=event, kind="updated", cause="sync", error="ValueError: ouch\nand more")
    EventChange.objects.create(event=event, kind="updated", cause="sync")
    page = admin_client.get(LIST, {"told_at__isempty": "1"}).text
    assert "ValueError: ouch…" in page
    assert "not yet" in page
    assert len(admin_client.get(LIST, {"told_at__isempty": "0"}).context["cl"].result_list) == 1


@pytest.mark.parametrize("query", [{"kind__exact": "created"}, {"cause__exact": "webhook"}, {"q": "kick"}])
def test_the_list_is_filtered_and_searched(query, admin_client, event):
    EventChange.objects.create(event=event, kind="updated", cause="sync")
    expected = 2 if "q" in query else 1
    assert len(admin_client.get(LIST, query).context["cl"].result_list) == expected


def test_history_is_append_only(admin_client, event):
    change = event.changes.first()
    for page in ("change", "delete"):
        address = reverse(f"admin:django_vyte_eventchange_{page}", args=[change.pk])
        assert admin_client.post(address, {"kind": "cancelled", "post": "yes"}).status_code == 403
    assert event.changes.get().kind == "created"


def test_notified_receivers_are_lines_and_a_delivery_is_shown_where_there_is_one(admin_client, event):
    told = ["crm.receivers.note", "crm.receivers.mail"]
    change = EventChange.objects.create(event=event, kind="updated", cause="sync", told=told)
    page = admin_client.get(reverse("admin:django_vyte_eventchange_change", args=[change.pk])).text
    assert "<div>crm.receivers.note</div><div>crm.receivers.mail</div>" in page
    assert "Delivery:" not in page
    caused = event.changes.exclude(delivery=None).get()
    page = admin_client.get(reverse("admin:django_vyte_eventchange_change", args=[caused.pk])).text
    assert "Delivery:" in page


def test_whole_days_have_no_hours_in_the_history(admin_client, event):
    days = {"all_day": True, "timezone": "Europe/Paris"}
    type(event).objects.filter(pk=event.pk).update(**days)
    changes = {
        "starts_at": [None, "2026-01-06T23:00:00+00:00"],
        "ends_at": ["2026-01-08T23:00:00+00:00", "2026-01-09T23:00:00+00:00"],
    }
    change = EventChange.objects.create(event=event, kind="updated", cause="sync", changes=changes)
    page = admin_client.get(reverse("admin:django_vyte_eventchange_change", args=[change.pk])).text
    assert "Starts at: Jan. 7, 2026<" in page
    assert "Ends at: Jan. 8, 2026 → Jan. 9, 2026<" in page


def test_times_have_their_zone_in_the_history(admin_client, event):
    changes = {"starts_at": [None, "2026-01-07T09:20:00+00:00"]}
    change = EventChange.objects.create(event=event, kind="updated", cause="sync", changes=changes)
    with timezone.override("America/Sao_Paulo"):
        page = admin_client.get(reverse("admin:django_vyte_eventchange_change", args=[change.pk])).text
    assert "Starts at: Jan. 7, 2026, 6:20 a.m. UTC-03:00" in page
