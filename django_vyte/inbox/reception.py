"""Taking in a call: the statement that keeps it is also the one that finds out whose it is."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.db import connections, models, router

from django_vyte.connections import insist
from django_vyte.inbox import bodies
from django_vyte.inbox.sources import SOURCES, read
from django_vyte.models import Delivery, Webhook
from django_vyte.models.webhook import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

INSERT = """
INSERT INTO {deliveries} (team_id, {columns}) SELECT team_id, {values} FROM {webhooks} WHERE token_digest = %s
"""
# Elsewhere the cursor knows the key of the row.
RETURNING = "RETURNING id"
# Digests of tokens that were found before. They spare a SELECT and let nobody in: ``keep`` looks again.
_found: set[str] = set()


def is_known(token: str) -> bool:
    """Whether a webhook has this token."""
    known = insist(partial(Webhook.objects.for_token, token), Webhook.objects.db) is not None
    if known:
        _found.add(digest(token))
    return known


def was_known(token: str) -> bool:
    """Whether a webhook has this token, or had it when this process last looked."""
    return digest(token) in _found or is_known(token)


def draft(source: str, raw: bytes, headers: Mapping[str, str]) -> Delivery:
    """A call as it is kept, less the credentials in it; the row is not stored yet, and nobody's."""
    body = bodies.read(raw)
    asks, problems = read(SOURCES[source], body)
    subject = asks[0].subject if len(asks) == 1 and not problems else ""
    return Delivery(source=source, subject=subject, body=body.text, headers=dict(headers))


def keep(token: str, delivery: Delivery) -> int | None:
    """Insert ``delivery`` for the team whose webhook has this token; its primary key.

    None when there is no such webhook: then nothing is written.
    """
    wanted = digest(token)
    using = router.db_for_write(Delivery)
    # Vyte documents no retries: an error here may cost the call, and one that is kept twice costs nothing.
    pk = insist(partial(_insert, wanted, delivery, using), using)
    if pk is None:
        _found.discard(wanted)
    return pk


def _insert(token_digest: str, delivery: Delivery, using: str) -> int | None:
    connection = connections[using]
    sql, fields = _statement(using)
    values = [field.get_db_prep_save(field.pre_save(delivery, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, token_digest])
        if not cursor.rowcount:
            return None
        return int(cursor.fetchone()[0] if sql.endswith(RETURNING) else cursor.lastrowid)


@cache
def _statement(using: str) -> tuple[str, list[models.Field[Any, Any]]]:
    """What inserts a delivery, and the fields that it takes the values of, followed by the digest of the token."""
    connection = connections[using]
    quote = connection.ops.quote_name
    columns = Delivery._meta.local_concrete_fields
    fields = [field for field in columns if not field.primary_key and field.name != "team"]
    sql = INSERT.format(
        deliveries=quote(Delivery._meta.db_table),
        webhooks=quote(Webhook._meta.db_table),
        columns=", ".join(quote(str(field.column)) for field in fields),
        values=", ".join(["%s"] * len(fields)),
    )
    return sql + RETURNING * (connection.vendor == "postgresql"), fields
