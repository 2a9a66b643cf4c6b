"""The only writer of mirror rows: what Vyte answered becomes events, invitees, groups and history.

``save`` handles one event and ten thousand alike: unchanged events are recognised without a transaction, the others
are locked, compared and written in batches, and every change leaves an ``EventChange``.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from django_vyte import connections, history, payloads, relations
from django_vyte.models import Event, EventChange
from django_vyte.relations import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from django.contrib.auth.base_user import AbstractBaseUser

    from django_vyte.models import Delivery

# How often another writer may be in the way before that is an error.
RACES = 5
# An answer with an older revision is a late one, unless it was asked for this much after what it contradicts.
SETTLING = dt.timedelta(minutes=5)
MIRRORED = (
    "title", "status", "starts_at", "ends_at", "all_day", "timezone", "place_name", "place_address",
    "creator_email", "creator_id", "is_booking", "lang", "app", "vyte_created_at", "vyte_updated_at",
    "cancelled_at", "missing_since", "as_of", "fingerprint", "data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Why Vyte was asked, for the history."""

    cause: str
    delivery: Delivery | None = None
    actor: AbstractBaseUser | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Vyte said of one event when it was asked at ``as_of``, and why it was asked.

    ``cancelled_at`` is the time, on Vyte's clock, of a cancellation that the payload may not show.
    """

    payload: object
    as_of: dt.datetime
    origin: Origin
    cancelled_at: dt.datetime | None = None


@dataclass(slots=True)
class Saved:
    """What a save came to: numbers of events, primary keys of the changes recorded, and what was unreadable."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    late: int = 0
    changes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __iadd__(self, other: Self) -> Self:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.late += other.late
        self.changes += other.changes
        self.problems += other.problems
        return self


def save(team_id: int, answers: Iterable[Answer]) -> Saved:
    """Mirror what Vyte answered about events of a team; a payload that cannot be read stops no other."""
    saved = Saved()
    news: dict[str, _News] = {}
    for answer in answers:
        try:
            reading = payloads.event(answer.payload)
        except payloads.Unreadable as error:
            saved.problems.append(f"Vyte answered with {error}; it is not mirrored.")
            continue
        show_cancellation(reading, answer.cancelled_at)
        news[reading.vyte_id] = _News(reading, answer)
    todo = _differing(team_id, news)
    saved.unchanged = len(news) - len(todo)
    if todo:
        saved += _Batch(team_id, todo).write()
    return saved


def save_missing(team_id: int, vyte_id: str, *, as_of: dt.datetime, origin: Origin) -> Saved | None:
    """Note that Vyte has no such event any more: it is cancelled here, once. None when it was never mirrored."""
    with transaction.atomic():
        event = _locked(team_id, [vyte_id]).get(vyte_id)
        if event is None:
            return None
        if event.missing_since or event.as_of > as_of:
            return Saved(unchanged=1)
        before = history.snapshot(event)
        event.missing_since, event.as_of, event.status = as_of, as_of, Event.Status.CANCELLED
        event.save(update_fields=["missing_since", "as_of", "status"])
        change = history.between(before, event)
        return Saved(changed=1, changes=_record([(change, origin)]) if change else [])


def show_cancellation(reading: payloads.EventReading, since: dt.datetime | None) -> None:
    """Make a cancellation known from elsewhere visible in a reading, unless Vyte confirmed the event again since."""
    columns = reading.columns
    if since is None or columns["status"] == "cancelled":
        return
    if columns["status"] == "confirmed" and reading.settled_at and _later(reading.settled_at, since):
        return
    columns["status"], columns["cancelled_at"] = "cancelled", since


@dataclass(frozen=True, slots=True)
class _News:
    """An answer, read."""

    reading: payloads.EventReading
    answer: Answer


def _differing(team_id: int, news: dict[str, _News]) -> dict[str, _News]:
    """What says something that the mirror does not hold yet, found without locking a row."""
    rows = Event.objects.filter(team=team_id, vyte_id__in=list(news), missing_since__isnull=True)
    held = {
        key: (print_, status) for key, print_, status in rows.values_list("vyte_id", "fingerprint", "status")
    }
    differing = {}
    for vyte_id, item in news.items():
        columns = item.reading.columns
        same, status = held.get(vyte_id, (None, None))
        if same != columns["fingerprint"] or (columns["status"] == "cancelled" and status != "cancelled"):
            differing[vyte_id] = item
    return differing


def _locked(team_id: int, vyte_ids: Sequence[str]) -> dict[str, Event]:
    """The mirrored events with these ids, locked in one fixed order so that two writers cannot deadlock."""
    rows = Event.objects.select_for_update().filter(team=team_id, vyte_id__in=vyte_ids).order_by("vyte_id")
    return {event.vyte_id: event for event in rows}


def _record(changes: Sequence[tuple[EventChange, Origin]]) -> list[int]:
    """Write history rows; their primary keys, where the database returns them (the sweep finds the others)."""
    for change, origin in changes:
        change.cause, change.delivery = origin.cause, origin.delivery
        change.actor_id = origin.actor.pk if origin.actor else None
    return [row.pk for row in EventChange.objects.bulk_create([change for change, _ in changes]) if row.pk]


@dataclass(slots=True)
class _Batch:
    """News of events that differ from the mirror, on their way into it."""

    team_id: int
    news: dict[str, _News]

    def write(self) -> Saved:
        """Write all of them, or each on its own where the database refuses one: it keeps no other from its place."""
        try:
            return self._insist()
        except DatabaseError:
            if len(self.news) == 1:
                raise
        saved, refused = Saved(), []
        for key, item in self.news.items():
            try:
                saved += replace(self, news={key: item})._insist()
            except DatabaseError as error:
                refused.append(error)
                saved.problems.append(f"Event {key} could not be stored ({type(error).__name__}).")
        if len(refused) == len(self.news):
            raise refused[-1]
        return saved

    def _insist(self) -> Saved:
        """Write in one transaction; again when another writer was in the way, unless a caller began it."""
        for attempt in range(RACES):
            try:
                with transaction.atomic():
                    return self._write()
            except (IntegrityError, OperationalError):
                # A connection that broke would stay so for as long as this process lives.
                connections.let_go_of_broken()
                if attempt == RACES - 1 or transaction.get_connection().in_atomic_block:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _write(self) -> Saved:
        held = _locked(self.team_id, list(self.news))
        new, problems = self._insert([key for key in sorted(self.news) if key not in held], held)
        before = {key: (event.data, history.snapshot(event)) for key, event in held.items()}
        renewed = [event for event in held.values() if self._renew(event)]
        upsert(renewed, MIRRORED, ["id"])
        relations.follow(
            [(event, before[event.vyte_id][0]) for event in renewed] + [(event, {}) for event in new]
        )
        changes = [change for event in new for change in history.of_new(event)]
        changes += filter(None, (history.between(before[event.vyte_id][1], event) for event in renewed))
        late = len(held) - len(renewed)
        written = _record([(change, self._answer(change.event).origin) for change in changes])
        return Saved(len(new), len(renewed), late=late, changes=written, problems=problems)

    def _insert(self, keys: list[str], held: dict[str, Event]) -> tuple[list[Event], list[str]]:
        """Insert events that were not there; those that another writer inserted meanwhile go to ``held``."""
        if not keys:
            return [], []
        Event.objects.bulk_create([self._new(key) for key in keys], ignore_conflicts=True)
        rows = _locked(self.team_id, keys)
        # What was asked for at this very moment is this writer's own row.
        new = [event for event in rows.values() if event.as_of == self._answer(event).as_of]
        held |= {key: event for key, event in rows.items() if event.as_of != self._answer(event).as_of}
        return new, [f"Event {key} could not be stored." for key in keys if key not in rows]

    def _new(self, vyte_id: str) -> Event:
        item = self.news[vyte_id]
        return Event(team_id=self.team_id, vyte_id=vyte_id, as_of=item.answer.as_of, **item.reading.columns)

    def _answer(self, event: Event) -> Answer:
        return self.news[event.vyte_id].answer

    def _renew(self, event: Event) -> bool:
        """Bring one event up to date in memory; False for an answer that is older than what is held."""
        reading, as_of = self.news[event.vyte_id].reading, self._answer(event).as_of
        if _is_late(event, reading, as_of):
            # The answer is old news, but a cancellation known from elsewhere is not lost with it.
            since = self._answer(event).cancelled_at
            if since is None or event.status == Event.Status.CANCELLED:
                return False
            reading, as_of = payloads.event(event.data), event.as_of
            show_cancellation(reading, since)
        show_cancellation(reading, event.cancelled_at)
        for name, value in reading.columns.items():
            setattr(event, name, value)
        event.as_of, event.missing_since = as_of, None
        return True


def _is_late(event: Event, reading: payloads.EventReading, as_of: dt.datetime) -> bool:
    """Whether an answer is older than what the mirror holds: by Vyte's clock, and by ours where that is silent."""
    if event.missing_since:
        return as_of < event.as_of
    if as_of >= event.as_of + SETTLING:
        return False
    held, said = payloads.revision(event.data), payloads.revision(reading.columns["data"])
    if held and said and (_later(held, said) or _later(said, held)):
        return _later(held, said)
    return as_of < event.as_of


def _later(one: dt.datetime, other: dt.datetime) -> bool:
    """Whether ``one`` is later for certain: Vyte leaves the milliseconds of a time out now and then."""
    if not (one.microsecond and other.microsecond):
        one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    return one > other
