"""Many new rows arrive whichever way they are inserted, with the same values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from django_vyte import mirror
from django_vyte.mirror import bulk
from django_vyte.models import Event, EventChange, EventGroup, Invitee, Team

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 1, 1, 12, 0, tzinfo=dt.UTC)
MANY = 60
ODD = "tab\tnewline\nreturn\rbackslash\\ \\N \\. quote' \"é 🎉"


@pytest.fixture
def team() -> Team:
    return Team.objects.create(vyte_id="t1", name="ACME")


@pytest.fixture(params=["many", "few"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rows as a batch of many is inserted here, and as a few are everywhere."""
    if request.param == "few":
        monkeypatch.setattr(bulk, "MIN_COPY", 10**9)
    return str(request.param)


def answer(number: int) -> dict[str, Any]:
    status = {"cancelled": True} if number % 3 else {"confirmed": {"flag": True}}
    return {
        "_id": f"e{number:03}",
        "title": f"{ODD} {number}",
        "timezone": "Europe/Paris",
        "dates": [{"_id": "d", "date": "2027-02-01T09:00:00Z", "end_date": "2027-02-01T10:00:00Z"}],
        "invitees": [
            {"_id": f"i{number}", "email": f"p{number}@example.com", "full_name": ODD, "phone": "+33"}
        ],
        "third_party": {"group_ids": [f"project_{number}", "all"]},
        "messages": [{"text": ODD}],
        **status,
    }


def save(team: Team, *answers: object) -> mirror.MirrorResult:
    origin = mirror.Origin("sync")
    return mirror.save(team.pk, [mirror.FetchedEvent(each, NOON, origin) for each in answers])


def written(model: type[models.Model], *ignored: str) -> list[dict[str, Any]]:
    """The rows in the order of their keys, which follow one another without being the same in every test."""
    rows = list(model._default_manager.order_by("pk").values())
    return [{name: value for name, value in row.items() if name not in ignored} for row in rows]


def test_every_column_of_new_events_has_its_value(team: Team, way: str) -> None:
    saved = save(team, *(answer(number) for number in range(MANY)))
    assert (saved.created, len(saved.changes)) == (MANY, 2 * MANY)
    events = list(Event.objects.order_by("vyte_id"))
    assert [event.title for event in events] == [f"{ODD} {number}" for number in range(MANY)]
    first, second = events[:2]
    assert (first.status, second.status) == ("confirmed", "cancelled")
    assert (first.starts_at, first.ends_at) == (
        dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC),
        dt.datetime(2027, 2, 1, 10, tzinfo=dt.UTC),
    )
    assert (first.as_of, first.missing_since, first.all_day) == (NOON, None, False)
    assert first.data == answer(0)
    assert written(Invitee, "id")[0] == {
        "event_id": first.pk,
        "vyte_id": "i0",
        "email": "p0@example.com",
        "full_name": ODD.strip(),
        "phone": "+33",
    }
    assert list(first.groups.values_list("group_id", flat=True)) == ["project_0", "all"]
    assert sorted(saved.changes) == sorted(EventChange.objects.values_list("pk", flat=True))
    change = second.changes.order_by("pk").last()
    assert (change.kind, change.changes, change.cause) == (
        "cancelled",
        {"status": [None, "cancelled"]},
        "sync",
    )
    assert (change.told, change.told_at, change.lease, change.attempts) == ([], None, "", 0)
    assert save(team, *(answer(number) for number in range(MANY))).unchanged == MANY


def test_rows_written_one_by_one_continue_those_written_together(team: Team, way: str) -> None:
    save(team, *(answer(number) for number in range(MANY)))
    assert save(team, answer(MANY)).created == 1
    assert Event.objects.count() == MANY + 1


def test_a_row_that_exists_is_an_integrity_error(team: Team, way: str) -> None:
    save(team, answer(7))
    rows = [Event(team=team, vyte_id=f"e{number:03}", as_of=NOON) for number in range(MANY)]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(rows)
    assert Event.objects.count() == 1


def test_a_value_that_the_database_refuses_is_a_database_error(team: Team, way: str) -> None:
    save(team, answer(0))
    event = Event.objects.get()
    values = [(event.pk, f"group {number}" * (40 if number == 3 else 1)) for number in range(MANY)]
    if connection.vendor == "sqlite":
        pytest.skip("SQLite stores texts of any length")
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert_values(EventGroup, ["event_id", "group_id"], values)
    assert event.groups.count() == 2


def test_nothing_is_inserted_without_a_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        bulk.insert([])
        bulk.insert_values(EventGroup, ["event_id", "group_id"], [])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_postgresql_copies_many_rows(team: Team) -> None:
    with CaptureQueriesContext(connection) as queries:
        save(team, *(answer(number) for number in range(MANY)))
    statements = [query["sql"] for query in queries]
    copied = [sql.split('"')[1] for sql in statements if sql.startswith("COPY")]
    assert copied == [model._meta.db_table for model in (Event, Invitee, EventGroup, EventChange)]
    # Primary keys are reserved for events and changes; what is there is looked at and then locked, in a savepoint.
    assert len(statements) == 4 + 2 + 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_postgresql_inserts_a_few_rows_without_a_further_statement(team: Team) -> None:
    with CaptureQueriesContext(connection) as queries:
        save(team, answer(0))
    assert not [query for query in queries if query["sql"].startswith("COPY")]
    assert len(queries) == 4 + 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's")
def test_with_psycopg_2_rows_are_inserted(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.backends.postgresql.psycopg_any.is_psycopg3", False)
    with CaptureQueriesContext(connection) as queries:
        assert save(team, *(answer(number) for number in range(MANY))).created == MANY
    assert not [query for query in queries if query["sql"].startswith("COPY")]
