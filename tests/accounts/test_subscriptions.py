"""Webhook subscriptions are compared, registered, restored and deleted."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from django_vyte.accounts import subscriptions
from django_vyte.accounts.problems import Kind, recorded
from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.exceptions import DecryptionError, VyteError
from django_vyte.models import ApiKey, Webhook

pytestmark = pytest.mark.django_db


def verdicts(team) -> dict[str, str]:
    return {state.action: state.verdict for state in subscriptions.compare(team)}


def test_registering_subscribes_to_every_action_at_an_address_of_its_own(vyte_sandbox, team):
    added = subscriptions.register(team)
    assert {webhook.action for webhook in added} == set(ACTIONS)
    assert verdicts(team) == dict.fromkeys(ACTIONS, "registered")
    addresses = {webhook.target_url.get_secret_value() for webhook in team.webhooks.all()}
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
    assert Webhook.objects.for_token(team.webhooks.first().token.get_secret_value()) is not None


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
    for attempt in (subscriptions.register, subscriptions.compare, subscriptions.prune):
        with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
            attempt(team)


def test_an_unknown_token_matches_no_webhook(team):
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


def test_a_webhook_that_vyte_has_and_does_not_list_is_not_registered_twice(vyte_sandbox, linked_team):
    vyte_sandbox.faults.add(path=r"^/hooks$", method="GET", status=200, body=b"[]", times=2)
    assert verdicts(linked_team) == dict.fromkeys(ACTIONS, "registered")
    assert subscriptions.register(linked_team) == []
    assert len(vyte_sandbox.state.hooks) == 5


@pytest.mark.parametrize("status", [400, 404])
def test_a_webhook_that_vyte_neither_lists_nor_finds_is_put_back(vyte_sandbox, linked_team, status):
    vyte_sandbox.state.hooks.clear()
    vyte_sandbox.faults.add(path=r"^(/v2)?/hooks/", status=status, times=None)
    assert len(subscriptions.register(linked_team)) == 5
    assert len(vyte_sandbox.state.hooks) == 5


def test_elements_of_a_list_that_are_no_webhooks_are_passed_over(vyte_sandbox, linked_team):
    vyte_sandbox.state.hooks.clear()
    body = b'[null, "x", {"_id": 7, "action": null}]'
    vyte_sandbox.faults.add(path=r"^/hooks$", method="GET", status=200, body=body)
    assert {state.verdict for state in subscriptions.compare(linked_team)} == {"missing", "unknown"}


def test_what_disappeared_is_restored_and_said_so(vyte_sandbox, linked_team, caplog):
    vyte_sandbox.state.hooks.popitem()
    assert len(subscriptions.restore(linked_team)) == 1
    assert "missing at Vyte" in caplog.text
    linked_team.refresh_from_db()
    assert linked_team.webhooks_restored_at is not None


def test_where_nothing_disappeared_nothing_is_noted(vyte_sandbox, linked_team):
    assert subscriptions.restore(linked_team) == []
    linked_team.refresh_from_db()
    assert linked_team.webhooks_restored_at is None


def test_a_team_that_does_without_webhooks_goes_on_without(vyte_sandbox, team):
    assert subscriptions.restore(team) == []
    assert vyte_sandbox.state.hooks == {}
    assert vyte_sandbox.requests == []


def test_webhooks_that_do_not_stay_are_not_put_back_time_and_again(vyte_sandbox, linked_team):
    vyte_sandbox.state.hooks.popitem()
    subscriptions.restore(linked_team)
    linked_team.refresh_from_db()
    vyte_sandbox.state.hooks.popitem()
    with pytest.raises(VyteError, match="missing at Vyte again"):
        subscriptions.restore(linked_team)
    assert len(vyte_sandbox.state.hooks) == 4


def test_what_was_never_registered_is_not_restored(vyte_sandbox, linked_team):
    vyte_sandbox.state.hooks.clear()
    linked_team.webhooks.exclude(action="event.created").update(vyte_id="")
    assert [webhook.action for webhook in subscriptions.restore(linked_team)] == ["event.created"]


def test_a_copy_of_the_site_at_another_address_registers_nothing_by_itself(
    vyte_sandbox, linked_team, settings
):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "https://staging.example.com"}
    assert subscriptions.restore(linked_team) == []
    assert len(vyte_sandbox.state.hooks) == 5


def test_an_address_that_vyte_spells_in_another_way_is_the_same(vyte_sandbox, linked_team):
    for hook in vyte_sandbox.state.hooks.values():
        hook["target_url"] = hook["target_url"].rstrip("/").replace("https", "HTTPS")
    assert verdicts(linked_team) == dict.fromkeys(ACTIONS, "registered")


def test_with_a_wrong_encryption_key_every_address_stays_as_it_is(vyte_sandbox, linked_team, settings):
    before = set(linked_team.webhooks.values_list("token_digest", flat=True))
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    with pytest.raises(DecryptionError):
        subscriptions.register(linked_team)
    assert set(linked_team.webhooks.values_list("token_digest", flat=True)) == before


# Answers that got lost

LOST = {
    "dropped": {"drop": True, "after_acting": True},
    "cut off": {"truncate": 1},
    "timed out": {"delay": 0.8, "after_acting": True},
    "502": {"status": 502, "after_acting": True},
}
NEVER = {"dropped": {"drop": True}, "502": {"status": 502}}


@pytest.fixture
def impatient(settings) -> None:
    settings.VYTE = {**settings.VYTE, "TIMEOUT": (5, 0.3), "RETRIES": 0}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_subscription_whose_answer_got_lost_is_found_and_not_made_twice(fault, vyte_sandbox, team):
    vyte_sandbox.faults.add(method="POST", path="^/hooks", times=None, **fault)
    assert len(subscriptions.register(team)) == 5
    assert len(vyte_sandbox.state.hooks) == 5
    assert sum(request.method == "POST" for request in vyte_sandbox.requests) == 5
    assert set(team.webhooks.values_list("vyte_id", flat=True)) == set(vyte_sandbox.state.hooks)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", NEVER.values(), ids=NEVER.keys())
def test_a_subscription_that_was_not_made_changed_nothing(fault, vyte_sandbox, team):
    vyte_sandbox.faults.add(method="POST", path="^/hooks", **fault)
    with pytest.raises(VyteError) as caught:
        subscriptions.register(team)
    assert not caught.value.maybe_applied
    assert vyte_sandbox.state.hooks == {}
    assert len(subscriptions.register(team)) == 5
    assert len(vyte_sandbox.state.hooks) == 5


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_subscription_of_which_nobody_tells_is_not_made_again_later(fault, vyte_sandbox, team):
    subscriptions.compare(team)
    vyte_sandbox.faults.add(method="POST", path="^/hooks", **fault)
    vyte_sandbox.faults.add(method="GET", path="^/hooks", status=200, body=b"[]")  # what is compared first
    vyte_sandbox.faults.add(method="GET", path="^/hooks", status=502, times=None)
    with pytest.raises(VyteError) as caught:
        subscriptions.register(team)
    assert caught.value.maybe_applied
    vyte_sandbox.faults.clear()
    subscriptions.register(team)
    assert len(vyte_sandbox.state.hooks) == 5


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_webhook_whose_deletion_nobody_told_is_looked_for(fault, vyte_sandbox, linked_team):
    with linked_team.client() as client:
        address = "https://crm.example.com/vyte/webhooks/forgotten/"
        stale = client.hooks.create(action="event.created", target_url=address)
    vyte_sandbox.faults.add(method="DELETE", times=None, **fault)
    assert subscriptions.prune(linked_team) == [stale["_id"]]
    assert len(vyte_sandbox.state.hooks) == 5


@pytest.mark.usefixtures("impatient")
def test_a_webhook_that_was_not_deleted_is_told_so(vyte_sandbox, linked_team):
    with linked_team.client() as client:
        address = "https://crm.example.com/vyte/webhooks/forgotten/"
        client.hooks.create(action="event.created", target_url=address)
    vyte_sandbox.faults.add(method="DELETE", drop=True)
    with pytest.raises(VyteError) as caught:
        subscriptions.prune(linked_team)
    assert not caught.value.maybe_applied


@pytest.mark.usefixtures("impatient")
def test_the_page_of_a_team_says_what_is_not_known(vyte_sandbox, team):
    vyte_sandbox.faults.add(method="POST", path="^/hooks", drop=True)
    vyte_sandbox.faults.add(method="GET", path="^/hooks", status=200, body=b"[]")
    vyte_sandbox.faults.add(method="GET", path="^/hooks", status=502, times=None)
    with pytest.raises(VyteError), recorded(team.pk, Kind.WEBHOOKS):
        subscriptions.register(team)
    team.refresh_from_db()
    assert team.problem.startswith("Registering webhooks failed: POST /hooks: the connection broke off")
    assert (
        "It may have been done all the same. Do it again: what is done already is not done twice."
        in team.problem
    )


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_webhook_whose_move_nobody_told_is_looked_at(fault, vyte_sandbox, linked_team):
    hook = next(iter(vyte_sandbox.state.hooks.values()))
    wanted = hook["target_url"]
    hook["target_url"] = wanted.replace("/vyte/", "/fr/vyte/")
    vyte_sandbox.faults.add(method="PUT", path="^/hooks", times=None, **fault)
    assert subscriptions.register(linked_team) == []
    assert hook["target_url"] == wanted
    assert sum(request.method == "PUT" for request in vyte_sandbox.requests) == 1
