"""Dry run: counts what mirroring would change, and describes the first changes in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_vyte.mirror import history, incoming
from django_vyte.mirror.result import MirrorResult
from django_vyte.models import Event

# Characters shown of a value.
SHOWN = 60


def preview(team_id: int, given: Iterable[incoming.Answer]) -> MirrorResult:
    """What ``save`` would do with these answers, with ``examples`` in words; writes nothing and locks no row."""
    events, problems = incoming.read(given)
    todo = incoming.changed(team_id, events)
    result = MirrorResult(unchanged=len(events) - len(todo), problems=problems)
    held = {event.vyte_id: event for event in Event.objects.filter(team=team_id, vyte_id__in=list(todo))}
    for vyte_id, item in todo.items():
        event = held.get(vyte_id)
        if event is None:
            title = item.parsed.columns["title"]
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
        return MirrorResult(changed=1, examples=[f"{name} differs in details that no history tells."])
    return MirrorResult(changed=1, examples=[f"{name} differs: {_described(change.changes)}."])


def _named(vyte_id: str, title: str) -> str:
    return f"Event {vyte_id} ({_shown(title)})"


def _described(changes: dict[str, Any]) -> str:
    """The changes of one event: old and new value of a column, only the name where that is a list or JSON."""
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
    """A value for a terminal: control characters escaped, so that no title can move the cursor."""
    return repr(f"{value[:SHOWN]}…" if isinstance(value, str) and len(value) > SHOWN else value)
