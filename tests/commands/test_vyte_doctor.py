"""``manage.py vyte_doctor``"""

from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet
from django.core.management import load_command_class
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from django_vyte import tasks
from django_vyte.accounts import problems
from django_vyte.accounts.problems import Kind
from django_vyte.models import Delivery, Webhook

pytestmark = pytest.mark.django_db


def test_a_healthy_site_hears_so_and_the_exit_code_is_0(linked_team, manage):
    said = manage("vyte_doctor")
    assert said.out.startswith("ok       site: The system checks find nothing wrong")
    assert "ok       ACME: Vyte has all its webhooks.\n" in said.out
    assert said.out.endswith("Nothing is wrong.\n")
    assert (said.err, said.failure, said.code) == ("", "", 0)


def test_quiet_it_says_nothing_of_a_healthy_site(linked_team, manage):
    assert manage("vyte_doctor", verbosity=0).out == ""


def test_quiet_it_still_says_what_is_wrong(vyte_sandbox, linked_team, manage):
    vyte_sandbox.state.hooks.clear()
    said = manage("vyte_doctor", verbosity=0)
    first, second = said.out.splitlines()
    assert first.startswith("error    ACME: Webhooks are missing at Vyte: event.created, ")
    assert first.endswith("[webhooks_missing]")
    assert second == f"         -> manage.py vyte_hooks register --team {linked_team.vyte_id}"


def test_an_error_is_exit_code_1(vyte_sandbox, linked_team, manage):
    vyte_sandbox.state.hooks.clear()
    said = manage("vyte_doctor")
    assert (said.failure, said.code) == ("Errors: 1, warnings: 0. What to do stands above.", 1)
    assert "Nothing is wrong" not in said.out


def test_warnings_alone_are_exit_code_3(linked_team, manage):
    problems.set_problem(linked_team.pk, Kind.MISSING, "the list is cut short")
    said = manage("vyte_doctor")
    assert "warning  ACME: Events may be missing: the list is cut short [events_may_be_missing]" in said.out
    assert (said.failure, said.code) == ("Errors: 0, warnings: 1. What to do stands above.", 3)


def test_no_team_is_a_finding_with_its_next_step(db, manage):
    said = manage("vyte_doctor")
    assert "error    site: No team is linked. [no_team]\n         -> manage.py vyte_link_team\n" in said.out
    assert said.code == 1


def test_a_team_can_be_chosen_and_a_wrong_one_is_answered_with_the_linked_ones(linked_team, manage):
    assert manage("vyte_doctor", "--team", linked_team.vyte_id).code == 0
    said = manage("vyte_doctor", "--team", "nobody")
    assert f"-> Linked are: {linked_team.vyte_id} (ACME)" in said.out
    assert said.code == 1


def test_settings_that_would_keep_other_commands_from_starting_are_findings(linked_team, settings, manage):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": []}
    assert load_command_class("django_vyte", "vyte_doctor").requires_system_checks == []
    said = manage("vyte_doctor")
    assert "[django_vyte.E003]" in said.out
    assert "\n         keep it outside the code" in said.out
    assert said.code == 1


def test_a_mirror_that_may_lack_events_says_so_until_a_sync_proves_it_whole(
    vyte_sandbox, linked_team, manage
):
    vyte_sandbox.state.events.clear()
    for _ in range(60):
        vyte_sandbox.create_event(title="The same", creator="jane@acme.com")
    vyte_sandbox.quirks.list_maximum = 50
    assert manage("vyte_sync").code == 5
    said = manage("vyte_doctor")
    assert "warning  ACME: Events may be missing: " in said.out
    assert (
        f"-> manage.py vyte_sync --team {linked_team.vyte_id} asks in other parts, with --group G" in said.out
    )
    assert manage("vyte_sync", "--group", "nothing").code == 0
    assert manage("vyte_doctor").code == 3, "a part proves nothing"
    vyte_sandbox.quirks.list_maximum = None
    assert manage("vyte_sync").code == 0
    assert manage("vyte_doctor").code == 0


def test_a_sync_by_hand_that_succeeds_takes_back_that_one_failed(vyte_sandbox, linked_team, manage):
    vyte_sandbox.stop_api()
    tasks.sync_team(linked_team.pk)
    vyte_sandbox.start_api()
    assert "[sync_failed]" in manage("vyte_doctor").out
    manage("vyte_sync", "--dry-run")
    assert "[sync_failed]" in manage("vyte_doctor").out
    manage("vyte_sync")
    assert manage("vyte_doctor").code == 0


def test_json_is_one_document_with_everything(vyte_sandbox, linked_team, manage):
    healthy = json.loads(manage("vyte_doctor", "--json").out)
    assert (healthy["healthy"], healthy["errors"], healthy["warnings"]) == (True, 0, 0)
    assert {each["level"] for each in healthy["findings"]} == {"ok"}
    vyte_sandbox.state.hooks.clear()
    said = manage("vyte_doctor", "--json", verbosity=0)
    document = json.loads(said.out)
    assert (document["healthy"], document["errors"], document["warnings"]) == (False, 1, 0)
    (found,) = [each for each in document["findings"] if each["level"] == "error"]
    assert found == {
        "id": "webhooks_missing",
        "level": "error",
        "text": "Webhooks are missing at Vyte: event.created, event.confirmed, event.updated, event.cancelled, "
        "user.joined.",
        "hint": f"manage.py vyte_hooks register --team {linked_team.vyte_id}",
        "about": "ACME",
        "team": linked_team.vyte_id,
    }
    assert document["findings"][0]["team"] is None
    assert said.code == 1


def test_without_its_tables_it_says_what_to_run(linked_team, manage):
    MigrationRecorder(connection).record_unapplied("django_vyte", "0007_verbose_names")
    said = manage("vyte_doctor")
    assert said.out.endswith("-> manage.py migrate django_vyte\n")
    assert said.code == 1


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_no_secret_is_shown_whatever_is_wrong(vyte_sandbox, linked_team, settings, manage, arguments):
    secrets = [vyte_sandbox.api_key, *settings.VYTE["ENCRYPTION_KEYS"]]
    secrets += [webhook.token.get_secret_value() for webhook in Webhook.objects.all()]
    with linked_team.client() as client:
        client.hooks.create(action="event.created", target_url="https://zapier.example/hooks/very-secret")
    body = f"key {vyte_sandbox.api_key} is wrong, secret=very-secret".encode()
    quoted = (
        f"POST /vyte/webhooks/{secrets[-1]}/ with key={vyte_sandbox.api_key} at https://u:very-secret@host/x"
    )
    problems.set_problem(linked_team.pk, Kind.PATROL, quoted)
    Delivery.objects.create(
        source="vyte",
        account=str(linked_team.pk),
        status=Delivery.Status.FAILED,
        next_attempt_at=None,
        error=quoted,
    )
    shown = [manage("vyte_doctor", *arguments, verbosity=3)]
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "https://u:very-secret@staging.example.com"}
    shown.append(manage("vyte_doctor", *arguments))
    vyte_sandbox.faults.add(path="^/hooks", status=400, body=body, times=None)
    shown.append(manage("vyte_doctor", *arguments))
    vyte_sandbox.faults.add(path="^/v2/auth", status=401, body=body, times=None)
    shown.append(manage("vyte_doctor", *arguments))
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    shown.append(manage("vyte_doctor", *arguments))
    texts = "".join(each.out + each.err + each.failure for each in shown)
    assert "***" in texts
    assert not [secret for secret in [*secrets, "very-secret"] if secret in texts]
