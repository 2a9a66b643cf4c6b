"""What is wrong is found, said without a secret and with the next step; what is not wrong is left in peace."""

from __future__ import annotations

import datetime as dt
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from cryptography.fernet import Fernet
from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from django_vyte import tasks
from django_vyte.accounts import problems, subscriptions
from django_vyte.accounts.problems import Kind
from django_vyte.fields import EncryptedTextField
from django_vyte.inbox import scheduling
from django_vyte.jobs import publishing
from django_vyte.models import ApiKey, Delivery, Event, EventChange, Member, Team, ThirdPartyApp, Webhook
from django_vyte.ops import doctor, retention
from django_vyte.ops.doctor import Finding, Level, run_checks, time_zones
from django_vyte.ops.doctor.finding import redacted
from django_vyte.signals import event_created
from django_vyte.sync import patrol
from django_vyte.sync.team import sync_team
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
NOW = timezone.now()
Status = Delivery.Status


def wrong(team_id: str = "") -> dict[str, Finding]:
    """What is wrong, by id."""
    return {each.id: each for each in run_checks(team_id) if each.level is not Level.OK}


def ago(**spans: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**spans)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch) -> None:
    """Between two tries of one request."""
    monkeypatch.setattr("django_vyte.http.clock.sleep", lambda seconds: None)


@pytest.fixture(autouse=True)
def one_source_of_time_zones(monkeypatch) -> None:
    """What the machine has is tried in tests/ops/test_time_zone_data.py."""
    monkeypatch.setattr(time_zones, "package_data", lambda: None)


@pytest.fixture
def other_team(vyte_sandbox, linked_team) -> Team:
    """A second team, linked like the first."""
    organization = {"_id": "5f198da1c1ac5d1a30fc0b01", "name": "Bolt", "members": [], "admins": []}
    vyte_sandbox.state.load_organization(organization)
    key = vyte_sandbox.state.use_key(organization["_id"])
    team = Team.objects.create(vyte_id=organization["_id"], name="Bolt")
    ApiKey.objects.create(team=team, key=key, hint=key[-4:])
    subscriptions.register(team)
    vyte_sandbox.requests.clear()
    return team


def make_change(team: Team, number: int = 1, **fields: Any) -> EventChange:
    event, _ = Event.objects.get_or_create(team=team, vyte_id=f"{number:024}", defaults={"as_of": NOW})
    return EventChange.objects.create(event=event, kind="created", cause="webhook", **fields)


def register_app(team: Team) -> ThirdPartyApp:
    """A third-party app that Vyte knows."""
    with team.client() as client:
        app = client.third_parties.create(name="CRM", contact_email="ada@example.com")
    return ThirdPartyApp.objects.create(app_id=app["_id"], secret=app["secret"], name="CRM")


# Nothing is wrong

SERVER_QUERIES = {"sqlite": 0, "postgresql": 1, "mysql": 4}


def test_on_a_healthy_site_every_check_is_ok(linked_team):
    patrol.claimed(linked_team.pk).__enter__()
    found = list(run_checks())
    assert {each.level for each in found} == {Level.OK}
    server = [] if connection.vendor == "sqlite" else ["database"]
    assert [each.id for each in found] == [
        "settings", "broker", "tables", *server, "secrets", "teams",
        "key", "vyte", "webhooks", "patrol", "problems",
        "endpoint", "deliveries", "receivers", "pruning",
    ]  # fmt: skip
    assert {each.hint for each in found} == {""}
    assert [each.about for each in found if each.team == linked_team.vyte_id] == ["ACME"] * 5
    assert [each.about for each in found if not each.team] == ["site"] * (9 + len(server))


def test_a_site_at_work_is_healthy(vyte_sandbox, linked_team, settle):
    vyte_sandbox.create_event(title="Kick-off")
    settle()
    vyte_sandbox.create_event(title="Review")
    vyte_sandbox.deliver()
    assert Delivery.objects.filter(status=Status.RECEIVED).exists()
    assert wrong() == {}


def test_vyte_is_asked_two_things_and_nothing_is_written(
    vyte_sandbox, linked_team, django_assert_num_queries
):
    make_change(linked_team, next_attempt_at=None, told_at=NOW)
    # Migrations, stored secrets, teams; key, client twice, webhooks; addresses and ten calls; deliveries; changes,
    # apps, members, of which there are none to be looked through; pruning; heartbeats. The clinic of the tests has no
    # practices, and changes like Vyte's; calls of apps that are not installed. A server is asked what time it is, and
    # MariaDB which characters and time zones it knows.
    server = SERVER_QUERIES[connection.vendor]
    with django_assert_num_queries(
        2 + 3 + 1 + 1 + 2 + 1 + 1 + 1 + 10 + 3 + 6 + 5 + 4 + 1 + 5 + 1 + server
    ) as queries:
        assert wrong() == {}
    assert [(each.method, each.path) for each in vyte_sandbox.requests] == [
        ("GET", "/v2/auth/test"),
        ("GET", "/hooks"),
    ]
    said = [query["sql"].split()[0] for query in queries.captured_queries]
    assert set(said) <= {"SELECT", "SHOW"}


def test_findings_are_yielded_as_they_are_found(vyte_sandbox, linked_team):
    found = run_checks()
    assert next(found).id == "settings"
    assert vyte_sandbox.requests == []


# The site


def test_the_system_checks_are_findings_of_their_own(linked_team, settings):
    settings.VYTE = {**settings.VYTE, "PUBLIC_ULR": "x", "RETRIES": -1}
    found = wrong()
    assert found["django_vyte.E002"].level is Level.ERROR
    assert "Did you mean 'PUBLIC_URL'?" in found["django_vyte.E002"].hint
    assert "RETRIES" in found["django_vyte.E008"].text
    settings.SILENCED_SYSTEM_CHECKS = ["django_vyte.E002"]
    assert "django_vyte.E002" not in wrong()


def test_an_api_url_that_is_none_breaks_nothing(linked_team, settings):
    settings.VYTE = {**settings.VYTE, "API_URL": "127.0.0.1:8900"}
    found = wrong()
    assert set(found) == {"django_vyte.E008", "vyte_fails"}
    assert "api_url must begin with https://" in found["vyte_fails"].text


@pytest.mark.parametrize("keys", [None, [], [None]])
def test_without_an_encryption_key_that_is_what_is_said(linked_team, settings, keys):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": keys}
    found = wrong()
    assert set(found) == {"django_vyte.E003", "vyte_fails"}
    assert "ENCRYPTION_KEYS" in found["vyte_fails"].text
    assert found["vyte_fails"].hint == "Correct the setting: docs/start/settings.md"


def test_migrations_that_are_not_applied_are_named_and_nothing_more_is_asked(linked_team):
    MigrationRecorder(connection).record_unapplied("django_vyte", "0007_verbose_names")
    found = list(run_checks())
    assert found[-1].id == "migrations_unapplied"
    assert "0007_verbose_names" in found[-1].text
    assert found[-1].hint == "manage.py migrate django_vyte"


def test_a_database_that_does_not_answer_is_a_finding(linked_team):
    with lost_connection(at="SELECT"):
        found = list(run_checks())
    assert found[-1].id == "database_unreachable"
    assert "'default' does not answer: OperationalError" in found[-1].text


@pytest.mark.django_db(transaction=True)
def test_a_check_that_crashes_stops_no_other(linked_team, caplog):
    with lost_connection(at="django_vyte_webhook"):
        found = list(run_checks())
    broken = next(each for each in found if each.id == "check_crashed")
    assert broken.text == "The check of secrets failed with OperationalError."
    assert found[-1].id == "pruning"
    assert "secrets failed" in caplog.text


def test_secrets_that_no_key_opens_are_counted_with_the_next_step(vyte_sandbox, linked_team, settings):
    register_app(linked_team)
    old, new = settings.VYTE["ENCRYPTION_KEYS"], Fernet.generate_key().decode()
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [new]}
    found = [each for each in run_checks() if each.level is Level.ERROR]
    texts = [each.text.split(" cannot")[0] for each in found if each.id == "secrets_unreadable"]
    assert texts == ["1 of 1 API keys", "5 of 5 webhooks", "1 of 1 third-party apps"]
    steps = [each.hint.partition("Is it lost? Then ")[2] for each in found if each.id == "secrets_unreadable"]
    assert steps == [
        "manage.py vyte_link_team", "manage.py vyte_hooks register", "enter their secrets in the admin",
    ]  # fmt: skip
    assert found[-1].id == "key_unreadable"
    ApiKey.objects.update(key=vyte_sandbox.api_key)
    Webhook.objects.filter(action="event.created").delete()
    found = [each for each in run_checks() if each.id == "secrets_unreadable"]
    assert [each.text.split(" cannot")[0] for each in found] == ["4 of 4 webhooks", "1 of 1 third-party apps"]
    assert "webhooks_not_compared" in wrong()
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [new, *old]}
    assert set(wrong()) == {"webhooks_missing", "webhooks_stale"}


def test_a_revoked_key_that_no_key_opens_is_nobody_s_trouble(vyte_sandbox, linked_team, settings):
    Webhook.objects.all().delete()
    ApiKey.objects.update(status=ApiKey.Status.REVOKED)
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    ApiKey.objects.create(team=linked_team, key=vyte_sandbox.api_key, hint="new")
    assert set(wrong()) == {"webhooks_missing", "webhooks_stale"}


def test_every_encrypted_column_is_looked_at(linked_team, settings):
    register_app(linked_team)
    sealed = [
        (model, field.name)
        for model in apps.get_app_config("django_vyte").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    assert len(sealed) == 4
    mine, other = settings.VYTE["ENCRYPTION_KEYS"], Fernet.generate_key().decode()
    for model, name in sealed:
        values = dict(model.objects.values_list("pk", name))
        settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [other]}
        model.objects.update(**{name: "sealed with another key"})
        settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": mine}
        assert "secrets_unreadable" in wrong(), (model, name)
        for pk, value in values.items():
            model.objects.filter(pk=pk).update(**{name: value})
    assert wrong() == {}


# The broker


def test_a_broker_that_cannot_be_reached_is_named_without_its_password(linked_team, monkeypatch, free_port):
    address = f"amqp://guest:very-secret@127.0.0.1:{free_port}/very-secret-too"
    monkeypatch.setattr(current_app.conf, "broker_url", address)
    found = wrong()["broker_unreachable"]
    assert f"amqp://127.0.0.1:{free_port} leads to ConnectionRefusedError." in found.text
    assert "very-secret" not in found.text
    assert "manage.py vyte_inbox process" in found.hint


def test_a_broker_that_hangs_is_not_waited_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(current_app.conf, "broker_url", f"amqp://guest:secret@127.0.0.1:{port}//")
        assert "does not answer within" in publishing.broker_problem(0.1)


@pytest.mark.parametrize("address", ["redis://:p#very-secret@host/0", "no-such-transport://very-secret@host"])
def test_a_broker_url_that_is_none_is_a_problem_without_its_password(linked_team, monkeypatch, address):
    monkeypatch.setattr(current_app.conf, "broker_url", address)
    assert "very-secret" not in wrong()["broker_unreachable"].text


def test_where_tasks_run_eagerly_no_broker_is_asked(monkeypatch, free_port):
    monkeypatch.setattr(current_app.conf, "broker_url", f"amqp://127.0.0.1:{free_port}//")
    monkeypatch.setattr(current_app.conf, "task_always_eager", True)
    assert publishing.broker_problem() == ""


def test_of_two_brokers_that_cannot_be_reached_no_password_is_shown(linked_team, monkeypatch, free_port):
    both = [f"amqp://{name}:very-secret@127.0.0.1:{free_port}//" for name in ("a", "b")]
    monkeypatch.setattr(current_app.conf, "broker_url", ";".join(both))
    found = wrong()["broker_unreachable"]
    assert "leads to ConnectionRefusedError" in found.text
    assert "very-secret" not in found.text


# A team and Vyte


def test_without_a_team_the_next_step_is_to_link_one(db):
    found = wrong()["no_team"]
    assert (found.level, found.hint) == (Level.ERROR, "manage.py vyte_link_team")


def test_a_team_that_is_not_linked_is_told_which_are(linked_team):
    found = wrong("5f198da1c1ac5d1a30fc0000")
    assert set(found) == {"unknown_account"}
    assert f"{linked_team.vyte_id} (ACME)" in found["unknown_account"].hint


def test_a_team_without_an_active_key_is_to_be_linked_again(vyte_sandbox, linked_team):
    ApiKey.objects.update(status=ApiKey.Status.REVOKED)
    Team.objects.update(patrolled_at=ago(days=3))
    found = wrong()
    assert set(found) == {"no_active_key"}, "the patrol passes it over"
    assert found["no_active_key"].hint == "manage.py vyte_link_team"
    assert found["no_active_key"].team == linked_team.vyte_id
    assert vyte_sandbox.requests == []


def test_a_key_that_vyte_refuses_is_an_error_with_advice(vyte_sandbox, linked_team):
    vyte_sandbox.state.keys.clear()
    found = wrong()
    assert set(found) == {"key_refused"}
    assert "answered 401" in found["key_refused"].text
    assert found["key_refused"].hint == (
        "Vyte does not know the team's key any more: link the team again. manage.py vyte_link_team"
    )


def test_a_key_of_another_team_is_found_out(vyte_sandbox, linked_team):
    Team.objects.update(vyte_id="5f198da1c1ac5d1a30fc0000")
    found = wrong()
    assert set(found) == {"key_of_another_team"}
    assert vyte_sandbox.team_id in found["key_of_another_team"].text


@pytest.mark.parametrize(("drop", "kind"), [(True, "vyte_unreachable"), (False, "vyte_fails")])
def test_vyte_being_down_is_one_finding_with_advice(vyte_sandbox, linked_team, drop, kind):
    vyte_sandbox.stop_api(drop=drop)
    found = wrong()
    assert set(found) == {kind}
    assert "try again in some minutes" in found[kind].hint
    assert {each.path for each in vyte_sandbox.requests} == {"/v2/auth/test"}


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"{}", b"[]", b'{"_id": 7}'])
def test_what_answers_and_is_not_vyte_is_found_out(vyte_sandbox, linked_team, body):
    vyte_sandbox.faults.add(path="^/v2/auth/test$", status=200, body=body)
    found = wrong()
    assert set(found) == {"vyte_fails"}
    assert "check VYTE['API_URL']" in found["vyte_fails"].hint


def test_somebody_who_waits_is_not_kept_waiting_for_long(vyte_sandbox, linked_team, monkeypatch):
    monkeypatch.setitem(doctor.vyte.CLIENT_OPTIONS, "deadline", 0.05)
    for path, kind in (("^/hooks", "webhooks_not_compared"), ("^/v2/auth/test$", "vyte_unreachable")):
        vyte_sandbox.faults.add(path=path, delay=0.3, times=None)
        found = wrong()
        assert {name: each.text for name, each in found.items()} == {kind: "Vyte does not answer in time."}


def test_webhooks_that_vyte_lacks_are_named_with_the_command(vyte_sandbox, linked_team):
    vyte_sandbox.state.hooks.clear()
    found = wrong()
    assert set(found) == {"webhooks_missing"}
    assert "event.cancelled, " in found["webhooks_missing"].text
    assert found["webhooks_missing"].hint == f"manage.py vyte_hooks register --team {linked_team.vyte_id}"


def test_webhooks_that_were_never_registered_are_missing_too(vyte_sandbox, team):
    assert "user.joined" in wrong()["webhooks_missing"].text


def test_webhooks_of_this_site_that_it_does_not_know_are_to_be_pruned_and_others_left(
    vyte_sandbox, linked_team
):
    with linked_team.client() as client:
        client.hooks.create(action="event.created", target_url="https://zapier.example/hooks/very-secret")
        assert wrong() == {}
        client.hooks.create(
            action="event.created", target_url="https://crm.example.com/vyte/webhooks/forgotten/"
        )
    found = wrong()
    assert set(found) == {"webhooks_stale"}
    assert "has 1 webhooks of this site" in found["webhooks_stale"].text
    assert "vyte_hooks prune" in found["webhooks_stale"].hint


def test_a_public_url_that_changed_is_the_cause_that_is_named(vyte_sandbox, linked_team, settings):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "https://staging.example.com"}
    found = wrong()
    assert set(found) == {"public_url_changed"}
    assert "crm.example.com" in found["public_url_changed"].text
    assert found["public_url_changed"].hint.startswith(
        "Correct VYTE['PUBLIC_URL'], or, if this site has moved"
    )


def test_without_a_public_url_the_setting_is_named(vyte_sandbox, linked_team, settings):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": ""}
    found = wrong()
    assert set(found) == {"django_vyte.E004", "webhooks_not_compared"}
    assert "PUBLIC_URL" in found["webhooks_not_compared"].text


def test_webhooks_that_vyte_does_not_list_are_said_to_be_unknown(vyte_sandbox, linked_team):
    vyte_sandbox.faults.add(path="^/hooks", status=403, times=None)
    found = wrong()["webhooks_not_compared"]
    assert "answered 403" in found.text
    assert found.hint == "The team's key may not do this: check its rights at Vyte."


# What the background work left


def test_a_team_that_is_never_patrolled_hears_of_beat(linked_team):
    Team.objects.update(created_at=ago(hours=3))
    tasks.sweep()
    assert "docs/run/celery.md#beat" in wrong()["never_patrolled"].hint
    Team.objects.update(patrolled_at=ago(hours=1))
    assert wrong() == {}
    Team.objects.update(patrolled_at=ago(hours=5, minutes=1))
    assert wrong()["patrol_overdue"].text == "It was last patrolled 5 hours, 1 minute ago."


def test_each_line_of_a_team_s_problem_is_a_finding_of_its_own(linked_team):
    for kind in (Kind.SYNC, Kind.MISSING, Kind.WEBHOOKS, Kind.PATROL, "Odd:"):
        problems.set_problem(linked_team.pk, kind, "GET /v2/events answered 503")
    found = wrong()
    assert set(found) == {
        "sync_failed", "events_may_be_missing", "registering_failed", "comparing_failed", "other_problem",
    }  # fmt: skip
    assert found["sync_failed"].text == "Synchronising failed: GET /v2/events answered 503"
    assert all(linked_team.vyte_id in each.hint for each in found.values())


# Work


def test_calls_that_were_given_up_are_counted_with_the_latest_reason(linked_team):
    for number in range(3):
        Delivery.objects.create(
            source="vyte",
            account=str(linked_team.pk),
            status=Status.FAILED,
            next_attempt_at=None,
            error=f"ServerError: {number}",
        )
    found = wrong()["deliveries_failed"]
    assert found.text.startswith("Calls were given up: 3. The latest, ")
    assert found.text.endswith(": ServerError: 2")
    assert "manage.py vyte_inbox replay" in found.hint


def test_a_million_failed_calls_are_not_counted(linked_team, monkeypatch):
    monkeypatch.setattr(doctor.backlog, "MAX_COUNT", 2)
    for _ in range(4):
        Delivery.objects.create(
            source="vyte", account=str(linked_team.pk), status=Status.FAILED, next_attempt_at=None
        )
    assert "given up: more than 2." in wrong()["deliveries_failed"].text


def test_a_call_that_nobody_takes_up_asks_for_a_worker(vyte_sandbox, linked_team, settings):
    vyte_sandbox.create_event(title="Kick-off")
    vyte_sandbox.deliver()
    assert wrong() == {}
    Delivery.objects.update(next_attempt_at=ago(minutes=20))
    found = wrong()
    assert set(found) == {"deliveries_idle"}
    assert found["deliveries_idle"].text == "A call has been due for 20 minutes, and no worker is running."
    assert "manage.py vyte_inbox process" in found["deliveries_idle"].hint
    settings.VYTE = {**settings.VYTE, "QUEUE": "meetings"}
    assert "celery worker -Q meetings" in wrong()["deliveries_idle"].hint


def test_workers_that_do_not_keep_up_are_distinguished_from_none(vyte_sandbox, linked_team):
    Delivery.objects.create(source="vyte", account=str(linked_team.pk), next_attempt_at=ago(minutes=20))
    Delivery.objects.create(
        source="vyte",
        account=str(linked_team.pk),
        status=Status.WORKING,
        lease="somebody",
        next_attempt_at=ago(minutes=-2),
    )
    found = wrong()
    assert set(found) == {"deliveries_behind"}
    assert "docs/run/scaling.md" in found["deliveries_behind"].hint


def test_calls_that_fail_again_and_again_are_a_warning_before_they_are_given_up(vyte_sandbox, linked_team):
    vyte_sandbox.create_event(title="Kick-off")
    vyte_sandbox.deliver()
    vyte_sandbox.faults.add(path="^/v2/events", status=403, times=None)
    scheduling.process(Delivery.objects.get().pk)
    assert wrong() == {}, "that may pass"
    Delivery.objects.update(attempts=6)
    found = wrong()
    assert set(found) == {"deliveries_failing"}
    assert "answered 403" in found["deliveries_failing"].text


@pytest.fixture
def failing_receiver():
    """One that quotes what it should not."""

    def fail(event, **kwargs):
        raise ValueError("redis://:very-secret@cache/0 refused token=very-secret")

    event_created.connect(fail)
    yield
    event_created.disconnect(fail)


def test_receivers_that_were_given_up_on_are_counted_with_the_reason(
    vyte_sandbox, linked_team, settings, failing_receiver
):
    settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 1}
    vyte_sandbox.create_event(title="Kick-off")
    vyte_sandbox.deliver()
    scheduling.process(Delivery.objects.get().pk)
    tasks.sweep()
    found = wrong()
    assert set(found) == {"receivers_given_up"}
    assert "on, changes: 1. The latest: " in found["receivers_given_up"].text
    assert "ValueError: redis://cache refused token=***" in found["receivers_given_up"].text
    assert "very-secret" not in str(found)


def test_receivers_that_fail_again_and_again_are_a_warning(vyte_sandbox, linked_team, failing_receiver):
    sync_team(linked_team)
    tasks.sweep()
    EventChange.objects.filter(next_attempt_at__isnull=False).update(attempts=10)
    found = wrong()
    assert set(found) == {"receivers_failing"}
    assert found["receivers_failing"].text.startswith("Changes fail again and again: ")


def test_changes_and_members_that_are_not_dispatched_ask_for_a_worker(linked_team):
    make_change(linked_team, next_attempt_at=ago(minutes=30))
    assert "A change has been due for 30 minutes" in wrong()["receivers_idle"].text
    EventChange.objects.all().delete()
    Member.objects.create(team=linked_team, vyte_id="m", as_of=NOW, next_attempt_at=ago(hours=2))
    assert "A member has been due for 2 hours" in wrong()["receivers_idle"].text
    Member.objects.update(next_attempt_at=ago(minutes=-2), lease="somebody")
    assert wrong() == {}
    make_change(linked_team, next_attempt_at=ago(minutes=30))
    make_change(linked_team, next_attempt_at=ago(minutes=-2), lease="somebody")
    assert set(wrong()) == {"receivers_behind"}


def test_receivers_given_up_on_long_ago_are_found_in_steps_as_far_as_time_allows(linked_team, monkeypatch):
    monkeypatch.setattr(doctor.backlog, "STEP", 2)
    lost = {"next_attempt_at": None, "error": "listener: KeyError"}
    make_change(linked_team, **lost)
    for _ in range(5):
        make_change(linked_team, next_attempt_at=None, told_at=NOW)
    assert "changes: 1." in wrong()["receivers_given_up"].text
    monkeypatch.setattr(doctor.backlog, "SECONDS", -1)
    assert wrong() == {}
    make_change(linked_team, **lost)
    make_change(linked_team, next_attempt_at=None, told_at=NOW)
    assert "changes: 1." in wrong()["receivers_given_up"].text


@pytest.mark.parametrize("days", [13, 16])
def test_what_should_have_been_pruned_yesterday_is_no_trouble_yet(linked_team, days):
    Delivery.objects.create(
        source="vyte",
        account=str(linked_team.pk),
        status=Status.DONE,
        next_attempt_at=None,
        body="{}",
        received_at=ago(days=days),
    )
    assert wrong() == {}


def test_bodies_of_calls_that_nobody_empties_are_found(linked_team):
    closed = {"source": "vyte", "account": str(linked_team.pk), "next_attempt_at": None, "body": "{}"}
    Delivery.objects.create(status=Status.FAILED, received_at=ago(days=30), **closed)
    assert set(wrong()) == {"deliveries_failed"}, "what failed keeps its body"
    Delivery.objects.create(status=Status.DONE, received_at=ago(days=30), **closed)
    found = wrong()["not_pruned"]
    assert "manage.py vyte_inbox prune" in found.hint
    retention.prune()
    assert set(wrong()) == {"deliveries_failed"}


def test_calls_and_changes_that_nobody_deletes_are_found(linked_team, settings):
    Delivery.objects.create(
        source="vyte",
        account=str(linked_team.pk),
        status=Status.DONE,
        next_attempt_at=None,
        received_at=ago(days=94),
    )
    assert set(wrong()) == {"not_pruned"}
    retention.prune()
    assert wrong() == {}
    make_change(linked_team, next_attempt_at=None, told_at=NOW, created_at=ago(days=369))
    assert set(wrong()) == {"not_pruned"}
    settings.VYTE = {**settings.VYTE, "KEEP_HISTORY_DAYS": 10**9}
    assert wrong() == {}


# Two teams


def test_of_two_teams_each_is_looked_into_and_named(vyte_sandbox, linked_team, other_team):
    del vyte_sandbox.state.keys[other_team.api_keys.get().key.get_secret_value()]
    found = list(run_checks())
    assert {each.about for each in found} == {"site", "ACME", "Bolt"}
    assert [(each.id, each.team) for each in found if each.level is not Level.OK] == [
        ("key_refused", other_team.vyte_id)
    ]


def test_of_one_team_nothing_is_said_of_the_other(vyte_sandbox, linked_team, other_team):
    Delivery.objects.create(
        source="vyte", account=str(linked_team.pk), status=Status.FAILED, next_attempt_at=None, error="x"
    )
    make_change(linked_team, next_attempt_at=None, error="x")
    Member.objects.create(team=linked_team, vyte_id="m", as_of=NOW, next_attempt_at=None, error="x")
    problems.set_problem(linked_team.pk, Kind.SYNC, "x")
    assert wrong(other_team.vyte_id) == {}
    assert set(wrong(linked_team.vyte_id)) == {"deliveries_failed", "receivers_given_up", "sync_failed"}


def test_a_vyte_that_cannot_be_reached_is_not_asked_about_the_next_team(
    vyte_sandbox, linked_team, other_team
):
    vyte_sandbox.stop_api(drop=True)
    found = [each for each in run_checks() if each.level is not Level.OK]
    assert [(each.id, each.about) for each in found] == [("vyte_unreachable", "ACME")]


# What is said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("amqp://user:p@ss@host:5672/x is down", "amqp://host:5672 is down"),
        ("redis://:p/a/s/s@host/0", "redis://host"),
        ("POST /vyte/webhooks/opens-everything/ answered 500", "POST /vyte/webhooks/***/ answered 500"),
        ("see https://crm.example.com/vyte/webhooks/opens-everything/", "see https://crm.example.com"),
        ("api_key=opens-everything, twice", "api_key=***, twice"),
        ("rDhJxHjWqz5HkTjPOGcc7WjQb8kDPaCzHnQvSBq3hFg= is wrong", "*** is wrong"),
        ("manage.py vyte_link_team", "manage.py vyte_link_team"),
    ],
)
def test_what_somebody_else_wrote_is_shown_without_secrets(text, shown):
    assert redacted(text) == shown


def sources() -> str:
    folder = Path(doctor.__file__).parent
    return "\n".join(path.read_text() for path in folder.glob("*.py"))


def test_pages_that_hints_name_have_those_headings():
    named = set(re.findall(r"docs/([\w/-]+\.md)#?([\w-]*)", sources()))
    assert len(named) >= 5
    for page, anchor in named:
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / page).read_text(), re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in slugs, (page, anchor)


def test_receivers_that_were_given_up_on_are_called_again_as_documented(linked_team):
    make_change(linked_team, next_attempt_at=None, error="listener: KeyError", attempts=60)
    page = (ROOT / "docs" / "use" / "signals.md").read_text()
    _, _, section = page.partition("## Given up\n")
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    exec(code[1], {})
    tasks.sweep()
    assert EventChange.objects.get().told_at
    assert wrong() == {}


# Other services


def test_a_site_that_uses_another_service_only_is_healthy(clinic_service):
    assert "no_team" not in wrong()
    assert set(wrong(clinic_service.account)) == set()


def test_a_service_whose_checks_raise_stops_no_other(linked_team, clinic_service, monkeypatch):
    def broken(account_id):
        raise RuntimeError
        yield

    monkeypatch.setitem(doctor.registry.ACCOUNT_CHECKS, "vyte", broken)
    found = list(run_checks())
    assert [each.id for each in found if each.level is Level.ERROR] == ["check_crashed"]
    assert "Its secrets can be decrypted." in [each.text for each in found]


def test_calls_of_an_app_that_is_not_installed_are_told_from_a_missing_worker(linked_team):
    Delivery.objects.create(source="gone", account="1", next_attempt_at=ago(minutes=20))
    found = wrong()
    assert set(found) == {"source_not_installed"}
    assert "of: gone." in found["source_not_installed"].text


# At a glance


def test_the_summary_of_a_healthy_site_is_empty_and_sends_nothing(vyte_sandbox, linked_team):
    assert doctor.summary() == []
    assert vyte_sandbox.requests == []


def test_the_summary_names_what_settings_and_tables_tell_errors_first(
    vyte_sandbox, linked_team, other_team, settings
):
    settings.VYTE = {**settings.VYTE, "RETRIES": -1}
    other_team.api_keys.update(status=ApiKey.Status.REVOKED)
    problems.set_problem(linked_team.pk, Kind.PATROL, "GET /v2/events answered 503")
    Delivery.objects.create(
        source="vyte", account=str(linked_team.pk), status=Status.FAILED, next_attempt_at=None, error="x"
    )
    found = doctor.summary()
    assert [(each.id, each.level, each.team) for each in found] == [
        ("django_vyte.E008", Level.ERROR, ""),
        ("no_active_key", Level.ERROR, other_team.vyte_id),
        ("deliveries_failed", Level.ERROR, ""),
        ("comparing_failed", Level.WARNING, linked_team.vyte_id),
    ]
    assert found[1].about == "Bolt"
    assert vyte_sandbox.requests == []


def test_the_summary_asks_as_often_for_one_team_as_for_many(linked_team, django_assert_max_num_queries):
    Team.objects.bulk_create(Team(vyte_id=str(number), name="T") for number in range(30))
    with django_assert_max_num_queries(30):
        assert len(doctor.summary()) == 30
