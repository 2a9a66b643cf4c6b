"""A local Vyte per test, asked in process."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from django_vyte.sandbox import Sandbox


class Api:
    """Asks the sandbox with a key, without a socket."""

    def __init__(self, sandbox: Sandbox, key: str) -> None:
        self.client = Client(sandbox.app)
        self.key = key

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": self.key} if self.key else {}
        return self.client.open(
            path, method=method, headers={**headers, **options.pop("headers", {})}, **options
        )


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox, sandbox.api_key)


@pytest.fixture
def browser(sandbox: Sandbox) -> Client:
    return Client(sandbox.app)


@pytest.fixture
def meeting(sandbox: Sandbox) -> dict[str, Any]:
    """A meeting in planning with two dates, two places and a guest."""
    return sandbox.create_event(
        title="Kick-off",
        creator="emma@acme.com",
        dates=[
            ("2027-03-01T10:00:00Z", "2027-03-01T11:00:00Z"),
            ("2027-03-02T10:00:00Z", "2027-03-02T11:00:00Z"),
        ],
        places=["Office", ("Video call", "https://meet.example.com/1")],
        invitees=[("guest@example.com", "Guest")],
        group_ids=["project_1"],
    )


@pytest.fixture
def hooked(sandbox: Sandbox, api: Api) -> Sandbox:
    """The sandbox with a webhook for each documented action."""
    for action in ("event.created", "event.confirmed", "event.updated", "event.cancelled", "user.joined"):
        hook = {"action": action, "target_url": f"https://crm.example.com/{action}/"}
        assert api("POST", "/hooks", json=hook).status_code == 201
    return sandbox
