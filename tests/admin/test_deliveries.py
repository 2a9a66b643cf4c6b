"""The inbox in the admin: lists, pages, replay."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from django_vyte.admin import deliveries as module
from django_vyte.models import Delivery
from tests.admin.conftest import act, said

pytestmark = pytest.mark.django_db
LIST = "/admin/django_vyte/delivery/"


def make(team, number: int, **fields) -> Delivery:
    defaults = {"subject": f"event:{number:024}", "body": "[]", "status": "done", "next_attempt_at": None}
    return Delivery.objects.create(
        source="vyte", account=str(team.pk) if team else "0", **{**defaults, **fields}
    )


def test_the_list_costs_the_same_number_of_queries_for_5_and_50_calls_and_loads_no_bodies(
    admin_client, team, django_assert_num_queries
):
    for number in range(5):
        make(team, number)
    admin_client.get(LIST)
    # One of them looks up the titles of the page, and one for each source has the accounts to choose from.
    with django_assert_num_queries(9) as few:
        admin_client.get(LIST)
    assert not any('"body"' in query["sql"] for query in few)
    for number in range(5, 50):
        make(team, number)
    with django_assert_num_queries(len(few)):
        admin_client.get(LIST)


def test_the_list_shows_where_calls_stand_and_the_beginning_of_an_error(admin_client, team):
    make(team, 1, status="failed", error="ServerError: the first line\nand " + "much more " * 50)
    page = admin_client.get(LIST, {"status__exact": "failed", "q": "event:"}).text
    assert '<span class="vyte-badge vyte-badge-failed">failed</span>' in page
    assert "ServerError: the first line…" in page
    assert "much more" not in page


def test_a_call_leads_to_its_event_and_to_the_history_it_caused(admin_client, event):
    change = event.changes.first()
    page = admin_client.get(reverse("admin:django_vyte_delivery_change", args=[change.delivery_id])).text
    assert reverse("admin:django_vyte_event_change", args=[event.pk]) in page
    assert reverse("admin:django_vyte_eventchange_change", args=[change.pk]) in page
    assert "&quot;action&quot;: &quot;event.created&quot;" in page
    assert "key_store" not in page


def test_a_call_about_a_user_leads_to_the_member(admin_client, everything):
    call = Delivery.objects.get(subject=f"user:{everything.member.vyte_id}")
    page = admin_client.get(reverse("admin:django_vyte_delivery_change", args=[call.pk])).text
    assert reverse("admin:django_vyte_member_change", args=[everything.member.pk]) in page


@pytest.mark.parametrize("subject", ["", "team", "event:gone", "user:", "other:1"])
def test_a_call_about_nothing_that_is_mirrored_has_a_page_too(subject, admin_client, team):
    call = make(team, 1, subject=subject, body="[{<script>")
    page = admin_client.get(reverse("admin:django_vyte_delivery_change", args=[call.pk]))
    assert "(not mirrored)" in page.text
    assert "[{&lt;script&gt;" in page.text


def test_replaying_opens_calls_again_asks_a_worker_and_is_logged(admin_client, team, enqueued):
    first = make(team, 1, status="failed", error="lost", attempts=30)
    second = make(team, 2, status="done")
    response = act(admin_client, "delivery", "replay", first, second)
    assert said(response)[0].startswith("2 deliveries are queued for processing again")
    assert enqueued == [("process", [first.pk, second.pk])]
    first.refresh_from_db()
    assert (first.status, first.attempts, first.error) == ("received", 0, "")
    assert {entry.change_message for entry in LogEntry.objects.all()} == {"Replayed."}
    assert LogEntry.objects.count() == 2


def test_replaying_really_processes_a_call_again(admin_client, vyte_sandbox, event, settle):
    call = event.changes.first().delivery
    vyte_sandbox.confirm(event.vyte_id)
    vyte_sandbox.outbox.clear()
    response = act(admin_client, "delivery", "replay", call)
    assert response.url == reverse("admin:django_vyte_delivery_change", args=[call.pk])
    settle()
    event.refresh_from_db()
    assert event.status == "confirmed"


def test_a_call_whose_body_was_pruned_has_no_button_to_replay_it(admin_client, team):
    pruned, kept = make(team, 1, body=""), make(team, 2)
    pages = [admin_client.get(f"{LIST}{call.pk}/change/").text for call in (pruned, kept)]
    assert ["Replay" in page for page in pages] == [False, True]


def test_a_call_that_is_being_worked_on_is_left_alone(admin_client, team, enqueued):
    call = make(team, 1, status="working", next_attempt_at=timezone.now(), lease="x")
    response = act(admin_client, "delivery", "replay", call)
    assert said(response) == ["1 delivery was skipped: it is being processed, or its body was pruned."]
    assert enqueued == []


def test_too_many_calls_at_once_are_refused(admin_client, team, enqueued, monkeypatch):
    monkeypatch.setattr(module, "REPLAY_LIMIT", 1)
    response = act(admin_client, "delivery", "replay", make(team, 1), make(team, 2))
    assert "vyte_inbox replay" in said(response)[0]
    assert enqueued == []


def test_the_list_names_what_a_call_is_about(admin_client, everything):
    make(everything.team, 1, subject=f"event:{everything.event.vyte_id}")
    make(everything.team, 2, subject=f"user:{everything.member.vyte_id}")
    make(everything.team, 3, subject=f"user:{everything.event.vyte_id}")
    make(None, 4, subject=f"event:{everything.event.vyte_id}")
    make(everything.team, 5, subject="")
    rows = admin_client.get(LIST).text.split('class="field-named">')[1:6]
    assert [row.partition("</td>")[0] for row in rows] == [
        "(no single subject)",
        f"event:<wbr>{everything.event.vyte_id}<wbr>",
        f"user:<wbr>{everything.event.vyte_id}<wbr>",
        "Ann",
        "Kick-off",
    ]


def test_an_error_is_shown_with_its_remedy(admin_client, team):
    error = "VyteError: " + "what happened " * 10 + "and what to do."
    make(team, 1, status="failed", error=error)
    assert error in admin_client.get(LIST).text
