"""Storing a call: one INSERT, which also looks up whose call it is where the view leaves that to it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from django.db import connections, router

from django_vyte.db import retry_on_conflict
from django_vyte.inbox import parsing
from django_vyte.inbox.sources import Received, Source, requests_in
from django_vyte.models.delivery import Delivery

logger = logging.getLogger(__name__)

INSERT = """
INSERT INTO django_vyte_delivery
    (account, source, subject, body, headers, received_at, next_attempt_at, status, attempts, lease, error)
SELECT owner.account, %s, %s, %s, %s, %s, %s, 'received', 0, '', '' FROM ({lookup}) owner
"""
LONGEST_SUBJECT = 100
# Other databases give the key of the new row to the cursor.
RETURNING = "RETURNING id"


class AccountLookup(NamedTuple):
    """A SELECT of at most one row with one column ``account``: the INSERT authenticates the call by itself.

    ``sql`` is constant text with ``%s`` for each of ``params``.
    """

    sql: str
    params: tuple[str, ...]


def parse(source: Source[Any, Any], raw: bytes, headers: Mapping[str, str]) -> Delivery:
    """A call as it is stored, without the credentials in its body; nothing is written yet."""
    delivery = Delivery(source=source.name, headers=dict(headers))
    body = parsing.read(raw, source.credentials)
    delivery.body, delivery.subject = body.text, _subject(source, body, delivery)
    return delivery


def _subject(source: Source[Any, Any], body: parsing.Body, delivery: Delivery) -> str:
    """The key of the call's request; empty unless there is exactly one, and it fits.

    The subject only groups calls, so whatever the source does, the call is stored: processing finds out again.
    """
    try:
        requests, problems = requests_in(source, body, Received(delivery.headers, delivery.received_at))
        keys = [request.key for request in requests]
    except Exception:
        logger.exception("A call of %s was stored and cannot be parsed", source.name)
        return ""
    return keys[0] if len(keys) == 1 and not problems and len(keys[0]) <= LONGEST_SUBJECT else ""


def store(delivery: Delivery, account: str | AccountLookup) -> int | None:
    """Insert ``delivery`` for an account; its primary key, or None when the lookup finds no account.

    A lost connection is retried: the caller may never repeat the call, and storing it twice costs nothing.
    """
    lookup = (
        account if isinstance(account, AccountLookup) else AccountLookup("SELECT %s AS account", (account,))
    )
    using = router.db_for_write(Delivery)
    return retry_on_conflict(partial(_insert, delivery, lookup, using), using)


def account_of(lookup: AccountLookup) -> str | None:
    """The account that a lookup finds, for a request that stores nothing."""
    using = router.db_for_write(Delivery)

    def select() -> str | None:
        with connections[using].cursor() as cursor:
            cursor.execute(lookup.sql, lookup.params)
            row = cursor.fetchone()
        return str(row[0]) if row else None

    return retry_on_conflict(select, using)


def _insert(delivery: Delivery, lookup: AccountLookup, using: str) -> int | None:
    connection = connections[using]
    headers = connection.ops.adapt_json_value(delivery.headers, None)
    times = map(connection.ops.adapt_datetimefield_value, (delivery.received_at, delivery.next_attempt_at))
    values = [delivery.source, delivery.subject, delivery.body, headers, *times, *lookup.params]
    returns = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(lookup=lookup.sql) + RETURNING * returns, values)
        if not cursor.rowcount:
            return None
        return int(cursor.fetchone()[0] if returns else cursor.lastrowid)
