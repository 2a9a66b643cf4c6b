"""What creates is sent once, whatever becomes of its answer, and the error says whether it may exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from django_vyte.client import VyteClient
from django_vyte.exceptions import VyteError
from django_vyte.sandbox import Sandbox
from tests.client.raw import refusing_url

Ask = Callable[[VyteClient], object]
USER = "5f1077cf21f43b0b99660619"
JANE: Any = {"email": "jane@acme.com"}
CREATE: dict[str, tuple[Ask, str]] = {
    "v1.bookings.create": (lambda vyte: vyte.v1.bookings.create(title="Call", created_by=JANE), "events"),
    "events.create": (lambda vyte: vyte.events.create(title="Call", created_by=JANE), "events"),
    "v1.third_parties.register": (
        lambda vyte: vyte.v1.third_parties.register(name="crm", contact_email="jane@acme.com"),
        "apps",
    ),
    "third_parties.create": (
        lambda vyte: vyte.third_parties.create(name="crm", contact_email="jane@acme.com"),
        "apps",
    ),
    "teams.create": (lambda vyte: vyte.teams.create(name="support", extid="7", members=[USER]), "teams"),
    "hooks.create": (
        lambda vyte: vyte.hooks.create(action="event.created", target_url="https://crm.example.com/1"),
        "hooks",
    ),
}
WRONG: dict[str, tuple[dict[str, Any], int]] = {
    "dropped before": ({"drop": True}, 0),
    "dropped after": ({"drop": True, "after_acting": True}, 1),
    "cut off after": ({"truncate": 1}, 1),
    "timed out after": ({"delay": 0.8, "after_acting": True}, 1),
    "502 before": ({"status": 502}, 0),
    "502 after": ({"status": 502, "after_acting": True}, 1),
}
every_creation = pytest.mark.parametrize(("ask", "kind"), CREATE.values(), ids=CREATE.keys())


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    with sandbox.serve():
        yield sandbox


def failure(ask: Ask, vyte: VyteClient) -> VyteError:
    with pytest.raises(VyteError) as caught:
        ask(vyte)
    return caught.value


@every_creation
@pytest.mark.parametrize(("fault", "made"), WRONG.values(), ids=WRONG.keys())
def test_what_may_exist_is_said_so_and_not_made_twice(
    ask: Ask, kind: str, fault: dict[str, Any], made: int, sandbox: Sandbox
) -> None:
    vyte = VyteClient(sandbox.api_key, api_url=sandbox.url, timeout=(5, 0.3), retries=2)
    before = len(getattr(sandbox.state, kind))
    sandbox.faults.add(times=None, **fault)
    error = failure(ask, vyte)
    assert (error.maybe_applied, error.nothing_sent) == (True, False)
    assert len(getattr(sandbox.state, kind)) == before + made
    assert len(sandbox.requests) == 1


@every_creation
@pytest.mark.parametrize("status", [400, 401, 403, 409, 429])
def test_what_was_refused_does_not_exist(ask: Ask, kind: str, status: int, sandbox: Sandbox) -> None:
    vyte = VyteClient(sandbox.api_key, api_url=sandbox.url)
    sandbox.faults.add(status=status)
    error = failure(ask, vyte)
    assert (error.maybe_applied, error.nothing_sent) == (False, False)


@every_creation
def test_what_was_never_sent_does_not_exist(ask: Ask, kind: str) -> None:
    error = failure(ask, VyteClient("key", api_url=refusing_url(), retries=0))
    assert (error.maybe_applied, error.nothing_sent) == (False, True)


@pytest.mark.parametrize("blind", [True, False])
def test_without_blind_retries_only_what_was_not_done_is_sent_again(blind: bool, sandbox: Sandbox) -> None:
    event = sandbox.create_event(dates=[("2030-01-07T09:00:00Z", "2030-01-07T10:00:00Z")])["_id"]
    vyte = VyteClient(sandbox.api_key, api_url=sandbox.url, retries=1, blind_retries=blind)
    sandbox.faults.add(method="POST", status=429, headers={"Retry-After": "0"})
    assert vyte.events.confirm(event)["confirmed"]["flag"]
    sandbox.faults.add(method="GET", status=502)
    assert vyte.events.retrieve(event)["confirmed"]["flag"]
    assert len(sandbox.requests) == 4
    sandbox.faults.add(method="POST", status=502)
    if blind:
        vyte.events.cancel(event)
    else:
        assert failure(lambda vyte: vyte.events.cancel(event), vyte).maybe_applied
    assert len(sandbox.requests) == 4 + 1 + blind
