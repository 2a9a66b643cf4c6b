"""A healthy site, in which faults are planted."""

from __future__ import annotations

import socket

import pytest

from django_vyte.models import Heartbeat
from django_vyte.ops.doctor import workers
from tests.ops.faults import MIDDLEWARE, Site


@pytest.fixture
def site(settings, monkeypatch, vyte_sandbox, linked_team) -> Site:
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    monkeypatch.setattr("django_vyte.http.clock.sleep", lambda seconds: None)
    # A worker answers; tests/jobs/test_workers.py asks real ones.
    monkeypatch.setattr(workers, "consumed_queues", lambda: {"celery@host": {"celery"}})
    for name in workers.OVERDUE:
        Heartbeat.objects.beat(name)
    return Site(settings, monkeypatch, vyte_sandbox, linked_team)


@pytest.fixture
def free_port() -> int:
    """One where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
