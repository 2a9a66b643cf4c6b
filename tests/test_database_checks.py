"""What a database cannot store is named before a call is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.db import connection

from django_vyte import database_checks
from django_vyte.ops.doctor import run_checks as run_doctor

pytestmark = pytest.mark.django_db
mariadb = pytest.mark.skipif(connection.vendor != "mysql", reason="asks MariaDB")


class Server:
    """Stands for a connection to MariaDB, and answers as it would."""

    vendor, alias, settings_dict = "mysql", "default", {"NAME": "crm"}

    def __init__(self, schema: str, sets: list[tuple[str, str]], paris: str | None) -> None:
        self.answers = {
            "SELECT @@character_set_database": [(schema,)],
            database_checks.CHARACTER_SETS: sets,
            "SELECT CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'Europe/Paris')": [(paris,)],
        }

    @contextmanager
    def cursor(self) -> Iterator[SimpleNamespace]:
        rows: list[tuple[str | None, ...]] = []
        yield SimpleNamespace(
            execute=lambda sql: rows.__setitem__(slice(None), self.answers[sql]),
            fetchone=lambda: rows[0],
            fetchall=lambda: rows,
        )


def messages(monkeypatch, schema="utf8mb4", sets=(), paris="2026-01-01 01:00:00") -> dict[str, str]:
    monkeypatch.setattr(database_checks, "connections", {"default": Server(schema, list(sets), paris)})
    found = database_checks.check_database(None, databases=["default"])
    return {str(each.id): f"{each.msg} {each.hint}" for each in found}


def test_a_database_as_it_should_be_is_not_complained_about(monkeypatch):
    assert messages(monkeypatch) == {}
    assert messages(monkeypatch, sets=[("other_table", "latin1")]) == {}


def test_tables_without_emoji_are_named_with_the_statement(monkeypatch):
    sets = [
        ("django_vyte_event", "utf8mb3"),
        ("django_vyte_event", "utf8mb3"),
        ("django_vyte_delivery", "utf8mb3"),
    ]
    text = messages(monkeypatch, "utf8mb3", sets)["django_vyte.W006"]
    assert "Texts of django_vyte_delivery, django_vyte_event are stored as utf8mb3" in text
    assert "CONVERT TO CHARACTER SET utf8mb4" in text
    assert "ALTER DATABASE `crm`" in text


def test_before_there_are_tables_the_database_is_named(monkeypatch):
    text = messages(monkeypatch, "latin1")["django_vyte.W006"]
    assert text.startswith("New tables would store texts as latin1")


def test_missing_time_zones_are_named_with_the_command(monkeypatch):
    assert "mariadb-tzinfo-to-sql" in messages(monkeypatch, paris=None)["django_vyte.W007"]


def test_the_doctor_says_so_too(linked_team, monkeypatch):
    real = database_checks.check_database
    messages(monkeypatch, "utf8mb3", paris=None)
    found = {each.id for each in run_doctor() if each.level != "ok"}
    assert found == {"django_vyte.W006", "django_vyte.W007"}
    assert real(None) == [], "without databases none is asked"


def test_other_databases_are_not_asked():
    if connection.vendor != "mysql":
        assert not [
            each for each in run_checks(databases=["default"]) if str(each.id).startswith("django_vyte.W00")
        ]


@mariadb
def test_mariadb_itself_is_asked():
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'Europe/Paris')")
        zones = cursor.fetchone()[0]
    expected = set() if zones else {"django_vyte.W007"}
    assert {each.id for each in database_checks.check_database(None, databases=["default"])} == expected
    table = "django_vyte_heartbeat"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb3")
    try:
        found = {each.id: each.msg for each in database_checks.check_database(None, databases=["default"])}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4")
    assert found["django_vyte.W006"].startswith(f"Texts of {table} are stored as utf8mb3")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has the clock of this machine")
@pytest.mark.parametrize("ahead", [-300, 300])
def test_the_clock_of_a_server_is_compared(linked_team, monkeypatch, ahead):
    assert "database_clock_differs" not in {each.id for each in run_doctor()}
    import time

    real = time.time
    monkeypatch.setattr("django_vyte.ops.doctor.site.time.time", lambda: real() + ahead)
    (found,) = [each for each in run_doctor() if each.id == "database_clock_differs"]
    assert f"300 seconds {'ahead of' if ahead > 0 else 'behind'} the database's" in found.text
