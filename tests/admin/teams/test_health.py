"""What is wrong with a team is said on the front page, in the team list and on the team's page, with a button."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.models import ApiKey, Delivery, EventChange, Team, Webhook
from tests.admin.conftest import act, said

pytestmark = pytest.mark.django_db
FRONT = ["/admin/", "/admin/django_vyte/"]


@pytest.fixture
def healthy(linked_team) -> Team:
    Team.objects.update(patrolled_at=timezone.now())
    return linked_team


def revoke(team: Team) -> None:
    ApiKey.objects.update(status="revoked")


def refuse(team: Team) -> None:
    Team.objects.update(problem="The API key is refused by Vyte: GET /v2/events answered 401.")


def forget_webhooks(team: Team) -> None:
    Webhook.objects.update(vyte_id="")


def fail_to_sync(team: Team) -> None:
    Team.objects.update(problem="Synchronising failed: GET /v2/events answered 500")


LINK, REGISTER, SYNC = "Link again", "Register webhooks", "Synchronise now"
CASES = [
    (revoke, "It has no active API key. It was revoked here", LINK),
    (refuse, "The API key is refused by Vyte: GET /v2/events answered 401.", LINK),
    (forget_webhooks, "Webhooks are registered for 0 of 5 actions.", REGISTER),
    (fail_to_sync, "Synchronising failed: GET /v2/events answered 500", SYNC),
]


@pytest.mark.parametrize(("happen", "words", "button"), CASES)
def test_it_is_said_everywhere_with_its_remedy(happen, words, button, admin_client, healthy):
    pages = [*FRONT, f"/admin/django_vyte/team/{healthy.pk}/change/"]
    for address in pages:
        assert "vyte-notices" not in admin_client.get(address).text
    happen(healthy)
    for address in pages:
        page = admin_client.get(address).text
        notice = page[page.index("vyte-notices") :].partition("</li>")[0]
        assert words in notice
        assert f">{button}<" in notice
    listed = admin_client.get("/admin/django_vyte/team/").text
    assert words in listed
    assert ("vyte-again" in listed) == (button == LINK)


@pytest.mark.parametrize(("happen", "words", "button"), CASES)
def test_a_button_is_for_those_who_may(happen, words, button, login, healthy):
    happen(healthy)
    client = login("view_team")
    for address in (*FRONT, f"/admin/django_vyte/team/{healthy.pk}/change/", "/admin/django_vyte/team/"):
        page = client.get(address).text
        assert words in page
        assert 'name="action" value="' not in page.partition("vyte-notices")[2].partition("</ul>")[0]
        assert "?team=" not in page


def test_no_request_is_sent_to_show_it(admin_client, healthy, vyte_sandbox):
    refuse(healthy)
    for address in (*FRONT, "/admin/django_vyte/team/", f"/admin/django_vyte/team/{healthy.pk}/change/"):
        admin_client.get(address)
    assert vyte_sandbox.requests == []


def test_people_who_may_not_view_teams_see_nothing_and_pay_nothing(login, healthy):
    revoke(healthy)
    client = login("view_event")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/admin/")
    assert "vyte-notices" not in page.text
    assert not [query["sql"] for query in queries if "django_vyte_" in query["sql"]]


def test_the_front_page_costs_the_same_for_any_number_of_teams(admin_client, healthy):
    revoke(healthy)
    counts = []
    for number in (1, 30):
        for each in range(number):
            Team.objects.create(vyte_id=f"{number}-{each}", name=f"Team {number}-{each}", problem="Other: x")
        admin_client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            page = admin_client.get("/admin/").text
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count('class="vyte-notice"') == 10
    assert "more problems are shown by manage.py vyte_doctor" in page


def test_errors_of_deliveries_and_receivers_are_for_those_who_may_see_them(login, everything, admin_client):
    EventChange.objects.filter(pk=EventChange.objects.latest("pk").pk).update(
        told_at=None, next_attempt_at=None, error="ValueError: ouch"
    )
    page = admin_client.get("/admin/").text
    assert "The body is not JSON." in page
    assert "/admin/django_vyte/delivery/?status__exact=failed" in page
    assert "/admin/django_vyte/eventchange/?told_at__isempty=1" in page
    page = login("view_team").get("/admin/").text
    assert "The body is not JSON." not in page
    assert "ouch" not in page


def test_the_list_that_a_notice_leads_to_has_the_deliveries(everything, admin_client):
    page = admin_client.get(f"/admin/django_vyte/team/{everything.team.pk}/change/").text
    query = f"status__exact=failed&amp;account=vyte:{everything.team.pk}"
    assert query in page
    listed = admin_client.get(f"/admin/django_vyte/delivery/?{query.replace('&amp;', '&')}")
    assert list(listed.context["cl"].queryset) == [everything.failed]


def test_the_link_page_names_the_team_and_says_whose_key_it_was(
    admin_client, healthy, vyte_sandbox, enqueued
):
    page = admin_client.get(f"/admin/django_vyte/team/link/?team={healthy.pk}").text
    assert "Link ACME again" in page
    other = Team.objects.create(vyte_id="other", name="Other")
    response = admin_client.post(
        f"/admin/django_vyte/team/link/?team={other.pk}", {"key": vyte_sandbox.api_key}
    )
    assert "This was a key of" in said(response)[0]
    assert "Other is as before." in said(response)[0]


@pytest.mark.parametrize("team", ["", "0", "x", "99999999999999999999", "-1"])
def test_any_other_team_on_the_link_page_is_ignored(team, admin_client, db):
    assert "Link a team" in admin_client.get("/admin/django_vyte/team/link/", {"team": team}).text


def test_someone_who_may_link_but_not_look_learns_no_name(login, healthy):
    page = login("add_team").get(f"/admin/django_vyte/team/link/?team={healthy.pk}").text
    assert healthy.name not in page


def test_a_site_without_its_settings_says_so_on_the_front_page(admin_client, healthy):
    with override_settings(VYTE={}):
        page = admin_client.get("/admin/").text
    assert "PUBLIC_URL" in page


def test_a_change_whose_receivers_were_given_up_is_dispatched_again(admin_client, everything, enqueued):
    change = EventChange.objects.latest("pk")
    told = EventChange.objects.exclude(pk=change.pk).first()
    EventChange.objects.filter(pk=change.pk).update(
        told_at=None, next_attempt_at=None, attempts=60, error="ouch"
    )
    assert 'value="dispatch"' in admin_client.get(f"/admin/django_vyte/eventchange/{change.pk}/change/").text
    response = act(admin_client, "eventchange", "dispatch", change, told)
    assert said(response) == [
        "1 change is queued for its receivers again: reload the page to see the result.",
        "1 change was skipped: all its receivers succeeded, or they are being called.",
    ]
    change.refresh_from_db()
    assert change.attempts == 0
    assert change.next_attempt_at
    assert not Delivery.objects.filter(status="working").exists()
