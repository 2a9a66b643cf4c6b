"""The life of a call: stored before it is answered, claimed by one worker, retried, finished or given up in sight."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from django_vyte import bodies, connections, values
from django_vyte.conf import get_settings
from django_vyte.exceptions import NotFound, VyteError, VyteUnavailable
from django_vyte.models import Delivery
from django_vyte.models.work import LONGEST_DELAY, backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django_vyte.models.delivery import DeliveryQuerySet

logger = logging.getLogger(__name__)

# How often a call about something Vyte does not have is tried: it may be about to appear.
TRIES_WHEN_NOT_FOUND = 3
# How many of the things wrong with one body are kept.
MOST_PROBLEMS = 20
Status = Delivery.Status


@dataclass(slots=True)
class Outcome:
    """What processing led to: rows whose receivers are to be told, deliveries to go on with, seconds until a retry."""

    changes: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    more: list[int] = field(default_factory=list)
    retry: dict[int, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, done: Outcome) -> None:
        """Take over what one ask led to."""
        self.changes += done.changes
        self.members += done.members
        self.problems += done.problems


class Ask(Protocol):
    """One thing that a call asks to be done."""

    @property
    def subject(self) -> str:
        """What it is about; calls with the same subject are served by one answer. At most 100 characters."""

    def merged(self, later: Ask) -> Ask:
        """This and a later ask with the same subject, as one."""


class Source(Protocol):
    """Where calls come from: reads them, and does what they ask for."""

    name: str

    def asks(self, call: dict[str, object]) -> Sequence[Ask]:
        """What one call asks for, nothing when nobody handles it; ValueError with a sentence when it is unreadable."""

    def fulfil(self, ask: Ask, delivery: Delivery, keep: Callable[..., object]) -> Outcome:
        """Do it, calling ``keep`` now and then where that takes long.

        A VyteError means that it is to be tried again later, and so does any other exception, which also keeps what
        else the delivery asks for waiting.
        """


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have deliveries of ``source.name`` handled by ``source``."""
    SOURCES[source.name] = source


def store(source: str, team_id: int | None, raw: bytes, headers: Mapping[str, str]) -> Delivery:
    """Keep a call, less the credentials in it: one INSERT, whatever the body is."""
    body = bodies.read(raw)
    asks, problems = _read(SOURCES[source], body)
    subject = asks[0].subject if len(asks) == 1 and not problems else ""
    delivery = Delivery(
        source=source, team_id=team_id, subject=subject, body=body.text, headers=dict(headers)
    )
    delivery.save(force_insert=True)
    return delivery


def process(pk: int) -> Outcome:
    """Process a delivery together with all others about the same thing, unless another worker is busy with it.

    Nothing is locked while Vyte is asked. What fails is put off with a growing delay, and given up in the end with
    status ``failed`` and the reason; never raises for what a call or Vyte did.
    """
    head = Delivery.objects.with_rival().due().filter(pk=pk).first()
    if head is None or head.rival:
        return Outcome()
    together = Delivery.objects.together_with(head)
    lease = together.claim(get_settings().LEASE_SECONDS, early=True, status=Status.WORKING)
    if lease is None:
        return Outcome()
    claimed = list(Delivery.objects.held(lease).select_related("team").order_by("pk"))
    claimed = _without_killers(claimed, lease)
    outcome = Outcome()
    try:
        status = _work(claimed, outcome, lease)
    except Exception as error:
        connections.let_go_of_broken()
        return _put_off(claimed, lease, error, outcome)
    problems = _storable("\n".join(outcome.problems))
    Delivery.objects.all().finish(lease, status=status, error=problems, finished_at=timezone.now())
    if head.subject:
        outcome.more = together.due_keys(1)
    return outcome


def replay(deliveries: DeliveryQuerySet) -> list[int]:
    """Open deliveries again, whatever became of them; the primary keys of those to process."""
    idle = deliveries.exclude(status=Status.WORKING)
    keys = list(idle.order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(
        status=Status.RECEIVED,
        attempts=0,
        next_attempt_at=timezone.now(),
        error="",
        finished_at=None,
        lease="",
    )
    return keys


def _read(source: Source, body: bodies.Body) -> tuple[list[Ask], list[str]]:
    """The asks of a body, those about the same thing merged, and what could not be read."""
    asks: list[Ask] = []
    problems = list(body.problems)
    for call in body.calls:
        try:
            asks += source.asks(call)
        except ValueError as error:
            problems.append(str(error))
    return _merged(asks), problems


def _merged(asks: Sequence[Ask]) -> list[Ask]:
    """One ask for each subject, in the order of their first mention."""
    merged: dict[str, Ask] = {}
    for ask in asks:
        held = merged.get(ask.subject)
        merged[ask.subject] = held.merged(ask) if held else ask
    return list(merged.values())


def _without_killers(claimed: list[Delivery], lease: str) -> list[Delivery]:
    """Give up what was claimed more often than it may fail: no worker that had it came back."""
    most = get_settings().MAX_ATTEMPTS
    over = [delivery.pk for delivery in claimed if delivery.attempts > most]
    if over:
        reason = "The workers that processed it did not come back."
        _close(over, lease, Status.FAILED, reason)
    return [delivery for delivery in claimed if delivery.attempts <= most]


def _work(claimed: Sequence[Delivery], outcome: Outcome, lease: str) -> str:
    """Do all that these deliveries, which share a source and a subject, ask for; their status then."""
    asks: list[Ask] = []
    for delivery in claimed:
        found, problems = _read(SOURCES[delivery.source], bodies.read(delivery.body.encode()))
        asks += found
        outcome.problems += problems[:MOST_PROBLEMS]

    keep = Delivery.objects.all().keeper(lease, get_settings().LEASE_SECONDS)
    failures: list[VyteError] = []
    for ask in _merged(asks):
        try:
            outcome.add(SOURCES[claimed[-1].source].fulfil(ask, claimed[-1], keep))
        except VyteError as error:
            failures.append(error)
        keep()
    if failures:
        # What Vyte does not have is given up soonest: not as long as something else has to be tried again.
        raise min(failures, key=lambda error: isinstance(error, NotFound))
    if outcome.problems:
        return Status.FAILED
    return Status.DONE if asks else Status.IGNORED


def _put_off(claimed: Sequence[Delivery], lease: str, error: Exception, outcome: Outcome) -> Outcome:
    """Try again later, or give up where that cannot help any more; what was done stays done."""
    reason = _storable(f"{type(error).__name__}: {error}")
    absent = isinstance(error, NotFound)
    most = TRIES_WHEN_NOT_FOUND if absent else get_settings().MAX_ATTEMPTS
    # What was not even sent is nobody's last attempt.
    refused = isinstance(error, VyteUnavailable) and most > 1
    over = [] if refused else [delivery.pk for delivery in claimed if delivery.attempts >= most]
    if over:
        _close(over, lease, Status.IGNORED if absent else Status.FAILED, reason)
    rest = [delivery for delivery in claimed if delivery.pk not in over]
    if rest:
        asked = min(getattr(error, "retry_after", None) or 0.0, LONGEST_DELAY)
        delay = max(backoff(max(delivery.attempts for delivery in rest)), asked)
        logger.warning("Deliveries %s put off for %.0f s: %s", [each.pk for each in rest], delay, reason)
        tried = {"attempts": Least(F("attempts"), most - 1)} if refused else {}
        Delivery.objects.all().postpone(lease, delay, status=Status.WAITING, error=reason, **tried)
        outcome.retry[rest[-1].pk] = delay
    return outcome


def _close(keys: list[int], lease: str, status: str, reason: str) -> None:
    logger.error("Deliveries %s given up: %s", keys, reason)
    rows = Delivery.objects.filter(pk__in=keys)
    rows.finish(lease, status=status, error=reason, finished_at=timezone.now())


def _storable(text: str) -> str:
    return values.without_nul(text)[:4000]
