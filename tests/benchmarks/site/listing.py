"""``COUNT``: so many events, calls and changes, the first page of the admin's list of each, and upcoming meetings."""

from __future__ import annotations

import json
import statistics
import sys
from time import perf_counter

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402

from django_vyte.models import Delivery, Event, EventChange  # noqa: E402
from tests.benchmarks.site.team import empty, team  # noqa: E402

LISTS = {"events": Event, "deliveries": Delivery, "changes": EventChange}
ROUNDS = 15
# By database: a table of numbers n from 1, and the instant n minutes after a fixed one; half of them are past.
NUMBERS = {
    "postgresql": "generate_series(1, {count}) AS n",
    "mysql": "(SELECT CAST(seq AS SIGNED) AS n FROM seq_1_to_{count}) AS numbers",
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)",
}
INSTANTS = {
    "postgresql": "now() + (n - {half}) * interval '1 minute'",
    "mysql": "UTC_TIMESTAMP() + INTERVAL (n - {half}) MINUTE",
    "sqlite": "datetime('now', (n - {half}) || ' minutes')",
}
INSERT = """
INSERT INTO django_vyte_event (team_id, vyte_id, title, status, starts_at, ends_at, all_day, timezone, place_name,
    place_address, creator_email, creator_id, is_booking, lang, app, vyte_created_at, vyte_updated_at, as_of,
    fingerprint, data)
SELECT %s, {id}, 'Kick-off', CASE n %% 3 WHEN 0 THEN 'planning' ELSE 'confirmed' END, {instant}, {instant},
    {no}, 'Europe/Paris', 'Head office', '12 rue de Rivoli, 75004 Paris', 'organiser@example.com', '', {no}, 'fr', '',
    {instant}, {instant}, {instant}, '', %s
FROM {numbers}
"""
CALLS = """
INSERT INTO django_vyte_delivery (source, account, subject, body, headers, received_at, status, attempts,
    lease, error)
SELECT 'vyte', team_id, {subject}, %s, '{{}}', as_of, 'done', 1, '', '' FROM django_vyte_event ORDER BY id
"""
CHANGES = """
INSERT INTO django_vyte_eventchange (event_id, kind, changes, cause, created_at, attempts, lease, error, told_at,
    told)
SELECT id, 'updated', '{{}}', 'webhook', as_of, 1, '', '', as_of, '[]' FROM django_vyte_event ORDER BY id
"""


def fill(count: int) -> None:
    """So many events with one call and one change each, and no others; Vyte's JSON has its usual size."""
    empty()
    vendor = connection.vendor
    parts = {
        "id": "concat('event-', n)" if vendor != "sqlite" else "'event-' || n",
        "subject": "concat('event:', vyte_id)" if vendor != "sqlite" else "'event:' || vyte_id",
        "no": "FALSE" if vendor != "sqlite" else "0",
        "instant": INSTANTS[vendor].format(half=count // 2),
        "numbers": NUMBERS[vendor].format(count=count),
    }
    data = json.dumps({"title": "Kick-off", "messages": [{"text": "Shall we? " * 100}]})
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(**parts), [team("a key").pk, data])
        cursor.execute(CALLS.format(**parts), [data])
        cursor.execute(CHANGES.format(**parts), [])
        for model in LISTS.values():
            table = connection.ops.quote_name(model._meta.db_table)
            for statement in {"postgresql": ["VACUUM ANALYZE"], "mysql": ["ANALYZE TABLE"]}.get(vendor, []):
                cursor.execute(f"{statement} {table}")


def someone() -> Client:
    """A person at the admin who may see everything."""
    users, client = get_user_model(), Client()
    user = users.objects.filter(is_superuser=True).first() or users.objects.create_superuser("bench")
    client.force_login(user)
    return client


def page(client: Client, address: str) -> dict[str, object]:
    """How long the page takes, and its queries with the seconds that each takes."""
    client.get(address)
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        answer = client.get(address)
        taken.append(perf_counter() - began)
        assert answer.status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    slowest = max(queries, key=lambda query: float(query["time"]))
    return {"seconds": statistics.median(taken), "queries": len(queries), "slowest": slowest}


def upcoming() -> dict[str, object]:
    """How long it takes to fetch the next twenty meetings, as a page of a project does."""
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        assert len(Event.objects.upcoming().defer("data")[:20]) == 20
        taken.append(perf_counter() - began)
    return {"seconds": statistics.median(taken), "queries": 1}


if __name__ == "__main__":
    fill(int(sys.argv[1]))
    client = someone()
    pages = {name: reverse(f"admin:{model._meta.db_table}_changelist") for name, model in LISTS.items()}
    measured = {name: page(client, address) for name, address in pages.items()}
    print(json.dumps({**measured, "upcoming()[:20]": upcoming()}))
