"""Forgets every message."""

from __future__ import annotations

import redis
from django.conf import settings


def clear() -> None:
    """What this run has in Redis goes, and nothing else."""
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        for name in broker.scan_iter(f"{settings.NAME}:*"):
            broker.delete(name)


if __name__ == "__main__":
    clear()
    print("true")
