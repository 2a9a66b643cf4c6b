"""One call of the API as it is made: what is sent, and how far it got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_vyte.http.timeouts import Deadline


@dataclass(slots=True)
class ApiCall:
    """``shown`` is the path as messages may show it, ``content`` the JSON to send, ``secrets`` what to mask.

    ``maybe_applied`` is set when an attempt may have had its effect though nothing said so, ``local_error`` when a call
    ended for a reason on this side, which says nothing about the host. The repr is for pages that show local variables.
    """

    method: str
    path: str = field(repr=False)
    shown: str
    query: Mapping[str, str | int | None] | None = field(repr=False)
    content: bytes | None = field(repr=False)
    repeatable: bool
    secrets: Iterable[str] = field(repr=False)
    deadline: Deadline
    attempts: int = 0
    maybe_applied: bool = False
    local_error: bool = False

    @property
    def what(self) -> str:
        """How messages begin."""
        return f"{self.method} {self.shown}"
