"""What Vyte answered about events, held against what is mirrored: what is new, what is stale, what stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone

from django_vyte import payloads
from django_vyte.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.base_user import AbstractBaseUser

    from django_vyte.models import Delivery

# An answer with an older revision is a stale one, unless it was asked for this much after what it contradicts.
CLOCK_TOLERANCE = dt.timedelta(minutes=5)


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


@dataclass(frozen=True)
class IncomingEvent:
    """An answer about an event, taken apart no further than it takes to see whether anything in it is new.

    The payload is not among it: thousands of them in memory would keep the garbage collector busy.
    """

    record: payloads.EventRecord
    as_of: dt.datetime
    origin: Origin
    cancelled_at: dt.datetime | None

    @cached_property
    def reading(self) -> payloads.EventReading:
        """What the answer says in the mirror's terms, with the cancellation that it may not show."""
        return _with_cancellation(payloads.reading(self.record), self.cancelled_at)

    @property
    def is_cancelled(self) -> bool:
        """Whether the meeting is off, by the payload or by what else is known."""
        if self.cancelled_at is None:
            return self.record.is_cancelled
        return bool(self.reading.columns["status"] == Event.Status.CANCELLED)

    def apply_to(self, event: Event) -> payloads.EventReading | None:
        """Bring an event up to date in memory: what it says then, or None when this is older than what it holds."""
        reading, as_of = self.reading, self.as_of
        if _is_stale(event, reading, as_of):
            # The answer is stale, but a cancellation known from elsewhere is not lost with it.
            if self.cancelled_at is None or event.status == Event.Status.CANCELLED:
                return None
            as_of = event.as_of
            reading = _with_cancellation(payloads.event(event.data), self.cancelled_at)
        reading = _with_cancellation(reading, event.cancelled_at)
        for name, value in reading.columns.items():
            setattr(event, name, value)
        event.as_of, event.missing_since = as_of, None
        return reading


def read(answers: Iterable[Answer]) -> tuple[dict[str, IncomingEvent], list[str]]:
    """The last answer about each event by its id, and in words what could not be read."""
    events: dict[str, IncomingEvent] = {}
    problems: list[str] = []
    for answer in answers:
        try:
            record = payloads.record(answer.payload)
        except payloads.Unreadable as error:
            problems.append(f"Vyte answered with {error}; it is not mirrored.")
        else:
            events[record.vyte_id] = IncomingEvent(record, answer.as_of, answer.origin, answer.cancelled_at)
    return events, problems


def changed(team_id: int, events: dict[str, IncomingEvent]) -> dict[str, IncomingEvent]:
    """What says something that the mirror does not hold yet, found without locking a row."""
    rows = Event.objects.filter(team=team_id, vyte_id__in=list(events), missing_since__isnull=True)
    held = {key: (same, status) for key, same, status in rows.values_list("vyte_id", "fingerprint", "status")}
    found = {}
    for vyte_id, item in events.items():
        same, status = held.get(vyte_id, (None, None))
        if same != item.record.fingerprint or (status != Event.Status.CANCELLED and item.is_cancelled):
            found[vyte_id] = item
    return found


def _with_cancellation(reading: payloads.EventReading, since: dt.datetime | None) -> payloads.EventReading:
    """A reading that shows a cancellation known from elsewhere, unless Vyte confirmed the event again since."""
    status = reading.columns["status"]
    if since is None or status == Event.Status.CANCELLED:
        return reading
    if status == Event.Status.CONFIRMED and reading.settled_at and _is_later(reading.settled_at, since):
        return reading
    # A string like any other: an enum's would be shown as its name.
    shown = {"status": str(Event.Status.CANCELLED), "cancelled_at": since}
    return replace(reading, columns={**reading.columns, **shown})


def _is_stale(event: Event, reading: payloads.EventReading, as_of: dt.datetime) -> bool:
    """Whether an answer is older than what the mirror holds: by Vyte's clock, and by ours where that is silent."""
    if event.missing_since:
        return is_outdated(as_of, event.as_of)
    if as_of >= event.as_of + CLOCK_TOLERANCE:
        return False
    held, answered = payloads.revision(event.data), payloads.revision(reading.columns["data"])
    if held and answered and (_is_later(held, answered) or _is_later(answered, held)):
        return _is_later(held, answered)
    return is_outdated(as_of, event.as_of)


def is_outdated(as_of: dt.datetime, held: dt.datetime) -> bool:
    """Whether what was asked for at ``as_of`` is older than what was at ``held``.

    A time that lies ahead comes from a clock that was put back since, and says nothing.
    """
    return as_of < held <= timezone.now() + CLOCK_TOLERANCE


def _is_later(one: dt.datetime, other: dt.datetime) -> bool:
    """Whether ``one`` is later for certain: Vyte leaves the milliseconds of a time out now and then."""
    if not (one.microsecond and other.microsecond):
        one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    return one > other
