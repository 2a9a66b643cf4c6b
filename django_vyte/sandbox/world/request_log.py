"""What ``Sandbox.requests`` holds: the requests that the API has seen, without credentials."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Request:
    """A request that the API has seen, credentials masked; ``status`` is None when it was not, or not yet, answered."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int | None = None
