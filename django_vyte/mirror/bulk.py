"""Inserts many rows the quickest way that the database has: ``COPY`` on PostgreSQL, else ``bulk_create``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import TextField, Value

# Rows in one INSERT statement, of some kilobytes each.
INSERT_BATCH = 500
# From so many rows on COPY is quicker by far. It takes one more statement, which reserves primary keys.
MIN_COPY = 10
# The name of the sequence is looked up in a subquery, which runs once.
NEXT_KEYS = "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s)::regclass)) FROM generate_series(1, %s)"
TEXT: TextField[str, str] = TextField()


def encoded_json(text: str) -> Value:
    """JSON that is text already, as the value of a column: decoding and encoding it once more takes time."""
    return Value(text, TEXT)


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, and set their primary keys where the database can tell them.

    Raises IntegrityError for a row that exists.
    """
    if not rows:
        return
    model = type(rows[0])
    connection = _connection(model)
    if _can_copy(connection, rows):
        _reserve_keys(connection, rows)
        _copy(connection, model, [field.attname for field in model._meta.concrete_fields], _values(rows))
    else:
        model._default_manager.bulk_create(rows, INSERT_BATCH)


def insert_values(model: type[models.Model], names: Sequence[str], values: Collection[Sequence[Any]]) -> None:
    """Insert new rows that have these values in the fields named, without making instances where that can be saved.

    Raises IntegrityError for a row that exists.
    """
    connection = _connection(model)
    if _can_copy(connection, values):
        _copy(connection, model, names, values)
    else:
        rows = [model(**dict(zip(names, each, strict=True))) for each in values]
        model._default_manager.bulk_create(rows, INSERT_BATCH)


def _connection(model: type[models.Model]) -> BaseDatabaseWrapper:
    return connections[router.db_for_write(model)]


def _can_copy(connection: BaseDatabaseWrapper, rows: Collection[object]) -> bool:
    """Whether COPY pays, and this is PostgreSQL through psycopg 3: psycopg2 copies files only."""
    if len(rows) < MIN_COPY or connection.vendor != "postgresql":
        return False
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    return is_psycopg3


def _reserve_keys(connection: BaseDatabaseWrapper, rows: Sequence[models.Model]) -> None:
    """Set primary keys from the sequence of the table, since COPY returns none."""
    meta = rows[0]._meta
    with connection.cursor() as cursor:
        cursor.execute(NEXT_KEYS, [connection.ops.quote_name(meta.db_table), meta.pk.column, len(rows)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


def _values(rows: Sequence[models.Model]) -> Iterator[Sequence[Any]]:
    """The values of all columns of each row, with JSON as text."""
    fields = rows[0]._meta.concrete_fields
    read = attrgetter(*(field.attname for field in fields))
    encoders = [(n, field.encoder) for n, field in enumerate(fields) if isinstance(field, models.JSONField)]
    for row in rows:
        values = list(read(row))
        for n, encoder in encoders:
            value = values[n]
            values[n] = value.value if isinstance(value, Value) else json.dumps(value, cls=encoder)
        yield values


def _copy(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    names: Iterable[str],
    values: Iterable[Sequence[Any]],
) -> None:
    """Insert with COPY: https://www.postgresql.org/docs/current/sql-copy.html."""
    quote = connection.ops.quote_name
    columns = {field.attname: quote(field.column or "") for field in model._meta.concrete_fields}
    statement = (
        f"COPY {quote(model._meta.db_table)} ({', '.join(columns[name] for name in names)}) FROM STDIN"
    )
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for each in values:
            copy.write_row(each)
