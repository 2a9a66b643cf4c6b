"""Linking a team by pasting its key, and the page of a team."""

from __future__ import annotations

import logging

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from django_vyte.models import ApiKey, EventChange, Team
from tests.admin.conftest import act, said

pytestmark = pytest.mark.django_db
LINK = "/admin/django_vyte/team/link/"


def test_pasting_a_key_links_the_team_and_says_what_happens_next(
    admin_client, vyte_sandbox, enqueued, caplog
):
    caplog.set_level(logging.DEBUG)
    form = admin_client.get(LINK)
    assert 'type="password"' in form.text
    assert 'autocomplete="off"' in form.text
    response = admin_client.post(LINK, {"key": f" {vyte_sandbox.api_key} "})
    team = Team.objects.get()
    assert response.url == reverse("admin:django_vyte_team_change", args=[team.pk])
    assert "is linked. Its webhooks are being registered" in said(response)[0]
    assert enqueued == [("register_webhooks", team.pk), ("sync_team", team.pk)]
    assert ApiKey.objects.get().key == vyte_sandbox.api_key
    assert LogEntry.objects.get().change_message == "Linked with an API key."
    assert vyte_sandbox.api_key not in admin_client.get(response.url).text + caplog.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "Vyte does not know this key."),
        (403, "it may not be used for a team"),
        (429, "Vyte asks for fewer requests."),
        (500, "Vyte has a problem of its own."),
    ],
)
def test_a_key_that_vyte_refuses_is_told_under_the_field_and_not_shown(
    status, words, admin_client, vyte_sandbox, enqueued, settings
):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(path="^/", status=status, times=None)
    page = admin_client.post(LINK, {"key": "a-secret-key-of-ours"})
    assert page.status_code == 200
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    assert "a-secret-key-of-ours" not in page.text
    assert not Team.objects.exists()
    assert enqueued == []


def test_a_wrong_key_is_told(admin_client, vyte_sandbox, enqueued):
    page = admin_client.post(LINK, {"key": "wrong"})
    assert "Vyte does not know this key." in page.text
    assert not Team.objects.exists()


@pytest.mark.parametrize("key", ["", "   ", "two words", "line\nbreak", "ключ", "x" * 501])
def test_what_cannot_be_a_key_is_refused_without_asking_vyte(key, admin_client, vyte_sandbox, enqueued):
    page = admin_client.post(LINK, {"key": key})
    assert page.status_code == 200
    assert page.context["form"].errors["key"]
    assert vyte_sandbox.requests == []
    assert not Team.objects.exists()


def test_vyte_that_cannot_be_reached_is_told(admin_client, db, enqueued, settings):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "API_URL": "http://127.0.0.1:9"}
    assert (
        "Vyte could not be reached. Nothing was stored" in admin_client.post(LINK, {"key": "some-key"}).text
    )


def test_vyte_that_hangs_up_is_not_called_unreachable(admin_client, vyte_sandbox, enqueued, settings):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(drop=True)
    page = admin_client.post(LINK, {"key": vyte_sandbox.api_key}).text
    assert "Vyte broke off the connection without an answer. Nothing was stored" in page
    assert not Team.objects.exists()


def test_a_site_without_encryption_keys_says_so_and_stores_nothing(
    admin_client, vyte_sandbox, enqueued, settings
):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": []}
    page = admin_client.post(LINK, {"key": vyte_sandbox.api_key})
    assert "ENCRYPTION_KEYS" in page.text
    assert vyte_sandbox.api_key not in page.text
    assert not Team.objects.exists()


def test_adding_a_team_is_linking_one(admin_client, db):
    assert admin_client.get("/admin/django_vyte/team/add/").url == LINK
    assert LINK in admin_client.get("/admin/django_vyte/team/").text


def test_someone_who_may_link_but_not_look_is_led_to_the_index(login, vyte_sandbox, enqueued):
    response = login("add_team").post(LINK, {"key": vyte_sandbox.api_key})
    assert response.url == "/admin/"
    assert Team.objects.count() == 1


def test_the_page_of_a_team_shows_how_it_is(admin_client, everything, settle):
    team = everything.team
    EventChange.objects.filter(pk=EventChange.objects.latest("pk").pk).update(
        told_at=None, error="ValueError: ouch"
    )
    page = admin_client.get(reverse("admin:django_vyte_team_change", args=[team.pk])).text
    for shown in (
        f"…{team.api_keys.get().hint}",
        "user.joined",
        "registered",
        team.join_url(),
        "The body is not JSON.",
        "ValueError: ouch",
        "Synchronise now",
    ):
        assert shown in page
    assert "not registered" not in page


def test_the_page_of_a_team_shows_each_part_to_those_who_may_see_it(login, everything):
    page = login("view_team").get(reverse("admin:django_vyte_team_change", args=[everything.team.pk])).text
    assert "vyte-counts" in page
    for part in ("vyte-keys", "vyte-webhooks", "vyte-problems", "vyte-history", "vyte-verbs"):
        assert part not in page


def test_synchronising_and_registering_are_left_to_a_worker(admin_client, team, enqueued, vyte_sandbox):
    for action, task in (("synchronise", "sync_team"), ("register_webhooks", "register_webhooks")):
        response = act(admin_client, "team", action, team)
        assert response.url == reverse("admin:django_vyte_team_change", args=[team.pk])
        assert "in the background" in said(response)[-1]
        assert "look at “problem” on the team's page" in said(response)[-1]
        assert enqueued.pop() == (task, team.pk)
    assert LogEntry.objects.count() == 2
    assert vyte_sandbox.requests == []


def test_only_the_subdomain_of_a_team_can_be_edited(admin_client, team):
    address = reverse("admin:django_vyte_team_change", args=[team.pk])
    admin_client.post(address, {"subdomain": "acme", "name": "Mine", "vyte_id": "x"})
    team.refresh_from_db()
    assert (team.subdomain, team.name) == ("acme", "ACME")
    assert admin_client.post(reverse("admin:django_vyte_team_delete", args=[team.pk])).status_code == 403


@pytest.mark.parametrize("action", ["synchronise", "register_webhooks"])
def test_a_team_without_an_active_key_is_told_at_once(action, admin_client, team, enqueued):
    team.api_keys.update(status="revoked")
    response = act(admin_client, "team", action, team)
    assert said(response) == ["Nothing was started: ACME has no active API key. Link the team again."]
    assert enqueued == []
    assert not LogEntry.objects.exists()


def test_what_went_wrong_in_the_background_is_seen_first(admin_client, team):
    address = reverse("admin:django_vyte_team_change", args=[team.pk])
    assert "Synchronising failed" not in admin_client.get(address).text
    Team.objects.update(problem="Synchronising failed: <b>ouch")
    page = admin_client.get(address).text
    assert '<span class="vyte-notice">Synchronising failed: &lt;b&gt;ouch</span>' in page
    assert page.index("vyte-notices") < page.index("vyte-toolbar")
    listed = admin_client.get("/admin/django_vyte/team/").text
    assert (
        '<span class="vyte-badge vyte-badge-failed">problem</span> Synchronising failed: &lt;b&gt;' in listed
    )
