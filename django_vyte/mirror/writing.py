"""Writes fetched events into the database: events, invitees, groups and history, in one transaction a batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import DatabaseError, IntegrityError, router

from django_vyte.db import atomic, fresh, retry_on_conflict
from django_vyte.mirror import bulk, history, relations
from django_vyte.mirror.incoming import FetchedEvent, IncomingEvent, Origin, changed, is_outdated, read_events
from django_vyte.mirror.relations import upsert
from django_vyte.mirror.result import MirrorResult
from django_vyte.models import Event, EventChange
from django_vyte.outbox import announce

# Columns that an UPDATE writes.
MIRRORED = (
    "title", "status", "starts_at", "ends_at", "lasts_until", "all_day", "timezone", "place_name",
    "place_address", "creator_email", "creator_id", "is_booking", "lang", "app", "vyte_created_at", "vyte_updated_at",
    "cancelled_at", "missing_since", "as_of", "fingerprint", "data",
)  # fmt: skip


def save(team_id: int, fetched: Iterable[FetchedEvent]) -> MirrorResult:
    """Mirror fetched events of a team; a payload that cannot be read or stored stops no other."""
    events, problems = read_events(fetched)
    result = MirrorResult(problems=problems)
    todo = changed(team_id, events)
    result.unchanged = len(events) - len(todo)
    if todo:
        result += _Batch(team_id, todo).write()
    return result


def save_missing(team_id: int, vyte_id: str, *, as_of: dt.datetime, origin: Origin) -> MirrorResult | None:
    """Mirror that Vyte has no such event any more: it becomes cancelled here. None when it was never mirrored."""
    with atomic(Event):
        event = _locked(team_id, [vyte_id]).get(vyte_id)
        if event is None:
            return None
        if event.missing_since or is_outdated(as_of, event.as_of):
            return MirrorResult(unchanged=1)
        before = history.snapshot(event)
        event.missing_since, event.as_of, event.status = as_of, as_of, Event.Status.CANCELLED
        event.save(update_fields=["missing_since", "as_of", "status"])
        change = history.between(before, event)
        return MirrorResult(changed=1, changes=_record([(change, origin)]) if change else [])


def _locked(team_id: int, vyte_ids: Sequence[str]) -> dict[str, Event]:
    """The mirrored events with these ids, locked in a fixed order so that two writers cannot deadlock."""
    rows = Event.objects.select_for_update().filter(team=team_id, vyte_id__in=vyte_ids).order_by("vyte_id")
    return {event.vyte_id: event for event in rows}


def _look_up_keys(team_id: int, events: Sequence[Event]) -> None:
    """Fetch the primary keys of inserted events from databases without RETURNING, such as MySQL."""
    lacking = {event.vyte_id: event for event in events if not event.pk}
    if lacking:
        rows = fresh(Event.objects.all()).filter(team=team_id, vyte_id__in=list(lacking))
        for key, pk in rows.values_list("vyte_id", "pk"):
            lacking[key].pk = pk


def _record(changes: Sequence[tuple[EventChange, Origin]]) -> list[int]:
    """Write history rows and announce them; their primary keys, where the database returns them.

    SQLite before 3.35 returns none: the sweep finds those rows.
    """
    for change, origin in changes:
        change.cause = origin.cause
        change.delivery_id = origin.delivery.pk if origin.delivery else None
        change.actor_id = origin.actor.pk if origin.actor else None
    rows = [change for change, _ in changes]
    bulk.insert(rows)
    keys = [row.pk for row in rows if row.pk]
    announce(EventChange, keys)
    return keys


@dataclass(slots=True)
class _Batch:
    """Events that differ from the mirror, to be written in one transaction."""

    team_id: int
    events: dict[str, IncomingEvent]

    def write(self) -> MirrorResult:
        """Write all events at once; if the database refuses, one by one, so that a single bad event stops no other."""
        try:
            return self._write_with_retries()
        except DatabaseError:
            if len(self.events) == 1:
                raise
        result, refused = MirrorResult(), []
        for key, item in self.events.items():
            try:
                result += replace(self, events={key: item})._write_with_retries()
            except DatabaseError as error:
                refused.append(error)
                result.problems.append(f"Event {key} could not be stored ({type(error).__name__}).")
        if len(refused) == len(self.events):
            raise refused[-1]
        return result

    def _write_with_retries(self) -> MirrorResult:
        """Write in one transaction, and retry on a conflict, also one with a writer that inserts the same event."""

        def write() -> MirrorResult:
            with atomic(Event):
                return self._write()

        return retry_on_conflict(write, router.db_for_write(Event), harmless=(IntegrityError,))

    def _write(self) -> MirrorResult:
        held = _locked(self.team_id, list(self.events))
        new = self._insert([self.events[key] for key in sorted(self.events) if key not in held])
        changes, updated = self._update(held)
        changes += [(change, item.origin) for event, item in new for change in history.of_new(event)]
        return MirrorResult(len(new), updated, stale=len(held) - updated, changes=_record(changes))

    def _insert(self, incoming: list[IncomingEvent]) -> list[tuple[Event, IncomingEvent]]:
        """Insert new events; IntegrityError when another writer inserts one at the same time."""
        new = [self._new(item) for item in incoming]
        bulk.insert([event for event, _ in new])
        _look_up_keys(self.team_id, [event for event, _ in new])
        relations.add(new)
        return [(event, item) for (event, _), item in zip(new, incoming, strict=True)]

    def _new(self, item: IncomingEvent) -> tuple[Event, relations.Related]:
        """An event to insert, and its invitees and groups."""
        parsed = item.parse()
        # The JSON is passed as text: thousands of nested dicts in memory would slow down each garbage collection.
        columns = {**parsed.columns, "data": bulk.encoded_json(item.record.json.decode())}
        event = Event(team_id=self.team_id, vyte_id=item.answer.vyte_id, as_of=item.as_of, **columns)
        return event, relations.Related(parsed.invitees, parsed.groups)

    def _update(self, held: dict[str, Event]) -> tuple[list[tuple[EventChange, Origin]], int]:
        """Update existing events; the changes with their origins, and how many were not stale."""
        updated, changes = [], []
        for key, event in held.items():
            item, data, before = self.events[key], event.data, history.snapshot(event)
            parsed = item.apply_to(event)
            if parsed is None:
                continue
            updated.append((event, data, parsed))
            if change := history.between(before, event):
                changes.append((change, item.origin))
        upsert([event for event, _, _ in updated], MIRRORED, ["id"])
        relations.update(updated)
        return changes, len(updated)
