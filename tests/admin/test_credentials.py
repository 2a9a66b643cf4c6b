"""Keys, apps and webhooks: what may be edited, and that nothing is shown."""

from __future__ import annotations

import pytest
from django.urls import reverse

from django_vyte.models import ApiKey, ThirdPartyApp

pytestmark = pytest.mark.django_db
APP = {"name": "CRM", "app_id": "abc", "contact_email": "", "contact_name": "", "team": ""}


def change(model: str, row) -> str:
    return reverse(f"admin:django_vyte_{model}_change", args=[row.pk])


def test_a_key_can_be_revoked_and_nothing_else_of_it_changed(admin_client, vyte_sandbox, team):
    key = team.api_keys.get()
    admin_client.post(change("apikey", key), {"status": "revoked", "key": "mine", "hint": "mine"})
    key = ApiKey.objects.get()
    assert (key.status, key.key, key.hint) == (
        "revoked",
        vyte_sandbox.api_key,
        vyte_sandbox.api_key[-4:],
    )
    assert admin_client.get("/admin/django_vyte/apikey/add/").status_code == 403


def test_the_secret_of_an_app_goes_in_and_stays_when_left_empty(admin_client, db):
    add = "/admin/django_vyte/thirdpartyapp/add/"
    assert "This field is required." in admin_client.post(add, {**APP, "new_secret": ""}).text
    again = admin_client.post(add, {**APP, "app_id": "", "new_secret": "s3cret-of-ours"})
    assert "s3cret-of-ours" not in again.text
    admin_client.post(add, {**APP, "new_secret": "s3cret-of-ours"})
    app = ThirdPartyApp.objects.get()
    assert app.secret == "s3cret-of-ours"
    page = admin_client.get(change("thirdpartyapp", app)).text
    assert "s3cret-of-ours" not in page
    assert "Leave empty to keep it." in page
    admin_client.post(change("thirdpartyapp", app), {**APP, "name": "New name", "new_secret": ""})
    app = ThirdPartyApp.objects.get()
    assert (app.name, app.secret) == ("New name", "s3cret-of-ours")
    admin_client.post(change("thirdpartyapp", app), {**APP, "new_secret": "another"})
    assert ThirdPartyApp.objects.get().secret == "another"


def test_someone_who_may_only_look_at_an_app_sees_no_field_for_its_secret(login, everything):
    page = login("view_thirdpartyapp").get(change("thirdpartyapp", everything.app))
    assert page.status_code == 200
    assert "cfsvut1yp6dd2nuwkxjo" not in page.text
    assert 'type="password"' not in page.text


def test_the_address_of_a_webhook_is_shown_without_its_token(admin_client, linked_team):
    webhook = linked_team.webhooks.first()
    for address in ("/admin/django_vyte/webhook/", change("webhook", webhook)):
        page = admin_client.get(address).text
        assert "https://crm.example.com/vyte/webhooks/***/" in page
        assert webhook.token.get_secret_value() not in page
        assert webhook.token_digest not in page


def test_pages_come_though_nothing_can_be_decrypted(admin_client, everything, settings):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": ["0" * 43 + "="]}
    team = everything.team
    rows = {"apikey": team.api_keys, "webhook": team.webhooks, "thirdpartyapp": team.apps}
    for model, manager in rows.items():
        pk = manager.values_list("pk", flat=True)[0]
        assert admin_client.get(f"/admin/django_vyte/{model}/").status_code == 200
        assert admin_client.get(f"/admin/django_vyte/{model}/{pk}/change/").status_code == 200
    assert admin_client.get(change("team", team)).status_code == 200
    admin_client.post(
        f"/admin/django_vyte/apikey/{ApiKey.objects.defer('key').get().pk}/change/", {"status": "revoked"}
    )
    assert ApiKey.objects.values_list("status", flat=True).get() == "revoked"


def test_the_user_of_a_member_can_be_corrected_and_nothing_else(admin_client, everything, django_user_model):
    other = django_user_model.objects.create_user("other")
    admin_client.post(change("member", everything.member), {"user": other.pk, "email": "x@example.com"})
    everything.member.refresh_from_db()
    assert (everything.member.user, everything.member.email) == (other, "ann@example.com")


def test_a_key_is_revoked_and_not_deleted(admin_client, vyte_sandbox, team):
    key = team.api_keys.get()
    assert (
        admin_client.post(f"/admin/django_vyte/apikey/{key.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert "delete_selected" not in admin_client.get("/admin/django_vyte/apikey/").text
    assert team.api_keys.exists()


def test_receivers_that_heard_of_a_member_are_lines(admin_client, everything):
    everything.member.told = ["crm.receivers.welcome"]
    everything.member.save()
    assert "<div>crm.receivers.welcome</div>" in admin_client.get(change("member", everything.member)).text
