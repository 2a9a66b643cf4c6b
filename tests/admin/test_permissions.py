"""Every address and every action refuses those who may not: a walk over all that is registered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core import serializers
from django.test import Client
from django.urls import reverse

from django_vyte.permissions import PERMISSIONS
from tests.admin.conftest import act

pytestmark = pytest.mark.django_db
ADMINS = {
    model._meta.model_name: model_admin
    for model, model_admin in admin.site._registry.items()
    if model._meta.app_label == "django_vyte"
}
ACTIONS = [(name, action) for name, model_admin in ADMINS.items() for action in model_admin.actions]
FORM = {
    "event": "1",
    "key": "a-key",
    "post": "yes",
    "status": "revoked",
    "name": "Mine",
    "user": "",
    "new_secret": "x",
}


def addresses(name: str) -> Iterator[str]:
    """Every address of a table's admin, those of its own included, for a row that exists."""
    model_admin = ADMINS[name]
    row = model_admin.model._default_manager.defer(None).first()
    assert row
    for pattern in model_admin.get_urls():
        if pattern.name:
            takes_row = "object_id" in pattern.pattern.converters
            yield reverse(f"admin:{pattern.name}", args=[row.pk] if takes_row else [])
        else:
            yield f"/admin/django_vyte/{name}/{row.pk}/"


def snapshot() -> dict[str, str]:
    """All that is stored, but for what a login writes."""
    models = [*apps.get_app_config("django_vyte").get_models(), LogEntry]
    encrypted = {"key", "secret", "token", "target_url"}
    state = {}
    for model in models:
        fields = [field.name for field in model._meta.fields if field.name not in encrypted]
        rows = model._default_manager.order_by("pk")
        state[model.__name__] = serializers.serialize("json", rows, fields=fields)
    return state


def refused(client: Client, response) -> bool:
    """403, or led to where there is nothing but 403."""
    if response.status_code == 302:
        response = client.get(response.url)
    return response.status_code == 403


def test_the_walk_sees_what_there_is(everything):
    names = {pattern.name for model_admin in ADMINS.values() for pattern in model_admin.get_urls()}
    assert {"django_vyte_event_confirm", "django_vyte_event_cancel", "django_vyte_team_link"} <= names
    assert {"confirm", "cancel", "refresh", "replay", "dispatch", "synchronise", "register_webhooks"} == {
        action for _, action in ACTIONS
    }


def test_every_action_is_in_the_table_of_permissions():
    assert {(ADMINS[name].model._meta.label_lower, action) for name, action in ACTIONS} <= set(PERMISSIONS)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(ADMINS))
def test_staff_without_a_permission_are_refused_every_address(
    name, method, login, everything, vyte_sandbox, enqueued
):
    client, before = login(), snapshot()
    data = {**FORM, "event": everything.event.pk, "key": vyte_sandbox.api_key}
    for address in addresses(name):
        response = getattr(client, method)(
            address, data if method == "post" else {"events": everything.event.pk}
        )
        assert refused(client, response), address
    assert snapshot() == before
    assert vyte_sandbox.requests == []
    assert enqueued == []


@pytest.mark.parametrize("name", sorted(ADMINS))
def test_people_who_are_not_staff_are_sent_to_the_login(name, everything, vyte_sandbox, django_user_model):
    visitor, user = Client(), Client()
    user.force_login(django_user_model.objects.create_user("user"))
    for client in (visitor, user):
        for address in addresses(name):
            for response in (client.get(address), client.post(address, FORM)):
                assert response.status_code == 302
                assert response.url.startswith("/admin/login/")
    assert vyte_sandbox.requests == []


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_staff_without_a_permission_run_no_action(name, action, login, everything, vyte_sandbox, enqueued):
    client, before = login(), snapshot()
    keys = list(ADMINS[name].model._default_manager.values_list("pk", flat=True))
    for across in ("0", "1"):
        assert act(client, name, action, *keys, select_across=across).status_code == 403
    assert snapshot() == before
    assert vyte_sandbox.requests == []
    assert enqueued == []


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_staff_who_may_look_at_everything_run_no_action(
    name, action, login, everything, vyte_sandbox, enqueued
):
    client, before = login(*(f"view_{each}" for each in ADMINS)), snapshot()
    keys = list(ADMINS[name].model._default_manager.values_list("pk", flat=True))
    for more in ({}, {"select_across": "1"}):
        assert act(client, name, action, *keys, **more).status_code in (200, 302), "the list once more"
    client.post(f"/admin/django_vyte/{name}/", {"action": action, "_selected_action": keys[0]})
    for address in (f"/admin/django_vyte/{name}/", f"/admin/django_vyte/{name}/{keys[0]}/change/"):
        assert f'value="{action}"' not in client.get(address).text
    assert snapshot() == before
    assert vyte_sandbox.requests == []
    assert enqueued == []


@pytest.mark.parametrize("name", sorted(ADMINS))
def test_staff_who_may_look_at_everything_change_nothing_at_any_address(
    name, login, everything, vyte_sandbox, enqueued
):
    client, before = login(*(f"view_{each}" for each in ADMINS)), snapshot()
    data = {**FORM, "event": everything.event.pk, "key": vyte_sandbox.api_key}
    for address in addresses(name):
        client.post(address, data)
    assert snapshot() == before
    assert vyte_sandbox.requests == []
    assert enqueued == []


@pytest.mark.parametrize("verb", ["confirm", "cancel", "refresh"])
def test_the_permission_for_an_action_without_that_to_look_is_not_enough(
    verb, login, everything, vyte_sandbox
):
    client = login(f"{verb}_event")
    assert act(client, "event", verb, everything.event).status_code == 403
    if verb != "refresh":
        page = f"/admin/django_vyte/event/{verb}/"
        assert client.get(page, {"events": everything.event.pk}).status_code == 403
        assert client.post(page, {"event": everything.event.pk}).status_code == 403
    assert vyte_sandbox.requests == []
