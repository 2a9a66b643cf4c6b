"""What holds for every test."""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from celery import current_app
from django.urls import reverse

from django_vyte import stopping
from django_vyte.accounts import subscriptions
from django_vyte.loopback import without_proxy
from django_vyte.models import ApiKey, Team, Webhook
from django_vyte.ops import sweep
from django_vyte.sync.webhook import VyteSource
from tests.calls import Killed

if TYPE_CHECKING:
    from django_vyte.sandbox import Sandbox
    from tests.services import ClinicService, VyteService

# How long an example takes depends on the machine, not on the code.
hypothesis.settings.register_profile("django-vyte", deadline=None, print_blob=True)
hypothesis.settings.load_profile("django-vyte")

HERE = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", socket.gethostname()}


@pytest.fixture(autouse=True, scope="session")
def no_network_beyond_this_machine() -> Iterator[None]:
    """A test that would reach the real Vyte fails instead; not an OSError, which the client would handle."""
    look_up = socket.getaddrinfo

    def look_up_here(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in HERE:
            raise AssertionError(f"A test tried to reach {name}.")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up_here)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_proxy_on_this_machine() -> Iterator[None]:
    """Tests, and the processes that they start, reach servers of this machine past the proxies of the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in without_proxy(os.environ).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True, scope="session")
def a_broker_in_memory() -> None:
    """Messages go nowhere and no server is asked: what is to be done, a test does itself (``settle``)."""
    current_app.conf.broker_url = "memory://localhost"


@pytest.fixture(autouse=True, scope="session")
def a_killed_worker_gives_nothing_back() -> Iterator[None]:
    """``Killed`` stands for SIGKILL, after which no handler runs."""
    is_order = stopping.is_order
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stopping, "is_order", lambda error: is_order(error) and not isinstance(error, Killed))
        yield


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are asked for one after the other, in the thread of the test."""
    monkeypatch.setattr(VyteSource, "at_once", 1)


@pytest.fixture
def team(db: None, vyte_sandbox: Sandbox) -> Team:
    """The team that the local Vyte's key belongs to, with that key."""
    team = Team.objects.create(vyte_id=vyte_sandbox.team_id, name="ACME")
    ApiKey.objects.create(team=team, key=vyte_sandbox.api_key, hint=vyte_sandbox.api_key[-4:])
    return team


@pytest.fixture
def linked_team(team: Team, vyte_sandbox: Sandbox) -> Team:
    """A team whose webhooks are registered; the requests so far are forgotten."""
    subscriptions.register(team)
    vyte_sandbox.requests.clear()
    return team


@pytest.fixture
def webhook_path(team: Team) -> str:
    """Where Vyte calls about this team; the local Vyte does not know of it."""
    webhook = Webhook.objects.create(team=team, action="event.created")
    return reverse("django_vyte:webhook", args=[webhook.token.get_secret_value()])


@pytest.fixture
def settle(vyte_sandbox: Sandbox) -> Callable[[], None]:
    """Delivers every webhook call, processes it and tells the receivers, until nothing is left to do now."""

    def settle() -> None:
        while vyte_sandbox.deliver() or any(dataclasses.astuple(sweep.sweep())):
            pass

    return settle


@pytest.fixture
def vyte_service(team: Team, vyte_sandbox: Sandbox, settings: Any) -> VyteService:
    """Drives the local Vyte for the cases of every source; nothing is sent twice, and no circuit opens."""
    from tests.services import VyteService

    settings.VYTE = {**settings.VYTE, "RETRIES": 0, "CIRCUIT_FAILURES": 0}
    return VyteService(vyte_sandbox, team)


@pytest.fixture
def clinic_service(db: None) -> Iterator[ClinicService]:
    """Drives the clinic for the cases of every source."""
    from tests.clinic.server import ClinicServer
    from tests.services import ClinicService

    server = ClinicServer()
    yield ClinicService(server)
    server.close()
