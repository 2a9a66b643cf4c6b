"""pytest plugin with the fixture ``vyte_sandbox``: a local Vyte for the tests of a project that uses django-vyte.

pytest loads it once the package is installed (entry point ``pytest11``). The fixture needs pytest-django and the extra
``sandbox``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    # The sandbox is an extra, and pytest loads this module in every project.
    from django_vyte.sandbox import Sandbox


@pytest.fixture(autouse=True)
def vyte_forgotten() -> None:
    """Reset connections, circuit breakers and rate limits before each test."""
    http = sys.modules.get("django_vyte.http")
    if http is not None:
        http.reset()


@pytest.fixture
def vyte_sandbox(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A local Vyte on a free port for one test; ``settings.VYTE`` points to it.

    Webhook calls wait in ``vyte_sandbox.outbox`` until ``vyte_sandbox.deliver()`` posts them with Django's test client.
    They are handled in the thread and transaction of the test, which works with SQLite in memory and any
    ``PUBLIC_URL``. Where the environment names proxies, NO_PROXY lists this machine during the test.
    """
    from django_vyte.loopback import without_proxy
    from django_vyte.sandbox import Sandbox

    for name, value in without_proxy(os.environ).items():
        monkeypatch.setenv(name, value)

    sandbox = Sandbox()
    sandbox.courier.post = post_with_test_client
    with sandbox.serve() as server:
        settings.VYTE = {**getattr(settings, "VYTE", {}), "API_URL": server.url, "WEB_URL": server.url}
        yield sandbox


def post_with_test_client(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST a webhook call to the project under test; returns the status."""
    from django.test import Client

    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    extra = {name: value for name, value in headers.items() if name != "Content-Type"}
    response = Client().post(path, body, content_type=headers["Content-Type"], headers=extra)
    return int(response.status_code)
