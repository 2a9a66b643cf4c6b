from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from django_vyte.http import Http, clock
from tests.http.clients import connect


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the code wanted to wait; nothing really waits."""
    waited: list[float] = []
    monkeypatch.setattr(clock, "sleep", waited.append)
    return waited


@pytest.fixture
def vyte() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def client() -> Http:
    return connect()
