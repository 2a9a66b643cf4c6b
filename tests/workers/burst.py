"""``COUNT KEY POOL``: calls about that many events, and a worker that works them off, without any sweep."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import django

django.setup()

from django.db import connection  # noqa: E402

from django_vyte.client import VyteClient  # noqa: E402
from django_vyte.jobs import publishing  # noqa: E402
from django_vyte.models import Delivery, EventChange, Team  # noqa: E402
from tests.benchmarks.environment import WORKER  # noqa: E402
from tests.benchmarks.site.app import app  # noqa: E402
from tests.benchmarks.site.broker import clear  # noqa: E402
from tests.benchmarks.site.team import empty, team  # noqa: E402
from tests.calls import stored_at  # noqa: E402

QUIET = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
POOLS = {
    "solo": ["--pool", "solo"],
    "prefork": ["--pool", "prefork", "--concurrency", "2"],
    "threads": ["--pool", "threads", "--concurrency", "8"],
    "gevent": ["--pool", "gevent", "--concurrency", "8"],
}
PATIENCE = 180


def main(count: int, key: str, pool: str) -> dict[str, object]:
    """What became of the calls: how many are open or held once the broker is empty, and what the worker logged."""
    clear()
    mirrored = team(key)
    empty()
    ids = [event["_id"] for event in VyteClient(key).events.iterate()][:count]
    publish(mirrored, ids)
    with tempfile.TemporaryFile("w+") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            [*WORKER, *POOLS[pool], *QUIET], stdout=log, stderr=log, start_new_session=True
        )
        try:
            while not is_empty():
                assert time.monotonic() < began + PATIENCE, "the broker is not empty"
                time.sleep(0.05)
            seconds = time.monotonic() - began
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.seek(0)
        text = log.read()
    rows = Delivery.objects.all()
    return {
        "calls": len(ids),
        "seconds": round(seconds, 1),
        "left": rows.filter(next_attempt_at__isnull=False).count(),
        "held": rows.exclude(lease="").count() + EventChange.objects.exclude(lease="").count(),
        "failed": rows.exclude(status=Delivery.Status.DONE).count(),
        "untold": EventChange.objects.filter(told_at=None).count(),
        "killed": text.count("Hard time limit") + text.count("SIGKILL"),
        "stopped": text.count("Soft time limit"),
        "log": [line for line in text.splitlines() if "Error" in line][-3:],
    }


def publish(mirrored: Team, ids: list[str]) -> None:
    """Store a call about each event, as the endpoint does it."""
    token = mirrored.webhooks.get().token.get_secret_value()
    for vyte_id in ids:
        pk = stored_at(token, json.dumps({"action": "event.updated", "resource": {"_id": vyte_id}}).encode())
        publishing.enqueue(publishing.PROCESS, [pk], using=connection.alias)
        if not pk or pk % 500 == 0:
            publishing.publisher.flush(PATIENCE)
    assert publishing.publisher.flush(PATIENCE)


def is_empty() -> bool:
    """Whether the broker has no message, delivered and unacknowledged ones included, and no row is being worked on.

    A worker acknowledges a message before it runs the task, so a row that is held stands for one that runs.
    """
    with app.pool.acquire(block=True) as broker:
        redis = broker.default_channel.client
        if redis.llen("celery") or redis.hlen("unacked"):
            return False
    held = Delivery.objects.exclude(lease="").exists() or EventChange.objects.exclude(lease="").exists()
    if held:
        return False
    # Between two statements of a task nothing is held: it is over when that stays so.
    time.sleep(1)
    with app.pool.acquire(block=True) as broker:
        redis = broker.default_channel.client
        return not (
            redis.llen("celery") or redis.hlen("unacked") or Delivery.objects.exclude(lease="").exists()
        )


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), *sys.argv[2:])))
