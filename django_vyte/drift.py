"""What mirroring an answer would change: the counts, and some of it in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django_vyte import answers, history
from django_vyte.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

# How many differing events are described, and how much is shown of a value.
EXAMPLES = 20
SHOWN = 60


@dataclass(slots=True)
class Preview:
    """What a save would come to: numbers of events, what is unreadable, and a sentence for each of the first events."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    late: int = 0
    problems: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def __iadd__(self, other: Self) -> Self:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.late += other.late
        self.problems += other.problems
        self.examples += other.examples[: EXAMPLES - len(self.examples)]
        return self


def preview(team_id: int, given: Iterable[answers.Answer]) -> Preview:
    """What mirroring these answers about events of a team would come to; nothing is written and no row locked."""
    news, problems = answers.read(given)
    todo = answers.differing(team_id, news)
    seen = Preview(unchanged=len(news) - len(todo), problems=problems)
    held = {event.vyte_id: event for event in Event.objects.filter(team=team_id, vyte_id__in=list(todo))}
    for vyte_id, item in todo.items():
        event = held.get(vyte_id)
        if event is None:
            title = item.reading.columns["title"]
            seen += Preview(created=1, examples=[f"{_named(vyte_id, title)} is not mirrored."])
        else:
            seen += _compared(event, item)
    return seen


def _compared(event: Event, item: answers.News) -> Preview:
    before, name = history.snapshot(event), _named(event.vyte_id, event.title)
    if item.renew(event) is None:
        return Preview(late=1)
    change = history.between(before, event)
    if change is None:
        return Preview(changed=1, examples=[f"{name} differs in details that no history tells."])
    return Preview(changed=1, examples=[f"{name} differs: {_described(change.changes)}."])


def _named(vyte_id: str, title: str) -> str:
    return f"Event {vyte_id} ({_shown(title)})"


def _described(changes: dict[str, Any]) -> str:
    """The changes of one event in words: values where they are single ones, else the names of what differs."""
    parts = []
    for name, what in changes.items():
        if name == "data":
            parts += [_shown(key)[1:-1] for key in what]
        elif any(isinstance(value, list) for value in what):
            parts.append(name)
        else:
            parts.append(f"{name} {_shown(what[0])} → {_shown(what[1])}")
    return ", ".join(parts)


def _shown(value: object) -> str:
    """A value fit for a terminal, whose cursor no title may move."""
    return repr(f"{value[:SHOWN]}…" if isinstance(value, str) and len(value) > SHOWN else value)
