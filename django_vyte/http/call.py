"""One call of the API as it is made: what is sent, and how far it got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_vyte.http.patience import Deadline


@dataclass(slots=True)
class Call:
    """``shown`` is the path as messages may show it, ``content`` the JSON to send, ``secrets`` what to mask."""

    method: str
    path: str
    shown: str
    query: Mapping[str, str | int | None] | None
    content: bytes | None
    repeatable: bool
    secrets: Iterable[str]
    deadline: Deadline
    attempts: int = 0

    @property
    def what(self) -> str:
        """How messages begin."""
        return f"{self.method} {self.shown}"
