"""Dry run: counts what mirroring would change, and describes the first changes in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_vyte.db import fresh
from django_vyte.mirror import history, incoming
from django_vyte.mirror.result import MirrorResult
from django_vyte.models import Event

# Characters of a value in a description.
MAX_LENGTH = 60


def preview(team_id: int, fetched: Iterable[incoming.FetchedEvent]) -> MirrorResult:
    """What ``save`` would do with these events, with ``examples`` in words; writes nothing and locks no row."""
    events, problems = incoming.read_events(fetched)
    todo = incoming.changed(team_id, events)
    result = MirrorResult(unchanged=len(events) - len(todo), problems=problems)
    held = {
        event.vyte_id: event
        for event in fresh(Event.objects.all()).filter(team=team_id, vyte_id__in=list(todo))
    }
    for vyte_id, item in todo.items():
        event = held.get(vyte_id)
        if event is None:
            title = item.parse().columns["title"]
            result += MirrorResult(created=1, examples=[f"{_named(vyte_id, title)} is not mirrored."])
        else:
            result += _compared(event, item)
    return result


def _compared(event: Event, item: incoming.IncomingEvent) -> MirrorResult:
    before, name = history.snapshot(event), _named(event.vyte_id, event.title)
    if item.apply_to(event) is None:
        return MirrorResult(stale=1)
    change = history.between(before, event)
    if change is None:
        return MirrorResult(
            changed=1, examples=[f"{name} differs in details that the history does not record."]
        )
    return MirrorResult(changed=1, examples=[f"{name} differs: {_described(change.changes)}."])


def _named(vyte_id: str, title: str) -> str:
    return f"Event {vyte_id} ({_printable(title)})"


def _described(changes: dict[str, Any]) -> str:
    """The changes of one event: old and new value of a column, only the name where that is a list or JSON."""
    differences = []
    for name, what in changes.items():
        if name == "data":
            differences += [_printable(key)[1:-1] for key in what]
        elif any(isinstance(value, list) for value in what):
            differences.append(name)
        else:
            differences.append(f"{name} {_printable(what[0])} → {_printable(what[1])}")
    return ", ".join(differences)


def _printable(value: object) -> str:
    """A value for a terminal: control characters escaped, so that no title can move the cursor."""
    return repr(f"{value[:MAX_LENGTH]}…" if isinstance(value, str) and len(value) > MAX_LENGTH else value)
