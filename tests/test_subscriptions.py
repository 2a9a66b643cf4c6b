"""What Vyte has against what it should have."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from django_vyte import subscriptions
from django_vyte.exceptions import VyteError
from django_vyte.models import ApiKey, Webhook
from django_vyte.webhooks import ACTIONS

pytestmark = pytest.mark.django_db


def verdicts(team) -> dict[str, str]:
    return {state.action: state.verdict for state in subscriptions.compare(team)}


def test_registering_subscribes_to_every_action_at_an_address_of_its_own(vyte_sandbox, team):
    added = subscriptions.register(team)
    assert {webhook.action for webhook in added} == set(ACTIONS)
    assert verdicts(team) == dict.fromkeys(ACTIONS, "registered")
    addresses = {webhook.target_url for webhook in team.webhooks.all()}
    assert len(addresses) == 5
    assert all(url.startswith("https://crm.example.com/vyte/webhooks/") for url in addresses)


def test_registering_again_adds_nothing(vyte_sandbox, team):
    subscriptions.register(team)
    assert subscriptions.register(team) == []
    assert len(vyte_sandbox.state.hooks) == 5


def test_a_webhook_that_disappeared_at_vyte_is_put_back(vyte_sandbox, linked_team):
    lost = linked_team.webhooks.get(action="event.confirmed")
    with linked_team.client() as client:
        client.hooks.delete(lost.vyte_id)
    assert verdicts(linked_team)["event.confirmed"] == "missing"
    assert subscriptions.register(linked_team) == [lost]
    assert verdicts(linked_team)["event.confirmed"] == "registered"


def test_registering_goes_on_where_it_stopped(vyte_sandbox, team):
    vyte_sandbox.faults.add(path=r"^/hooks", method="POST", status=400, times=1)
    with pytest.raises(VyteError):
        subscriptions.register(team)
    subscriptions.register(team)
    assert len(vyte_sandbox.state.hooks) == 5


def test_the_first_call_can_come_before_vyte_has_answered(vyte_sandbox, team):
    vyte_sandbox.faults.add(path=r"^/hooks", method="POST", status=503, times=None)
    with pytest.raises(VyteError):
        subscriptions.register(team)
    assert Webhook.objects.for_token(team.webhooks.first().token) is not None


def test_pruning_deletes_forgotten_webhooks_of_this_site_and_leaves_others_alone(vyte_sandbox, linked_team):
    with linked_team.client() as client:
        stale = client.hooks.create(
            action="event.created", target_url="https://crm.example.com/vyte/webhooks/forgotten/"
        )
        client.hooks.create(action="event.created", target_url="https://other.example.com/hook")
    assert subscriptions.prune(linked_team) == [stale["_id"]]
    targets = [hook["target_url"] for hook in vyte_sandbox.state.hooks.values()]
    assert "https://other.example.com/hook" in targets
    assert len(targets) == 6


def test_without_a_public_url_the_remedy_is_named(vyte_sandbox, team, settings):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": ""}
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        subscriptions.register(team)


def test_a_stranger_s_token_is_nobody_s(team):
    assert Webhook.objects.for_token("guess") is None
    assert Webhook.objects.for_token("\ud800") is None


def test_pruning_finds_what_was_registered_under_an_earlier_public_url(vyte_sandbox, linked_team, settings):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "https://new.example.com"}
    assert len(subscriptions.register(linked_team)) == 5
    assert len(subscriptions.prune(linked_team)) == 5
    targets = [hook["target_url"] for hook in vyte_sandbox.state.hooks.values()]
    assert len(targets) == 5
    assert all(target.startswith("https://new.example.com/") for target in targets)


def test_webhooks_whose_address_no_key_opens_any_more_get_a_new_one(vyte_sandbox, linked_team, settings):
    before = set(linked_team.webhooks.values_list("token_digest", flat=True))
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    ApiKey.objects.update(key=vyte_sandbox.api_key)
    assert len(subscriptions.register(linked_team)) == 5
    assert before.isdisjoint(linked_team.webhooks.values_list("token_digest", flat=True))
    assert verdicts(linked_team)["event.created"] in ("registered", "unknown")
