"""Taking in a call: the statement that keeps it is also the one that finds out whose it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import connections, router

from django_vyte.db import insist
from django_vyte.inbox import parsing
from django_vyte.inbox.sources import SOURCES, read
from django_vyte.models import Delivery, Webhook
from django_vyte.models.webhook import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

INSERT = """
INSERT INTO django_vyte_delivery
    (team_id, source, subject, body, headers, received_at, next_attempt_at, status, attempts, lease, error)
SELECT team_id, %s, %s, %s, %s, %s, %s, 'received', 0, '', '' FROM django_vyte_webhook WHERE token_digest = %s
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
    body = parsing.read(raw)
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
    headers = connection.ops.adapt_json_value(delivery.headers, None)
    times = map(connection.ops.adapt_datetimefield_value, (delivery.received_at, delivery.next_attempt_at))
    values = [delivery.source, delivery.subject, delivery.body, headers, *times, token_digest]
    returns = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(INSERT + RETURNING * returns, values)
        if not cursor.rowcount:
            return None
        return int(cursor.fetchone()[0] if returns else cursor.lastrowid)
