"""Writing what Vyte answered: it becomes events, invitees, groups and history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import DatabaseError, IntegrityError, router, transaction
from django.db.models import TextField, Value

from django_vyte.db import retry_on_conflict
from django_vyte.mirror import history, relations
from django_vyte.mirror.incoming import Answer, IncomingEvent, Origin, changed, is_outdated, read
from django_vyte.mirror.relations import upsert
from django_vyte.mirror.result import MirrorResult
from django_vyte.models import Event, EventChange
from django_vyte.outbox import announce

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

# How many events, of some kilobytes each, go into one statement.
ROWS = 500
TEXT: TextField[str, str] = TextField()
MIRRORED = (
    "title", "status", "starts_at", "ends_at", "all_day", "timezone", "place_name", "place_address",
    "creator_email", "creator_id", "is_booking", "lang", "app", "vyte_created_at", "vyte_updated_at",
    "cancelled_at", "missing_since", "as_of", "fingerprint", "data",
)  # fmt: skip


def save(team_id: int, answers: Iterable[Answer]) -> MirrorResult:
    """Mirror what Vyte answered about events of a team; a payload that cannot be read stops no other."""
    events, problems = read(answers)
    saved = MirrorResult(problems=problems)
    todo = changed(team_id, events)
    saved.unchanged = len(events) - len(todo)
    if todo:
        saved += _Batch(team_id, todo).write()
    return saved


def save_missing(team_id: int, vyte_id: str, *, as_of: dt.datetime, origin: Origin) -> MirrorResult | None:
    """Note that Vyte has no such event any more: it is cancelled here, once. None when it was never mirrored."""
    with transaction.atomic():
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
    """The mirrored events with these ids, locked in one fixed order so that two writers cannot deadlock."""
    rows = Event.objects.select_for_update().filter(team=team_id, vyte_id__in=vyte_ids).order_by("vyte_id")
    return {event.vyte_id: event for event in rows}


def _look_up_keys(team_id: int, events: Sequence[Event]) -> None:
    """Give inserted events the primary keys that SQLite before 3.35 does not return."""
    lacking = {event.vyte_id: event for event in events if not event.pk}
    if lacking:
        rows = Event.objects.filter(team=team_id, vyte_id__in=list(lacking))
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
    rows = EventChange.objects.bulk_create([change for change, _ in changes])
    keys = [row.pk for row in rows if row.pk]
    announce(EventChange, keys)
    return keys


@dataclass(slots=True)
class _Batch:
    """IncomingEvent of events that differ from the mirror, on their way into it."""

    team_id: int
    events: dict[str, IncomingEvent]

    def write(self) -> MirrorResult:
        """Write all of them, or each on its own where the database refuses one: it keeps no other from its place."""
        try:
            return self._write_with_retries()
        except DatabaseError:
            if len(self.events) == 1:
                raise
        saved, refused = MirrorResult(), []
        for key, item in self.events.items():
            try:
                saved += replace(self, events={key: item})._write_with_retries()
            except DatabaseError as error:
                refused.append(error)
                saved.problems.append(f"Event {key} could not be stored ({type(error).__name__}).")
        if len(refused) == len(self.events):
            raise refused[-1]
        return saved

    def _write_with_retries(self) -> MirrorResult:
        """Write in one transaction; again when another writer was in the way, be it with the same new event."""

        def write() -> MirrorResult:
            with transaction.atomic():
                return self._write()

        return retry_on_conflict(write, router.db_for_write(Event), harmless=(IntegrityError,))

    def _write(self) -> MirrorResult:
        held = _locked(self.team_id, list(self.events))
        new = self._insert([self.events[key] for key in sorted(self.events) if key not in held])
        changes, updated = self._update(held)
        changes += [(change, item.origin) for event, item in new for change in history.of_new(event)]
        return MirrorResult(len(new), updated, stale=len(held) - updated, changes=_record(changes))

    def _insert(self, incoming: list[IncomingEvent]) -> list[tuple[Event, IncomingEvent]]:
        """Insert events that were not there; IntegrityError when another writer does so at this moment."""
        events = [
            Event(
                team_id=self.team_id,
                vyte_id=item.record.vyte_id,
                as_of=item.as_of,
                # What is JSON already need not be encoded once more.
                **{**item.reading.columns, "data": Value(item.record.json.decode(), TEXT)},
            )
            for item in incoming
        ]
        Event.objects.bulk_create(events, ROWS)
        _look_up_keys(self.team_id, events)
        new = list(zip(events, incoming, strict=True))
        relations.add([(event, item.reading) for event, item in new])
        return new

    def _update(self, held: dict[str, Event]) -> tuple[list[tuple[EventChange, Origin]], int]:
        """Bring events that are there up to date: what changed and why, and how many the answers are newer than."""
        updated, changes = [], []
        for key, event in held.items():
            item, data, before = self.events[key], event.data, history.snapshot(event)
            reading = item.apply_to(event)
            if reading is None:
                continue
            updated.append((event, data, reading))
            if change := history.between(before, event):
                changes.append((change, item.origin))
        upsert([event for event, _, _ in updated], MIRRORED, ["id"])
        relations.follow(updated)
        return changes, len(updated)
