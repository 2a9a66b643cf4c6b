"""Decides what a fetched event means for the mirrored one: unchanged, newer, stale, or cancelled.

Responses arrive in any order: two workers may fetch one event at the same time, and Vyte's servers may lag behind one
another. So events are compared by Vyte's revision times, and where these are equal or missing, by the time of the
request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from django_vyte import payloads
from django_vyte.db import fresh
from django_vyte.models import Delivery, Event

# An event with an older revision is stale, unless it was requested this much later than the mirrored one: then Vyte
# itself went back. Times this far in the future are taken for those of a clock that was set back.
CLOCK_TOLERANCE = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Origin:
    """Why an event was fetched; recorded with each change."""

    cause: str
    delivery: Delivery | None = None
    actor: AbstractBaseUser | None = None


@dataclass(frozen=True, slots=True)
class FetchedEvent:
    """An event as Vyte returned it to a request made at ``as_of``.

    ``cancelled_at`` is the time, on Vyte's clock, of a cancellation that the payload may not show.
    """

    payload: object
    as_of: dt.datetime
    origin: Origin
    cancelled_at: dt.datetime | None = None


@dataclass(frozen=True)
class IncomingEvent:
    """A fetched event, cleaned and parsed only where that is needed to see whether it changes anything."""

    answer: payloads.EventAnswer
    as_of: dt.datetime
    origin: Origin
    cancelled_at: dt.datetime | None

    @cached_property
    def record(self) -> payloads.EventRecord:
        """What is stored of it."""
        return self.answer.record()

    def parse(self) -> payloads.ParsedEvent:
        """The event as columns, invitees and groups, with the cancellation that its payload may not show."""
        return _with_cancellation(payloads.parse_record(self.record), self.cancelled_at)

    @property
    def is_cancelled(self) -> bool:
        """Whether the meeting is cancelled, by the payload or by ``cancelled_at``."""
        if self.cancelled_at is None:
            return self.record.is_cancelled
        return bool(self.parse().columns["status"] == Event.Status.CANCELLED)

    def apply_to(self, event: Event) -> payloads.ParsedEvent | None:
        """Update an event in memory; what it then holds, or None when this one is stale and changes nothing."""
        parsed, as_of = self.parse(), self.as_of
        if _is_stale(event, parsed, as_of):
            # The payload is stale, but a cancellation that a webhook call reported still holds.
            if self.cancelled_at is None or event.status == Event.Status.CANCELLED:
                return None
            as_of = event.as_of
            parsed = _with_cancellation(payloads.parse_event(event.data), self.cancelled_at)
        parsed = _with_cancellation(parsed, event.cancelled_at)
        for name, value in parsed.columns.items():
            setattr(event, name, value)
        event.as_of, event.missing_since = as_of, None
        return parsed


def read_events(fetched: Iterable[FetchedEvent]) -> tuple[dict[str, IncomingEvent], list[str]]:
    """The last payload of each event by its id, and problems in words for payloads that cannot be read."""
    events: dict[str, IncomingEvent] = {}
    problems: list[str] = []
    for item in fetched:
        try:
            answer = payloads.read_answer(item.payload)
        except payloads.Unreadable as error:
            problems.append(f"Vyte answered with {error}; it is not mirrored.")
        else:
            events[answer.vyte_id] = IncomingEvent(answer, item.as_of, item.origin, item.cancelled_at)
    return events, problems


def changed(team_id: int, events: dict[str, IncomingEvent]) -> dict[str, IncomingEvent]:
    """The events that differ from the mirror, by their fingerprints; locks no row.

    An answer that is, byte for byte, the one that was mirrored is not even cleaned.
    """
    rows = fresh(Event.objects.all()).filter(
        team=team_id, vyte_id__in=list(events), missing_since__isnull=True
    )
    held = {key: known for key, *known in rows.order_by().values_list("vyte_id", "fingerprint", "status")}
    found = {}
    for vyte_id, item in events.items():
        if vyte_id not in held:
            found[vyte_id] = item
            continue
        fingerprint, status = held[vyte_id]
        if item.cancelled_at is None and item.answer.is_of(fingerprint):
            continue
        is_cancelled = status == Event.Status.CANCELLED
        if not item.record.is_of(fingerprint) or (item.is_cancelled and not is_cancelled):
            found[vyte_id] = item
    return found


def _with_cancellation(parsed: payloads.ParsedEvent, since: dt.datetime | None) -> payloads.ParsedEvent:
    """The event as cancelled at ``since``, unless Vyte confirmed the event again later."""
    status = parsed.columns["status"]
    if since is None or status == Event.Status.CANCELLED:
        return parsed
    if status == Event.Status.CONFIRMED and parsed.settled_at and _is_later(parsed.settled_at, since):
        return parsed
    # str(): the history shows the value, and an enum member would be shown by its name.
    shown = {"status": str(Event.Status.CANCELLED), "cancelled_at": since}
    return replace(parsed, columns={**parsed.columns, **shown})


def _is_stale(event: Event, parsed: payloads.ParsedEvent, as_of: dt.datetime) -> bool:
    """Whether an answer is older than what is mirrored: by Vyte's revision times, else by when it was asked for."""
    if event.missing_since:
        return is_outdated(as_of, event.as_of)
    if as_of >= event.as_of + CLOCK_TOLERANCE:
        return False
    held, answered = payloads.revision(event.data), payloads.revision(parsed.columns["data"])
    if held and answered and (_is_later(held, answered) or _is_later(answered, held)):
        return _is_later(held, answered)
    return is_outdated(as_of, event.as_of)


def is_outdated(as_of: dt.datetime, held: dt.datetime) -> bool:
    """Whether an answer asked for at ``as_of`` is older than one asked for at ``held``.

    A ``held`` in the future comes from a clock that was set back since, and is ignored.
    """
    return as_of < held <= timezone.now() + CLOCK_TOLERANCE


def _is_later(one: dt.datetime, other: dt.datetime) -> bool:
    """Whether ``one`` is certainly later: Vyte sometimes omits the milliseconds."""
    if not (one.microsecond and other.microsecond):
        one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    return one > other
