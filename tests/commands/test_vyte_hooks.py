"""``manage.py vyte_hooks list | register | prune``"""

from __future__ import annotations

from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.models import Webhook


def test_list_says_that_all_is_well(linked_team, manage):
    said = manage("vyte_hooks", "list")
    assert said.out.count("registered   crm.example.com") == 5
    assert "manage.py" not in said.out
    assert not said.failure


def test_list_names_what_vyte_lacks_and_the_remedy(vyte_sandbox, linked_team, manage):
    vyte_sandbox.state.hooks.clear()
    said = manage("vyte_hooks", "list")
    assert said.out.count("missing") == 5
    assert f"manage.py vyte_hooks register --team {linked_team.vyte_id}" in said.out
    assert said.failure == "5 webhooks are missing at Vyte."


def test_list_names_what_was_never_registered(team, manage):
    said = manage("vyte_hooks", "list")
    assert all(action in said.out for action in ACTIONS)
    assert "vyte_hooks register" in said.out
    assert said.failure


def test_list_shows_no_secret_address(vyte_sandbox, linked_team, manage):
    with linked_team.client() as client:
        client.hooks.create(action="event.created", target_url="https://zapier.example/hooks/very-secret")
    said = manage("vyte_hooks", "list")
    assert "unknown" in said.out
    assert "zapier.example" in said.out
    assert "an earlier link or an earlier PUBLIC_URL" in said.out
    assert f"vyte_hooks prune --team {linked_team.vyte_id} deletes" in said.out
    assert "very-secret" not in said.out
    assert not said.failure
    assert not any(webhook.token.get_secret_value() in said.out for webhook in Webhook.objects.all())


def test_register_subscribes_to_what_is_missing_once(vyte_sandbox, team, manage):
    assert "registered event.cancelled" in manage("vyte_hooks", "register").out
    assert "all were registered already" in manage("vyte_hooks", "register").out
    assert len(vyte_sandbox.state.hooks) == 5


def test_prune_deletes_what_this_site_forgot_and_nothing_else(vyte_sandbox, linked_team, manage):
    with linked_team.client() as client:
        client.hooks.create(action="event.created", target_url="https://zapier.example/hooks/1")
    Webhook.objects.filter(action="event.updated").delete()
    assert "deleted 1 webhooks" in manage("vyte_hooks", "prune").out
    assert "nothing to delete" in manage("vyte_hooks", "prune").out
    assert len(vyte_sandbox.state.hooks) == 5


def test_what_vyte_refuses_is_said_without_a_traceback(vyte_sandbox, team, manage):
    vyte_sandbox.faults.add(path="^/hooks", status=401, times=None)
    said = manage("vyte_hooks", "list")
    assert "answered 401" in said.err
    assert "link the team again." in said.err
    assert said.failure


def test_an_api_url_that_is_none_is_said_without_a_traceback(team, settings, manage):
    settings.VYTE = {**settings.VYTE, "API_URL": "127.0.0.1:8900"}
    assert "api_url must begin with https://" in manage("vyte_hooks", "list").failure
