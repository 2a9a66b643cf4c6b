"""``COUNT URL KEY``: calls about that many changed events, through one worker process and by hand."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import median

import django
from django.db import connection

django.setup()

from django_vyte.jobs import publishing  # noqa: E402
from django_vyte.models import Delivery, Event, EventChange, Team  # noqa: E402
from django_vyte.sync.team import sync_team  # noqa: E402
from tests.benchmarks.environment import worker  # noqa: E402
from tests.benchmarks.site import floor  # noqa: E402
from tests.benchmarks.site.app import app  # noqa: E402
from tests.benchmarks.site.calling import SAMPLE  # noqa: E402
from tests.benchmarks.site.team import empty, team  # noqa: E402
from tests.calls import stored_at  # noqa: E402

ROUNDS = 3
BURST = 10
PATIENCE = 300
OPEN = [Delivery.Status.RECEIVED, Delivery.Status.WORKING, Delivery.Status.WAITING]


def main(count: int, url: str, key: str) -> dict[str, float]:
    """Calls in a second by hand and by the worker, with one about each event and with ten."""
    mirrored = team(key)
    empty()
    sync_team(mirrored)
    # Of the events that Vyte's documentation prints, some do not say when they changed.
    dated = Event.objects.exclude(status="cancelled").filter(vyte_updated_at__isnull=False)
    keys = list(dated.order_by("pk").values_list("vyte_id", flat=True))
    assert len(keys) >= count
    keys = keys[:count]
    taken: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, calls in (("", 1), ("_burst", BURST)):
            list(store(mirrored, keys, calls))
            floors = taken.setdefault(f"floor{name}", [])
            floors.append(floor.work_off(mirrored.pk, url, key, calls) / calls)
            taken.setdefault(f"ours{name}", []).append(work_off(mirrored, keys, calls) / calls)
    return {name: count / median(seconds) for name, seconds in taken.items()}


def change(keys: Sequence[str]) -> None:
    """Make the mirror of these events stale, and forget what was told of them."""
    EventChange.objects.all().delete()
    Delivery.objects.all().delete()
    Event.objects.filter(vyte_id__in=keys).update(title="before", fingerprint="")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def store(mirrored: Team, keys: Sequence[str], calls: int) -> Iterator[int | None]:
    """Store so many calls about each of these events, of their usual size, whose mirror is stale; their keys."""
    change(keys)
    token, resource = mirrored.webhooks.get().token.get_secret_value(), json.loads(SAMPLE.read_bytes())
    for vyte_id in keys:
        body = json.dumps([{"action": "event.updated", "resource": {**resource, "_id": vyte_id}}]).encode()
        for _ in range(calls):
            yield stored_at(token, body)


def work_off(mirrored: Team, keys: Sequence[str], calls: int) -> float:
    """Seconds from the first task to the last receiver, with so many calls about each of these events."""
    for pk in store(mirrored, keys, calls):
        # As the endpoint does it.
        publishing.enqueue(publishing.PROCESS, [pk], using=connection.alias)
    assert publishing.publisher.flush(PATIENCE)
    with worker(os.environ) as began:
        while not is_quiet():
            assert time.monotonic() < began + PATIENCE, "the worker is not done"
            time.sleep(0.02)
        seconds = time.monotonic() - began
    done, changes = Delivery.objects.filter(status=Delivery.Status.DONE), EventChange.objects.all()
    assert done.count() == len(keys) * calls
    assert sorted(changes.values_list("event__vyte_id", flat=True)) == sorted(keys)
    assert all(changes.values_list("told", flat=True))
    return seconds


def is_quiet() -> bool:
    """Whether no message is left, and no row that something has to be done with."""
    with app.pool.acquire(block=True) as broker:
        waiting = broker.default_channel.client
        left = waiting.llen("celery") or waiting.hlen("unacked")
    return not (
        left
        or Delivery.objects.filter(status__in=OPEN).exists()
        or EventChange.objects.filter(next_attempt_at__isnull=False).exists()
    )


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), *sys.argv[2:])))
