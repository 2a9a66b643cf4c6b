"""The result of mirroring: how many events were created, changed, left alone, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

# Changed events that a preview describes in words.
MAX_EXAMPLES = 20


@dataclass(slots=True)
class MirrorResult:
    """What mirroring did, or would do: numbers of events, and in words what could not be read or stored.

    ``stale`` counts events older than the mirrored ones. ``changes`` are primary keys of the ``EventChange`` rows that
    were written, ``examples`` a preview's descriptions of the first changed events.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    changes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The number of events, unreadable ones included."""
        return self.created + self.changed + self.unchanged + self.stale + len(self.problems)

    def __iadd__(self, other: Self) -> Self:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.stale += other.stale
        self.changes += other.changes
        self.problems += other.problems
        self.examples += other.examples[: MAX_EXAMPLES - len(self.examples)]
        return self
