"""Every page of every table opens, with data, and shows no secret."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_vyte.models import ApiKey, ThirdPartyApp, Webhook

pytestmark = pytest.mark.django_db
ADMINS = {
    model._meta.model_name: model_admin
    for model, model_admin in admin.site._registry.items()
    if model._meta.app_label == "django_vyte"
}


@pytest.fixture
def secrets(everything) -> set[str]:
    found = {app.secret.get_secret_value() for app in ThirdPartyApp.objects.all()}
    found |= {key.key.get_secret_value() for key in ApiKey.objects.all()}
    for webhook in Webhook.objects.all():
        found |= {
            webhook.token.get_secret_value(),
            webhook.token_digest,
            webhook.target_url.get_secret_value(),
        }
    return found


def test_every_table_is_registered():
    from django.apps import apps

    assert {model._meta.model_name for model in apps.get_app_config("django_vyte").get_models()} == set(
        ADMINS
    )


@pytest.mark.parametrize("name", sorted(ADMINS))
def test_the_pages_of(name, admin_client, everything, secrets):
    model_admin = ADMINS[name]
    row = model_admin.model._default_manager.defer(None).first()
    assert row, "the fixture makes something of everything"
    base = f"/admin/django_vyte/{name}/"
    pages = [
        admin_client.get(base),
        admin_client.get(base, {"q": "a b@c.de"}),
        admin_client.get(base, {"all": ""}),
    ]
    pages += [admin_client.get(f"{base}{row.pk}/{page}/") for page in ("change", "history")]
    pages += [
        admin_client.get(base, {"o": f"{column}.-{column}"})
        for column in range(1, len(model_admin.list_display) + 1)
    ]
    for page in pages:
        assert page.status_code == 200
        assert not [secret for secret in secrets if secret in page.text]
        assert "key_store" not in page.text
        own = page.text.replace("</script>", "")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\bsrc=)", own), "strict CSP"


@pytest.mark.parametrize("name", sorted(ADMINS))
def test_a_list_of_many_rows_costs_no_more_queries_than_one_of_a_single_row(
    name, admin_client, everything, monkeypatch
):
    base = f"/admin/django_vyte/{name}/"
    admin_client.get(base)
    counts = []
    for per_page in (1, 50):
        monkeypatch.setattr(ADMINS[name], "list_per_page", per_page)
        with CaptureQueriesContext(connection) as queries:
            admin_client.get(base)
        counts.append(len(queries))
    # What deliveries are about is looked up for a whole page: once for its events, and once for its members.
    assert counts[1] <= counts[0] + (2 if name == "delivery" else 0)


def test_the_index_leads_to_everything(admin_client, everything):
    page = admin_client.get("/admin/django_vyte/").text
    assert all(reverse(f"admin:django_vyte_{name}_changelist") in page for name in ADMINS)
