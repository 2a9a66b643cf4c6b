"""System checks of MySQL and MariaDB, for ``migrate`` and ``check --database``; docs/run/checks.md has each id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from django_vyte.models.delivery import Delivery

APP = "django_vyte"
CHARACTER_SETS = """
    SELECT table_name, character_set_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL AND character_set_name <> 'utf8mb4'
"""
# How many tables a text names.
NAMED = 5


@register(Tags.database)
def check_database(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W006: texts that cannot hold every character; W007: no time-zone tables."""
    return [
        message
        for alias in databases or ()
        if connections[alias].vendor == "mysql" and router.allow_migrate_model(alias, Delivery)
        for message in (*_character_sets(connections[alias]), *_time_zones(connections[alias]))
    ]


def _character_sets(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    own = {model._meta.db_table for model in apps.get_app_config(APP).get_models()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@character_set_database")
        schema = str(cursor.fetchone()[0])
        cursor.execute(CHARACTER_SETS)
        sets = {str(table): str(name) for table, name in cursor.fetchall() if table in own}
    name = connection.settings_dict["NAME"]
    if not sets and schema == "utf8mb4":
        return []
    if sets:
        tables = ", ".join(sorted(sets)[:NAMED]) + (", …" if len(sets) > NAMED else "")
        text = (
            f"Texts of {tables} are stored as {sets[min(sets)]}, which has no emoji: calls with one are lost."
        )
        hint = "For each of these tables: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4. "
    else:
        text, hint = f"New tables would store texts as {schema}, which has no emoji.", ""
    hint += f"For the tables to come: ALTER DATABASE `{name}` CHARACTER SET utf8mb4. docs/run/databases.md#mariadb"
    return [Warning(text, hint=hint, obj=connection.alias, id="django_vyte.W006")]


def _time_zones(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'Europe/Paris')")
        if cursor.fetchone()[0] is not None:
            return []
    text = "The database knows no time zones: filters by day in the admin fail."
    hint = "Load them: mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb -u root mysql. docs/run/databases.md#mariadb"
    return [Warning(text, hint=hint, obj=connection.alias, id="django_vyte.W007")]
