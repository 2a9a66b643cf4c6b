"""The address that Vyte is told is computed from settings: whoever registers, compares or restores, it is the same."""

from __future__ import annotations

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.test import Client
from django.urls import include, path
from django.utils import translation

from django_vyte import tasks
from django_vyte.accounts import subscriptions
from django_vyte.models import Delivery

pytestmark = pytest.mark.django_db
urlpatterns = i18n_patterns(path("vyte/", include("django_vyte.urls")))


@pytest.fixture(autouse=True)
def in_languages(settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.LANGUAGE_CODE = "en"
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    settings.MIDDLEWARE = [
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
    ]
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def registered_in_french(vyte_sandbox, linked_team):
    """The same five webhooks, at the paths that a French request would have given them."""
    for webhook in linked_team.webhooks.all():
        french = webhook.target_url.get_secret_value().replace("/en/", "/fr/")
        webhook.target_url = french
        webhook.save(update_fields=["target_url"])
        vyte_sandbox.state.hooks[webhook.vyte_id]["target_url"] = french
    return linked_team


def addresses(vyte_sandbox) -> set[str]:
    """What is in front of the tokens at Vyte."""
    return {hook["target_url"].rpartition("webhooks/")[0] for hook in vyte_sandbox.state.hooks.values()}


def verdicts(team) -> set[str]:
    return {state.verdict for state in subscriptions.compare(team)}


def test_registered_in_french_and_compared_in_english_they_are_the_same_five(vyte_sandbox, team):
    with translation.override("fr"):
        assert len(subscriptions.register(team)) == 5
    assert addresses(vyte_sandbox) == {"https://crm.example.com/en/vyte/"}
    for language in ("en", "fr"):
        with translation.override(language):
            assert verdicts(team) == {"registered"}
            assert subscriptions.register(team) == []
            assert subscriptions.prune(team) == []
    assert len(vyte_sandbox.state.hooks) == 5


def test_one_that_is_missing_is_restored_by_the_patrol_of_any_language(vyte_sandbox, team):
    with translation.override("fr"):
        subscriptions.register(team)
    vyte_sandbox.state.hooks.popitem()
    with translation.override("en"):
        tasks.patrol_team(team.pk)
    assert len(vyte_sandbox.state.hooks) == 5
    assert verdicts(team) == {"registered"}


def test_those_at_the_path_of_another_language_are_this_site_s_and_not_doubled(
    vyte_sandbox, registered_in_french
):
    assert verdicts(registered_in_french) == {"registered"}
    assert subscriptions.restore(registered_in_french) == []
    assert subscriptions.prune(registered_in_french) == []
    assert len(vyte_sandbox.state.hooks) == 5


def test_registering_moves_those_at_the_path_of_another_language(vyte_sandbox, registered_in_french):
    before = set(vyte_sandbox.state.hooks)
    assert subscriptions.register(registered_in_french) == []
    assert addresses(vyte_sandbox) == {"https://crm.example.com/en/vyte/"}
    assert set(vyte_sandbox.state.hooks) == before
    vyte_sandbox.requests.clear()
    subscriptions.register(registered_in_french)
    assert {each.method for each in vyte_sandbox.requests} == {"GET"}


def test_a_lost_one_of_another_language_s_path_is_restored(vyte_sandbox, registered_in_french):
    vyte_sandbox.state.hooks.popitem()
    assert len(subscriptions.restore(registered_in_french)) == 1
    assert verdicts(registered_in_french) == {"registered"}


def test_those_that_were_doubled_are_pruned_and_one_of_each_stays(vyte_sandbox, linked_team):
    with linked_team.client() as client:
        for webhook in linked_team.webhooks.all():
            french = webhook.target_url.get_secret_value().replace("/en/", "/fr/")
            client.hooks.create(action=webhook.action, target_url=french)
    assert len(subscriptions.prune(linked_team)) == 5
    assert addresses(vyte_sandbox) == {"https://crm.example.com/en/vyte/"}
    assert verdicts(linked_team) == {"registered"}


def test_a_token_at_another_site_s_address_is_not_this_site_s(vyte_sandbox, linked_team):
    for hook in vyte_sandbox.state.hooks.values():
        hook["_id"], hook["target_url"] = "other", hook["target_url"].replace("crm.", "staging.")
    assert verdicts(linked_team) == {"missing", "unknown"}


@pytest.mark.parametrize("append_slash", [True, False])
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_call_without_the_last_slash_is_kept(linked_team, settings, append_slash, debug, language):
    settings.APPEND_SLASH, settings.DEBUG = append_slash, debug
    webhook = linked_team.webhooks.first()
    address = (
        webhook.target_url.get_secret_value()
        .replace("/en/", f"/{language}/")
        .removeprefix("https://crm.example.com")
        .rstrip("/")
    )
    client = Client(headers={"host": "crm.example.com"})
    assert client.post(address, "{}", content_type="application/json").status_code == 200
    assert client.head(address).status_code == 200
    assert client.post(address[:-1], "{}", content_type="application/json").status_code == 404
    assert Delivery.objects.count() == 1
