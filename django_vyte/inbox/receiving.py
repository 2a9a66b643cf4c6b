"""Storing a call: one INSERT, which also looks up whose call it is where the view leaves that to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from django.db import connections, router

from django_vyte.db import retry_on_conflict
from django_vyte.inbox import parsing
from django_vyte.inbox.sources import Source, requests_in
from django_vyte.models.delivery import Delivery

INSERT = """
INSERT INTO django_vyte_delivery
    (account, source, subject, body, headers, received_at, next_attempt_at, status, attempts, lease, error)
SELECT owner.account, %s, %s, %s, %s, %s, %s, 'received', 0, '', '' FROM ({lookup}) owner
"""
# Other databases give the key of the new row to the cursor.
RETURNING = "RETURNING id"


class AccountLookup(NamedTuple):
    """A SELECT of at most one row with one column ``account``: the INSERT authenticates the call by itself.

    ``sql`` is constant text with ``%s`` for each of ``params``.
    """

    sql: str
    params: tuple[str, ...]


def parse(source: Source[Any, Any], raw: bytes, headers: Mapping[str, str]) -> Delivery:
    """A call as it is stored, without the credentials in its body; nothing is written yet.

    The subject is the key of its request, and empty unless there is exactly one.
    """
    body = parsing.read(raw)
    requests, problems = requests_in(source, body)
    subject = requests[0].key if len(requests) == 1 and not problems else ""
    return Delivery(source=source.name, subject=subject, body=body.text, headers=dict(headers))


def store(delivery: Delivery, account: str | AccountLookup) -> int | None:
    """Insert ``delivery`` for an account; its primary key, or None when the lookup finds no account.

    A lost connection is retried: the caller may never repeat the call, and storing it twice costs nothing.
    """
    lookup = (
        account if isinstance(account, AccountLookup) else AccountLookup("SELECT %s AS account", (account,))
    )
    using = router.db_for_write(Delivery)
    return retry_on_conflict(partial(_insert, delivery, lookup, using), using)


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
