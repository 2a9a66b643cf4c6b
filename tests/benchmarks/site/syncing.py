"""``ours KEY``, ``floor`` or ``unchanged KEY``: mirror a team, write the rows that this came to, or compare them."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import django
import msgspec
import requests
from django.conf import settings
from django.db import connection, models, transaction

django.setup()

from django_vyte.models import Event  # noqa: E402
from django_vyte.sync.team import sync_team  # noqa: E402
from tests.benchmarks.site.team import MIRROR, empty, team  # noqa: E402

# Events a transaction, as a sync commits them.
BATCH = 500
# The rows of one transaction, by model.
Batch = dict[type[models.Model], list[Any]]


class Writes:
    """Counts the statements that write rows."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.count += sql.lstrip().startswith(("INSERT", "COPY", "UPDATE", "DELETE", "REPLACE"))
        return execute(sql, *rest)


def ours(key: str) -> dict[str, float]:
    """The package: once from nothing, and once more with nothing new."""
    empty()
    mirrored, writes = team(key), Writes()
    began = perf_counter()
    summary = sync_team(mirrored)
    first, most = perf_counter() - began, memory()
    began = perf_counter()
    with connection.execute_wrapper(writes):
        assert sync_team(mirrored).listed == summary.listed
    again = perf_counter() - began
    rows = sum(model.objects.count() for model in MIRROR)
    return {
        "events": summary.listed,
        "rows": rows,
        "first": first,
        "memory": most,
        "again": again,
        "writes": writes.count,
    }


def floor() -> dict[str, float]:
    """The same rows, made beforehand, and written the quickest way that the database has, as often committed."""
    write = copy if connection.vendor == "postgresql" else insert
    batches = prepared()
    if write is copy:
        batches = [
            {model: [values(row) for row in rows] for model, rows in batch.items()} for batch in batches
        ]
    empty()
    began = perf_counter()
    for batch in batches:
        with transaction.atomic():
            for model, rows in batch.items():
                write(model, rows)
    return {
        "first": perf_counter() - began,
        "rows": sum(len(rows) for batch in batches for rows in batch.values()),
    }


def prepared() -> list[Batch]:
    """All rows of the mirror, each batch with some events and what belongs to them."""
    events, *others = (list(model.objects.order_by("pk")) for model in MIRROR)
    batches: list[Batch] = []
    of_event: dict[int, Batch] = {}
    for start in range(0, len(events), BATCH):
        some = events[start : start + BATCH]
        batches.append({Event: some, **{model: [] for model in MIRROR[1:]}})
        of_event |= dict.fromkeys((event.pk for event in some), batches[-1])
    for model, rows in zip(MIRROR[1:], others, strict=True):
        for row in rows:
            of_event[row.event_id][model].append(row)
    return batches


def values(row: models.Model) -> tuple[Any, ...]:
    """What COPY writes of a row, with JSON as text."""
    return tuple(
        json.dumps(value) if isinstance(field, models.JSONField) else value
        for field in row._meta.concrete_fields
        for value in [getattr(row, field.attname)]
    )


def copy(model: type[models.Model], rows: list[Any]) -> None:
    """https://www.postgresql.org/docs/current/sql-copy.html"""
    columns = ", ".join(field.column for field in model._meta.concrete_fields)
    statement = f"COPY {model._meta.db_table} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as lines:
        for row in rows:
            lines.write_row(row)


def insert(model: type[models.Model], rows: list[Any]) -> None:
    """Where there is no COPY."""
    model._default_manager.bulk_create(rows, BATCH)


def unchanged(key: str) -> dict[str, float]:
    """Fetch the list, hash each event, and compare with what one query finds."""
    began = perf_counter()
    url = f"{settings.VYTE['API_URL']}/v2/events"
    body = requests.get(url, headers={"Authorization": key}, params={"limit": 1_000_000}, timeout=60).content
    known = dict(Event.objects.order_by().values_list("vyte_id", "fingerprint"))
    events = msgspec.json.decode(body)
    for event in events:
        found = hashlib.blake2b(msgspec.json.encode(event), digest_size=16).hexdigest()
        assert known[event["_id"]].endswith(found)
    return {"again": perf_counter() - began, "events": len(events)}


def memory() -> float:
    """The most memory that this process ever had, in MB."""
    [most] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(most) / 1024


if __name__ == "__main__":
    whose = {"ours": ours, "floor": floor, "unchanged": unchanged}
    print(json.dumps(whose[sys.argv[1]](*sys.argv[2:])))
