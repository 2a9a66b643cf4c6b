"""Processing: claimed deliveries are parsed, handled request by request, and committed together.

Nothing is locked while the service is asked: claims hold the rows, and ``Source.commit`` opens the only transaction.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from django_vyte import db, stopping
from django_vyte.conf import get_settings
from django_vyte.exceptions import VyteError
from django_vyte.inbox import parsing
from django_vyte.inbox.claims import Claim, ClaimedRow, Group, release_lease
from django_vyte.inbox.sources import (
    SOURCES,
    Context,
    Received,
    Result,
    Source,
    SyncRequest,
    merged,
    requests_in,
)
from django_vyte.jobs.models import LONGEST_DELAY, backoff, new_lease
from django_vyte.models.delivery import Delivery, DeliveryQuerySet
from django_vyte.payloads.cleaning import without_nul
from django_vyte.stopping import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)

# Attempts for a call about something that the service does not have: it may be about to appear.
MOST_ATTEMPTS_WHEN_ABSENT = 3
# Problems of one body that are kept.
MOST_PROBLEMS = 20
WORKER_LOST = "The workers that processed it did not come back, or were told to stop each time."
Status = Delivery.Status


@dataclass(slots=True)
class Outcome:
    """What processing came to: ``more`` deliveries to process now, ``retry`` with their delays in seconds.

    ``deliveries`` is the number that was closed or postponed; ``stop`` is the order to stop that ended the work.
    """

    more: list[int] = field(default_factory=list)
    retry: dict[int, float] = field(default_factory=dict)
    deliveries: int = 0
    stop: BaseException | None = None


def process_batch(groups: Sequence[Group], until: float, outcome: Outcome) -> None:
    """Claim these groups of one account, handle them and close their deliveries; ``outcome`` says what came of it.

    Groups that are not begun when ``time.monotonic()`` passes ``until`` are released, except for the first. Failures
    are retried with a growing delay and given up in the end with status ``failed`` and the reason; nothing that a
    call or a service does raises here. An order to stop is raised again, after what was handled is closed and the
    rest released.
    """
    lease = new_lease()
    try:
        claim = Claim.of(groups, lease)
        if claim is not None:
            outcome.more += claim.released
            if claim.groups:
                _process(claim, until, outcome)
    except BaseException as error:
        if stopping.is_order(error):
            db.close_interrupted_connections(error)
            release_lease(lease)
            outcome.more += [group.first for group in groups if group.found]
        raise


def _process(claim: Claim, until: float, outcome: Outcome) -> None:
    latest = claim.groups[0].found[0]
    source = SOURCES[latest.source]
    jobs = [GroupJob(group, claim, source) for group in claim.groups]
    try:
        context = source.context(latest.account, claim.heartbeat())
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        logger.exception("The context of %s %s could not be made", source.name, latest.account)
        db.close_broken_connections()
        _fail(jobs, error)
        _close(claim, jobs, outcome)
        return
    handled: list[GroupJob] = []
    stop: BaseException | None = None
    try:
        for start in range(0, len(jobs), source.at_once):
            if handled and time.monotonic() > until:
                break
            _handle(jobs[start : start + source.at_once], source, context, handled)
    except BaseException as error:
        if not stopping.is_order(error):
            raise
        stop = error
        db.close_interrupted_connections(error)
    rest = [job.group for job in jobs if job not in handled]
    if rest:
        outcome.more += claim.release(rest)
    _commit(source, context, handled)
    _close(claim, handled, outcome)
    if stop:
        raise stop


def _handle(
    jobs: Sequence[GroupJob], source: Source[Any, Any], context: Context, handled: list[GroupJob]
) -> None:
    """Parse these jobs, ask the service about all of them at once, and handle one after the other."""
    for job in jobs:
        job.parse(context)
    # A job with several requests is alone, and has them prefetched by itself.
    _prefetch([job.requests[0] for job in jobs if len(job.requests) == 1], source, context)
    for job in jobs:
        job.handle(context)
        handled.append(job)


def _prefetch(requests: Sequence[SyncRequest], source: Source[Any, Any], context: Context) -> None:
    if len(requests) < 2 or source.at_once < 2:
        return
    try:
        source.prefetch(requests, context)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        # What fails here fails again in ``handle``, which says of which request.
        db.close_broken_connections()
    context.heartbeat()


@dataclass(slots=True)
class GroupJob:
    """One group on its way: what its deliveries request, and what came of it.

    ``count`` is the number of its deliveries; ``attempts`` maps each number of attempts to the latest delivery with it.
    """

    group: Group
    claim: Claim
    source: Source[Any, Any]
    count: int = 0
    attempts: dict[int, int] = field(default_factory=dict)
    requests: list[SyncRequest] = field(default_factory=list)
    result: Result = field(default_factory=Result)
    error: Exception | None = None

    @property
    def latest(self) -> Delivery:
        """The delivery that stands for the group in the history."""
        return max(self.group.found, key=lambda row: row.pk)

    def parse(self, context: Context) -> None:
        """Find out what the deliveries request; a failure is kept in ``error``."""
        with self._failing():
            self._parse(context)

    def handle(self, context: Context) -> None:
        """Handle every request and keep what was fetched for the commit; a failure is kept in ``error``."""
        if self.error:
            return
        errors: list[VyteError] = []
        with self._failing():
            most = self.source.at_once
            for number, request in enumerate(self.requests):
                if len(self.requests) > 1 and number % most == 0:
                    _prefetch(self.requests[number : number + most], self.source, context)
                try:
                    done = self.source.handle(request, self.latest, context)
                except VyteError as error:
                    errors.append(error)
                else:
                    self.result.fetched += done.fetched
                    self.result.problems += done.problems
                context.heartbeat()
        if errors and not self.error:
            # What is absent is given up soonest, so any other failure decides when to try again.
            self.error = min(errors, key=lambda error: error.means_absence)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Keep a failure as that of this job."""
        try:
            yield
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            db.close_broken_connections()
            self.error = error

    def _parse(self, context: Context) -> None:
        """Merge the requests of all deliveries, chunk by chunk; give up those that killed every worker."""
        for rows in self.claim.chunks(self.group):
            self.count += len(rows)
            requests = list(self.requests)
            for row in self._within_attempts(rows):
                body = parsing.read(row.body.encode(), self.source.credentials)
                found, problems = requests_in(self.source, body, Received(row.headers, row.received_at))
                requests += found
                self.result.problems += problems[:MOST_PROBLEMS]
            self.requests = merged(requests)
            context.heartbeat()

    def _within_attempts(self, rows: Sequence[ClaimedRow]) -> list[ClaimedRow]:
        """The rows that were not claimed more often than they may fail; the others are given up."""
        most = get_settings().MAX_ATTEMPTS
        over = [row.pk for row in rows if row.attempts > most]
        if over:
            self._give_up(db.fresh(Delivery.objects.all()).filter(pk__in=over), Status.FAILED, WORKER_LOST)
        rest = [row for row in rows if row.attempts <= most]
        self.attempts |= {row.attempts: row.pk for row in rest}
        return rest

    @property
    def closing(self) -> tuple[str, str]:
        """The status and the error to close the deliveries with, where nothing failed."""
        if self.result.problems:
            return Status.FAILED, _storable("\n".join(self.result.problems))
        return (Status.DONE if self.requests else Status.IGNORED), ""

    def postpone(self, error: Exception, delays: dict[int, float]) -> dict[int, float]:
        """Try again later, or give up where that cannot help; the delivery to name in a message, and its delay.

        ``delays`` has the delays of this batch by number of attempts: what failed together is tried together.
        """
        reason = _reason(error, self.result.problems)
        absent = isinstance(error, VyteError) and error.means_absence
        most = MOST_ATTEMPTS_WHEN_ABSENT if absent else get_settings().MAX_ATTEMPTS
        # Circuit open: nothing was sent, so the attempt does not count.
        uncounted = isinstance(error, VyteError) and error.held_back and most > 1
        rest = {attempts: pk for attempts, pk in self.attempts.items() if uncounted or attempts < most}
        rows = self.claim.rows([self.group])
        if len(rest) < len(self.attempts):
            # What cannot be found is ignored, unless something else was wrong with the call.
            is_harmless = absent and not self.result.problems
            status = Status.IGNORED if is_harmless else Status.FAILED
            self._give_up(rows.filter(attempts__gte=most), status, reason)
        if not rest:
            return {}
        retry_after = getattr(error, "retry_after", None) if isinstance(error, VyteError) else None
        asked = min(retry_after or 0.0, LONGEST_DELAY)
        delay = max(delays.setdefault(max(rest), backoff(max(rest))), asked)
        logger.warning(
            "%d deliveries, the last %s, put off for %.0f s: %s", self.count, self.latest, delay, reason
        )
        counted = {"attempts": Least(F("attempts"), most - 1)} if uncounted else {}
        # Rows that were given up are no longer held.
        rows.postpone(self.claim.lease, delay, status=Status.WAITING, error=reason, **counted)
        return {max(rest.values()): delay}

    def _give_up(self, rows: DeliveryQuerySet, status: str, reason: str) -> None:
        count = rows.finish(self.claim.lease, status=status, error=reason, finished_at=timezone.now())
        logger.error("%d deliveries, of which the last is %s, given up: %s", count, self.latest, reason)


def _fail(jobs: Sequence[GroupJob], error: Exception) -> None:
    """Have all of these jobs fail with an error that none of them could do anything about."""
    for job in jobs:
        job.error, job.count = error, len(job.group.claimed)
        job.attempts = {row.attempts: row.pk for row in job.group.claimed}


def _commit(source: Source[Any, Any], context: Context, jobs: Sequence[GroupJob]) -> None:
    """Commit everything that was fetched at once, or one by one where something cannot be written."""
    fetched = [(job, each) for job in jobs for each in job.result.fetched]
    if len(fetched) > 1:
        try:
            source.commit(context, [each for _, each in fetched])
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            db.close_broken_connections()
        else:
            return
    for job, each in fetched:
        try:
            source.commit(context, [each])
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            db.close_broken_connections()
            job.error = job.error or error


def _close(claim: Claim, jobs: Sequence[GroupJob], outcome: Outcome) -> None:
    """Close or postpone the deliveries, with one statement for all that end the same way."""
    closed: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    delays: dict[int, float] = {}
    for job in jobs:
        outcome.deliveries += job.count
        if job.error:
            outcome.retry |= job.postpone(job.error, delays)
        else:
            closed[job.closing].append(job.group)
    for (status, error), groups in closed.items():
        claim.rows(groups).finish(claim.lease, status=status, error=error, finished_at=timezone.now())
    outcome.more += claim.arrivals([group for groups in closed.values() for group in groups])


def _reason(error: Exception, problems: Sequence[str]) -> str:
    # A database quotes the row that it refuses, which may hold personal data.
    text = "" if isinstance(error, DataError | IntegrityError) else f": {error}"
    return _storable("\n".join([f"{type(error).__name__}{text}", *problems]))


def _storable(text: str) -> str:
    return without_nul(text)[:4000]
