"""``COUNT``: so many events, and the first page of the admin's list of them."""

from __future__ import annotations

import json
import statistics
import sys
from time import perf_counter

import django
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402

from django_vyte.models import Event  # noqa: E402
from tests.benchmarks.site.team import empty, team  # noqa: E402

PAGE = "/admin/django_vyte/event/"
ROUNDS = 15
# By database: a table of numbers n from 1, and the instant n minutes after a fixed one.
NUMBERS = {
    "postgresql": "generate_series(1, {count}) AS n",
    "mysql": "(SELECT seq AS n FROM seq_1_to_{count}) AS numbers",
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)",
}
INSTANTS = {
    "postgresql": "timestamptz '2025-01-01 00:00:00Z' + n * interval '1 minute'",
    "mysql": "'2025-01-01' + INTERVAL n MINUTE",
    "sqlite": "datetime('2025-01-01', n || ' minutes')",
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


def fill(count: int) -> None:
    """So many events and no others, with Vyte's JSON in its usual size."""
    empty()
    vendor = connection.vendor
    parts = {
        "id": "concat('event-', n)" if vendor != "sqlite" else "'event-' || n",
        "no": "FALSE" if vendor != "sqlite" else "0",
        "instant": INSTANTS[vendor],
        "numbers": NUMBERS[vendor].format(count=count),
    }
    data = json.dumps({"title": "Kick-off", "messages": [{"text": "Shall we? " * 100}]})
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(**parts), [team("a key").pk, data])
        table = connection.ops.quote_name(Event._meta.db_table)
        for statement in {"postgresql": ["VACUUM ANALYZE"], "mysql": ["ANALYZE TABLE"]}.get(vendor, []):
            cursor.execute(f"{statement} {table}")


def page() -> dict[str, object]:
    """How long the page takes, and its queries with the seconds that each takes."""
    users, client = get_user_model(), Client()
    user = users.objects.filter(is_superuser=True).first() or users.objects.create_superuser("bench")
    client.force_login(user)
    client.get(PAGE)
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        answer = client.get(PAGE)
        taken.append(perf_counter() - began)
        assert answer.status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    slowest = max(queries, key=lambda query: float(query["time"]))
    return {"seconds": statistics.median(taken), "queries": len(queries), "slowest": slowest}


if __name__ == "__main__":
    fill(int(sys.argv[1]))
    print(json.dumps(page()))
