"""``Fact``: one open question about Vyte's behaviour, with the position that was observed, or what would show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django_vyte.accounts import remedies


@dataclass(frozen=True, slots=True)
class Fact:
    """``name`` and ``position`` are those of a switch of the sandbox; ``how`` says how it was observed.

    When it was not ``seen``, ``how`` says what would show it, or what happened when the request ``failed``.
    """

    name: str
    position: Any
    how: str
    seen: bool = True
    failed: bool = False

    @property
    def shown(self) -> str:
        """The position in a word or two."""
        if not self.seen:
            return "failed" if self.failed else "not seen"
        if isinstance(self.position, tuple):
            return ", ".join(self.position) or "none"
        return {True: "yes", False: "no", None: "none"}.get(self.position, str(self.position))


def unseen(name: str, would_show_it: str) -> Fact:
    """A fact that this account does not show yet."""
    return Fact(name, None, would_show_it, seen=False)


def failed(name: str, error: Exception) -> Fact:
    """A fact whose request failed: what happened, and the next step."""
    return Fact(name, None, remedies.about_probe(error), seen=False, failed=True)
