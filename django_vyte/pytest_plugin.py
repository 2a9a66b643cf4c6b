"""pytest plugin with the fixture ``vyte_sandbox``: a local Vyte for the tests of a project that uses django-vyte.

pytest loads it once the package is installed (entry point ``pytest11``). The fixture needs pytest-django and the extra
``sandbox``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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

    Webhook calls wait in ``vyte_sandbox.outbox`` until ``vyte_sandbox.deliver()`` posts them with Django's test client,
    as Vyte would from outside. They are handled in the thread and transaction of the test, which works with SQLite in
    memory and any ``PUBLIC_URL``. A call that the project does not answer with a 2xx is a ``DeliveryRefused`` that says
    why, unless the test expects it: ``deliver(check=False)``.

    Where the environment names proxies, NO_PROXY lists this machine during the test.
    """
    from django_vyte.loopback import without_proxy
    from django_vyte.sandbox import Sandbox
    from django_vyte.sandbox.in_process import post_in_process

    for name, value in without_proxy(os.environ).items():
        monkeypatch.setenv(name, value)

    sandbox = Sandbox()
    sandbox.courier.post, sandbox.courier.check = post_in_process, True
    with sandbox.serve() as server:
        local = {"API_URL": server.url, "WEB_URL": server.url, "EVENT_PATH": "/event/{event_id}"}
        settings.VYTE = {**getattr(settings, "VYTE", {}), **local}
        yield sandbox
