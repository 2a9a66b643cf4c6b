"""pytest plugin: the fixture ``vyte_sandbox``, a local Vyte for the tests of a project that uses django-vyte.

Loaded by itself once the package is installed (entry point ``pytest11``). Needs pytest-django and the extra
``sandbox``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from django_vyte.sandbox import Sandbox


@pytest.fixture(autouse=True)
def vyte_forgotten() -> None:
    """Each test begins as a new process does: no host failed before, nobody asked to wait, nothing is connected."""
    http = sys.modules.get("django_vyte.http")
    if http is not None:
        http.reset()


@pytest.fixture
def vyte_sandbox(settings: Any) -> Iterator[Sandbox]:
    """A local Vyte on a free port for one test, to which ``settings.VYTE`` points.

    Webhooks wait in ``vyte_sandbox.outbox``; ``vyte_sandbox.deliver()`` posts them with Django's test client
    to the path of their target, in the test's own thread and transaction, so that they work with SQLite in
    memory and reach whatever ``PUBLIC_URL`` the project has.
    """
    from django_vyte.sandbox import Sandbox

    sandbox = Sandbox()
    sandbox.courier.post = post_with_test_client
    with sandbox.serve() as server:
        settings.VYTE = {**getattr(settings, "VYTE", {}), "API_URL": server.url, "WEB_URL": server.url}
        yield sandbox


def post_with_test_client(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POSTs a webhook call to the project under test and answers the status."""
    from django.test import Client

    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    extra = {name: value for name, value in headers.items() if name != "Content-Type"}
    answer = Client().post(path, body, content_type=headers["Content-Type"], headers=extra)
    return int(answer.status_code)
