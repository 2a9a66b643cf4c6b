"""``manage.py vyte_link_team``"""

from __future__ import annotations

import io

import pytest
from django.core.management import load_command_class

from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.models import ApiKey, Event, Team, Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(vyte_sandbox, monkeypatch) -> str:
    monkeypatch.setenv("VYTE_API_KEY", vyte_sandbox.api_key)
    return vyte_sandbox.api_key


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_team_is_linked_registered_and_mirrored_and_the_next_step_is_said(vyte_sandbox, key, manage):
    said = manage("vyte_link_team")
    assert not said.failure
    assert f"Linked ACME ({vyte_sandbox.team_id}) with the key that ends in {key[-4:]}." in said.out
    assert f"Registered 5 webhooks: {', '.join(sorted(ACTIONS))}." in said.out
    assert "7 events: 7 new" in said.out
    assert "django_vyte.sweep" in said.out
    assert len(vyte_sandbox.state.hooks) == 5
    assert Event.objects.count() == 7


def test_the_key_is_never_shown(vyte_sandbox, key, manage):
    said = manage("vyte_link_team", verbosity=3)
    assert key not in said.out + said.err


def test_linking_again_does_no_harm(vyte_sandbox, key, manage):
    manage("vyte_link_team")
    said = manage("vyte_link_team")
    assert "registered already" in said.out
    assert "Nothing was written." in said.out
    assert (Team.objects.count(), ApiKey.objects.count(), Webhook.objects.count()) == (1, 1, 5)
    assert len(vyte_sandbox.state.hooks) == 5


def test_the_key_can_be_piped_in(vyte_sandbox, monkeypatch, manage):
    monkeypatch.delenv("VYTE_API_KEY", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{vyte_sandbox.api_key}\n"))
    assert not manage("vyte_link_team").failure
    assert ApiKey.objects.get().key == vyte_sandbox.api_key


def test_at_a_terminal_it_asks_without_echo(vyte_sandbox, monkeypatch, manage):
    monkeypatch.delenv("VYTE_API_KEY", raising=False)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: vyte_sandbox.api_key)
    assert not manage("vyte_link_team").failure
    assert Team.objects.get().name == "ACME"


def test_no_key_at_all_is_said(db, monkeypatch, manage):
    monkeypatch.delenv("VYTE_API_KEY", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "No key was given" in manage("vyte_link_team").failure


@pytest.mark.parametrize("way_out", [KeyboardInterrupt, EOFError])
def test_leaving_the_prompt_is_giving_no_key(db, monkeypatch, manage, way_out):
    def leave(prompt):
        raise way_out

    monkeypatch.delenv("VYTE_API_KEY", raising=False)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", leave)
    assert "No key was given" in manage("vyte_link_team").failure


def test_a_key_as_an_argument_is_refused_without_repeating_it(vyte_sandbox, key, manage):
    said = manage("vyte_link_team", "secret-key-as-argument")
    assert "never an argument" in said.failure
    assert "replace it at Vyte" in said.failure
    assert "secret-key-as-argument" not in said.failure
    assert vyte_sandbox.requests == []
    assert (
        "misplaced"
        not in load_command_class("django_vyte", "vyte_link_team").create_parser("", "").format_help()
    )


def test_vyte_that_cannot_be_reached_is_told_with_the_setting_and_the_reason(key, settings, manage):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "API_URL": "http://127.0.0.1:9"}
    said = manage("vyte_link_team")
    assert "check VYTE['API_URL'].\n" in said.failure
    assert "refused" in said.failure


@pytest.mark.parametrize("url", ["127.0.0.1:8900", "http://[", "https://"])
def test_an_api_url_that_is_none_is_told_before_anything_is_asked(key, settings, manage, url):
    settings.VYTE = {**settings.VYTE, "API_URL": url}
    assert manage("vyte_link_team").failure.startswith("VYTE['API_URL'] cannot be used: ")


def test_a_key_that_vyte_refuses_stores_nothing(vyte_sandbox, monkeypatch, manage):
    monkeypatch.setenv("VYTE_API_KEY", "not-the-right-key")
    said = manage("vyte_link_team")
    assert said.failure == "Vyte does not know this key. Copy it once more, whole, from Vyte."
    assert not Team.objects.exists()


def test_without_an_encryption_key_it_says_how_to_make_one(vyte_sandbox, key, settings, manage):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": []}
    assert "Fernet.generate_key()" in manage("vyte_link_team").failure
    assert not Team.objects.exists()


def test_a_site_that_vyte_cannot_call_stays_linked_and_says_what_to_do(vyte_sandbox, key, settings, manage):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "http://crm.example.com"}
    said = manage("vyte_link_team")
    assert "No webhooks: " in said.failure
    assert "vyte_hooks register" in said.failure
    assert "7 events: 7 new" in said.out
    assert Team.objects.get().name == "ACME"


@pytest.mark.parametrize(
    ("fault", "known"), [({"drop": True, "after_acting": True}, False), ({"status": 403}, True)]
)
def test_it_does_not_say_that_there_are_no_webhooks_unless_that_is_known(
    fault, known, vyte_sandbox, key, settings, manage
):
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(method="POST", path="^/hooks", **fault)
    vyte_sandbox.faults.add(method="GET", path="^/hooks", status=200, body=b"[]")
    vyte_sandbox.faults.add(method="GET", path="^/hooks", status=502, times=None)
    said = manage("vyte_link_team").failure
    assert ("No webhooks: " in said) == known
    assert ("It may have been done all the same." in said) != known


def test_a_first_sync_that_fails_leaves_the_team_linked_and_says_what_to_do(vyte_sandbox, key, manage):
    vyte_sandbox.faults.add(path="^/v2/events", status=403, times=None)
    said = manage("vyte_link_team")
    assert "Registered 5 webhooks" in said.out
    assert f"manage.py vyte_sync --team {vyte_sandbox.team_id}" in said.failure
    assert not Event.objects.exists()


def test_it_can_be_quiet(vyte_sandbox, key, manage):
    said = manage("vyte_link_team", verbosity=0)
    assert (said.out, said.err, said.failure) == ("", "", "")
