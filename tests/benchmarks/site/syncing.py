"""``ours KEY`` or ``floor``: mirror a team that is not mirrored yet, or write the rows that this came to."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import django
from django.db import connection, models

django.setup()

from django_vyte.mirror.writing import MIRRORED  # noqa: E402
from django_vyte.models import Event, EventChange, EventGroup, Invitee  # noqa: E402
from django_vyte.sync.team import sync_team  # noqa: E402
from tests.benchmarks.site.team import MIRROR, empty, team  # noqa: E402

BATCH = 1000
# What is updated of a row that is there already, and by which columns it is known.
UPSERTS: dict[type[models.Model], tuple[list[str], list[str]]] = {
    Event: (list(MIRRORED), ["team", "vyte_id"]),
    Invitee: (["full_name", "phone"], ["event", "vyte_id", "email"]),
    EventGroup: (["group_id"], ["event", "group_id"]),
    EventChange: (["kind", "changes", "cause"], ["id"]),
}


class Writes:
    """Counts the statements that write rows."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.count += sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE"))
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
    """The same rows, made beforehand and written table by table, insert or update, many at a time."""
    prepared = {model: list(model.objects.order_by("pk")) for model in MIRROR}
    empty()
    named = connection.features.supports_update_conflicts_with_target
    began = perf_counter()
    for model, rows in prepared.items():
        fields, unique = UPSERTS[model]
        model.objects.bulk_create(
            rows, BATCH, update_conflicts=True, update_fields=fields, unique_fields=unique if named else None
        )
    return {"first": perf_counter() - began, "rows": sum(map(len, prepared.values()))}


def memory() -> float:
    """The most memory that this process ever had, in MB."""
    [most] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(most) / 1024


if __name__ == "__main__":
    print(json.dumps(floor() if sys.argv[1] == "floor" else ours(*sys.argv[2:])))
