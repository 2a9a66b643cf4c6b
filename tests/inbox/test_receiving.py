"""Whose call it is and that it is kept are one statement, and one that finds another way when a connection broke."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.accounts.endpoint import TEAM_OF_TOKEN
from django_vyte.inbox import receiving
from django_vyte.inbox.receiving import AccountLookup
from django_vyte.inbox.sources import SOURCES
from django_vyte.jobs import publishing
from django_vyte.jobs.publishing import Publisher
from django_vyte.models import Delivery, Team, Webhook
from tests.connections import lost_connection

CALL = b'{"action": "event.created", "resource": {"_id": "5f0d7eb02003d0971e2a961a"}}'
KILL = {
    "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
    "mysql": ("SELECT connection_id()", "KILL {}"),
}


@pytest.fixture(autouse=True)
def broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published is not what these tests are about."""
    monkeypatch.setattr(publishing, "publisher", Publisher(lambda *message: None))


@pytest.fixture
def webhook(team: Team) -> Webhook:
    return Webhook.objects.create(team=team, action="event.created")


def call(webhook: Webhook, method: str = "POST", body: bytes = CALL) -> int:
    """The status of the answer to a call."""
    path = f"/vyte/webhooks/{webhook.token.get_secret_value()}/"
    client = Client(raise_request_exception=False)
    return client.generic(method, path, body, content_type="application/json").status_code


def statements(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"].split()[0] for query in queries]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic_requests", [False, True])
def test_once_an_address_was_called_a_call_costs_one_statement(
    atomic_requests: bool, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
    with CaptureQueriesContext(connection) as first:
        assert call(webhook) == 200
    with CaptureQueriesContext(connection) as second:
        assert call(webhook) == 200
    assert (statements(first), statements(second)) == (["SELECT", "INSERT"], ["INSERT"])
    assert Delivery.objects.count() == 2


def test_an_account_that_is_known_needs_no_look_up(db: None) -> None:
    pk = receiving.store(receiving.parse(SOURCES["vyte"], CALL, {}), "7")
    assert Delivery.objects.get(pk=pk).account == "7"


def test_the_row_is_the_one_that_django_would_have_written(webhook: Webhook) -> None:
    delivery = receiving.parse(SOURCES["vyte"], CALL, {"User-Agent": "Vyte/2 🎉"})
    pk = receiving.store(delivery, AccountLookup(TEAM_OF_TOKEN, (webhook.token_digest,)))
    delivery.account = str(webhook.team_id)
    delivery.save(force_insert=True)
    kept, written = Delivery.objects.filter(pk__in=[pk, delivery.pk]).order_by("pk").values()
    assert kept.pop("id") == pk
    assert written.pop("id") == delivery.pk
    assert kept == written
    assert kept["account"] == str(webhook.team_id)
    assert kept["received_at"] <= timezone.now()


@pytest.mark.parametrize("method", ["POST", "HEAD", "GET"])
def test_a_webhook_that_is_deleted_is_unknown_at_once(method: str, webhook: Webhook) -> None:
    assert call(webhook) == 200
    # As another process does it, which tells this one nothing.
    Webhook.objects.filter(pk=webhook.pk).delete()
    assert [call(webhook, method), call(webhook)] == [404, 404]
    assert Delivery.objects.count() == 1


def test_the_body_of_an_unknown_caller_is_read_at_most_once(webhook: Webhook) -> None:
    assert call(webhook) == 200
    Webhook.objects.filter(pk=webhook.pk).delete()
    assert call(webhook) == 404
    with CaptureQueriesContext(connection) as queries:
        assert call(webhook, body=b" " * 3_000_000) == 404
    assert statements(queries) == ["SELECT"]


def test_a_webhook_with_a_new_token_is_unknown_by_the_old_one(webhook: Webhook) -> None:
    assert call(webhook) == 200
    old = Webhook(token=webhook.token.get_secret_value())
    webhook.token = "x" * 43
    webhook.save()
    assert [call(old), call(webhook)] == [404, 200]


def test_calls_of_a_deleted_team_leave_nothing(webhook: Webhook) -> None:
    assert call(webhook) == 200
    webhook.team.delete()
    assert call(webhook) == 404
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_time_are_each_kept(webhook: Webhook) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the database in memory is one connection's")
    answers: list[int] = []
    start = threading.Barrier(4)

    def run() -> None:
        try:
            start.wait(10)
            answers.extend(call(webhook) for _ in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 40
    assert Delivery.objects.of(webhook.team.account_key).filter(status="received").count() == 40


# A database that is not there


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [True, False])
def test_a_database_that_restarted_between_two_calls_costs_none(known: bool, webhook: Webhook) -> None:
    if connection.vendor not in KILL:
        pytest.skip("the database is a file")
    if known:
        assert call(webhook) == 200
    name, kill = KILL[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(name)
        [session] = cursor.fetchone()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(kill.format(session))
    finally:
        other.close()
    assert call(webhook) == 200
    assert Delivery.objects.count() == 1 + known


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", ["SELECT", "INSERT"])
def test_a_statement_whose_connection_breaks_is_executed_over_another(at: str, webhook: Webhook) -> None:
    with lost_connection(at):
        assert call(webhook) == 200
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", ["SELECT", "INSERT"])
def test_what_cannot_be_kept_is_an_error_of_the_server_so_that_vyte_may_try_again(
    at: str, webhook: Webhook
) -> None:
    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.lstrip().startswith(at):
            raise OperationalError("No space left on device")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        assert call(webhook) == 500
    assert not Delivery.objects.exists()
    close_old_connections()
    assert call(webhook) == 200
