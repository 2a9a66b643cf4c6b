"""What holds for every test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

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
