"""What mirroring came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

# How many changed events are described.
EXAMPLES = 20


@dataclass(slots=True)
class MirrorResult:
    """What a save came to, or would: numbers of events, and what was unreadable.

    ``changes`` are the primary keys of what was recorded, ``examples`` sentences about what would be.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    changes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def __iadd__(self, other: Self) -> Self:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.stale += other.stale
        self.changes += other.changes
        self.problems += other.problems
        self.examples += other.examples[: EXAMPLES - len(self.examples)]
        return self
