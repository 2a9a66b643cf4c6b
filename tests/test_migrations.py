"""Every state that a site's database can be in leads to the newest one and back, with its rows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

import django_vyte.migrations

APP = "django_vyte"
FILES = sorted(Path(django_vyte.migrations.__path__[0]).glob("0*.py"))
STATES = [file.stem for file in FILES]
LANDED = Path(__file__).parent / "data" / "migrations.sha256"
REMEMBER = f"(cd {APP}/migrations && sha256sum 0*.py) > tests/data/{LANDED.name}"
BEGINNING = dt.datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=dt.UTC)


def test_a_migration_that_landed_is_never_edited():
    landed = {name: digest for digest, name in map(str.split, LANDED.read_text().splitlines())}
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FILES}
    edited = [name for name, digest in landed.items() if found.get(name) != digest]
    assert not edited, "some site has run it as it was: write another migration instead"
    assert list(found) == list(landed), f"a migration is new: {REMEMBER}"


def test_the_migrations_are_one_line():
    graph = MigrationLoader(None).graph
    assert [name for _, name in graph.leaf_nodes(APP)] == STATES[-1:]
    assert [name for app, name in graph.forwards_plan((APP, STATES[-1])) if app == APP] == STATES


@pytest.fixture
def database(transactional_db: None) -> Iterator[None]:
    """A database that a test may take to any state."""
    yield
    migrate(STATES[-1])


def migrate(name: str | None) -> Any:
    """Take the tables to a state, or away; the models as they were then."""
    executor = MigrationExecutor(connection)
    return executor.migrate([(APP, name)]).apps


def models_of(apps: Any) -> dict[str, type[models.Model]]:
    return {model.__name__: model for model in apps.get_app_config(APP).get_models()}


class Rows:
    """Two rows in each table of a state: in one every column has a value, in the other only those that must."""

    def __init__(self, apps: Any) -> None:
        self.user = get_user_model().objects.create_user("ann")
        self.made: dict[tuple[str, bool], models.Model] = {}
        for model in models_of(apps).values():
            for full in (True, False):
                self.row(model, full)

    def row(self, model: type[models.Model], full: bool) -> models.Model:
        """The row of this table; it is made when it is asked for first."""
        key = model.__name__, full
        if key not in self.made:
            fields = [each for each in model._meta.concrete_fields if not each.primary_key]
            wanted = [each for each in fields if full or not (each.null or each.has_default() or each.blank)]
            values = {field.attname: self.value(field, number, full) for number, field in enumerate(wanted)}
            if model.__name__ == "Delivery":
                values["source"] = "vyte"
            if {"account", "team"} <= {field.name for field in fields} and model.__name__ == "Delivery":
                # Where a delivery has both, they say the same.
                values["account"] = str(values.get("team_id") or "")
            self.made[key] = model._default_manager.create(**values)
        return self.made[key]

    def value(self, field: models.Field, number: int, full: bool) -> Any:
        """Something that fits; later columns have later times, and a choice is the first one."""
        if field.is_relation:
            target = field.related_model
            return (
                self.user if target._meta.label == settings.AUTH_USER_MODEL else self.row(target, full)
            ).pk
        if field.choices:
            return field.choices[0][0]
        if isinstance(field, models.DateTimeField):
            return BEGINNING + dt.timedelta(hours=number)
        if isinstance(field, models.BooleanField):
            return True
        if isinstance(field, models.IntegerField):
            return 7
        if isinstance(field, models.JSONField):
            return {"ä": [1, 2.5, None, "😀"]}
        assert isinstance(field, models.CharField | models.TextField), f"what is a {field!r}?"
        return f"{'ä' if full else 'b'}{number}😀"[: field.max_length]


def contents(apps: Any) -> dict[str, dict[int, dict[str, Any]]]:
    """Every table's rows by key."""
    return {
        name: {row["id"]: row for row in model._default_manager.order_by("pk").values()}
        for name, model in models_of(apps).items()
    }


def shared(these: Any, those: Any) -> Any:
    """What of the first is in tables and columns that the second has too."""
    return {
        name: {
            pk: {column: value for column, value in row.items() if column in those[name][pk]}
            for pk, row in rows.items()
        }
        for name, rows in these.items()
        if name in those
    }


@pytest.mark.parametrize("state", STATES)
def test_rows_of_every_state_live_on_in_the_newest_and_come_back(state, database):
    apps = migrate(state)
    Rows(apps)
    before = contents(apps)
    assert all(len(rows) == 2 for rows in before.values())
    after = contents(migrate(STATES[-1]))
    assert shared(after, before) == shared(before, after)
    assert {name: list(rows) for name, rows in after.items() if name in before} == {
        name: list(rows) for name, rows in before.items()
    }
    assert contents(migrate(state)) == before


def test_an_empty_database_gets_all_tables_and_can_lose_them_all(database):
    migrate(None)
    assert not [name for name in connection.introspection.table_names() if name.startswith(f"{APP}_")]
    apps = migrate(STATES[-1])
    Rows(apps)
    assert all(len(rows) == 2 for rows in contents(apps).values())


def test_deliveries_of_another_source_stay_its_own_there_and_back(database):
    apps = migrate(STATES[-1])
    models = models_of(apps)
    team = models["Team"]._default_manager.create(vyte_id="t1", name="ACME", created_at=BEGINNING)
    deliveries = models["Delivery"]._default_manager
    for source, account in (("vyte", str(team.pk)), ("clinic", str(team.pk)), ("clinic", "x")):
        deliveries.create(source=source, account=account, received_at=BEGINNING)
    before = models_of(migrate("0004_waiting_deliveries"))["Delivery"]._default_manager
    assert list(before.order_by("pk").values_list("source", "team")) == [
        ("vyte", team.pk), ("clinic", None), ("clinic", None),
    ]  # fmt: skip
    after = models_of(migrate(STATES[-1]))["Delivery"]._default_manager
    assert after.get(source="vyte").account == str(team.pk)


def test_events_that_last_long_are_marked_with_their_end(database):
    events = models_of(migrate("0008_heartbeat"))
    midnight, hour = dt.datetime(2026, 1, 7, tzinfo=dt.UTC), dt.timedelta(hours=1)
    team = events["Team"].objects.create(vyte_id="t", name="T")
    times = {
        "hour": {"starts_at": midnight, "ends_at": midnight + hour},
        "week": {"starts_at": midnight, "ends_at": midnight + 168 * hour},
        "day": {"starts_at": midnight, "all_day": True, "timezone": "Pacific/Honolulu"},
        "days": {"starts_at": midnight - hour, "ends_at": midnight + 71 * hour, "all_day": True,
                 "timezone": "Europe/Paris"},
        "nowhere": {"starts_at": midnight, "all_day": True, "timezone": "Nowhere"},
        "undated": {"all_day": True},
    }  # fmt: skip
    for name, columns in times.items():
        events["Event"].objects.create(team=team, vyte_id=name, as_of=midnight, fingerprint="", **columns)
    found = models_of(migrate("0009_lasts_until"))["Event"].objects.values_list("vyte_id", "lasts_until")
    assert dict(found) == {
        "hour": None,
        "week": midnight + 168 * hour,
        "day": midnight + 34 * hour,
        "days": midnight + 71 * hour,
        "nowhere": midnight + 24 * hour,
        "undated": None,
    }
