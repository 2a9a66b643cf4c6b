"""Working on deliveries that were claimed: Vyte is asked thing by thing, and everything is mirrored at once."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import DataError, IntegrityError
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from django_vyte import db, mirror
from django_vyte.conf import get_settings
from django_vyte.exceptions import NotFound, VyteError, VyteUnavailable
from django_vyte.inbox import parsing
from django_vyte.inbox.claims import Claim
from django_vyte.inbox.sources import SOURCES, Ask, NotThereYet, Outcome, Visit, merged, read
from django_vyte.jobs.models import LONGEST_DELAY, backoff
from django_vyte.models import Delivery
from django_vyte.payloads.cleaning import without_nul
from django_vyte.sync.event import store_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_vyte.inbox.claims import Call, Thing
    from django_vyte.models.delivery import DeliveryQuerySet

logger = logging.getLogger(__name__)

# How often a call about something Vyte does not have is tried: it may be about to appear.
ABSENT = (NotFound, NotThereYet)
TRIES_WHEN_NOT_FOUND = 3
# How many of the things wrong with one body are kept.
MOST_PROBLEMS = 20
DID_NOT_COME_BACK = "The workers that processed it did not come back."
Status = Delivery.Status


def work(things: Sequence[Thing], until: float) -> Outcome:
    """Claim these things of one team and do what is asked; nothing is locked while Vyte is.

    What is not begun when ``time.monotonic()`` passes ``until`` is given back, except for the first. What fails is put
    off with a growing delay, and given up in the end with status ``failed`` and the reason; never raises for what a
    call or Vyte did.
    """
    claim = Claim.of(things)
    if claim is None:
        return Outcome()
    outcome = Outcome(more=claim.left)
    errands = [_Errand(thing, claim) for thing in claim.things]
    if not errands:
        return outcome
    visit = Visit(errands[0].last.team_id, claim.keeper())
    for begun, errand in enumerate(errands):
        if begun and time.monotonic() > until:
            rest = [each.thing for each in errands[begun:]]
            claim.give_back(rest)
            # What no message of this turn named has one of its own, or the sweep.
            outcome.more += [thing.first for thing in rest if thing.is_named]
            del errands[begun:]
            break
        errand.run(visit)
    if visit.team_id is not None:
        outcome.changes += _mirror(visit.team_id, errands)
    for errand in errands:
        outcome.changes += errand.outcome.changes
        outcome.members += errand.outcome.members
    _close_all(claim, errands, outcome)
    return outcome


@dataclass(slots=True)
class _Errand:
    """What the deliveries about one thing ask for, and what came of it.

    Of these ``count`` deliveries, ``tries`` has the latest for each number of attempts.
    """

    thing: Thing
    claim: Claim
    count: int = 0
    tries: dict[int, int] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    error: Exception | None = None

    @property
    def last(self) -> Delivery:
        """The delivery to work in the name of."""
        return max(self.thing.found, key=lambda row: row.pk)

    def run(self, visit: Visit) -> None:
        """Do all of it, keeping the answers that are to be mirrored; what fails is kept in ``error``."""
        failures: list[VyteError] = []
        try:
            self._read(visit)
            for ask in self.asks:
                try:
                    self.outcome.add(SOURCES[self.last.source].fulfil(ask, self.last, visit))
                except VyteError as error:
                    failures.append(error)
                visit.keep()
        except Exception as error:
            db.let_go_of_broken()
            self.error = error
        if failures and not self.error:
            # What Vyte does not have is given up soonest: not as long as something else has to be tried again.
            self.error = min(failures, key=lambda error: isinstance(error, ABSENT))

    def _read(self, visit: Visit) -> None:
        """Merge what the calls ask for as they are read, and give up those that no worker survived."""
        name = self.last.source
        for calls in self.claim.batches(self.thing):
            self.count += len(calls)
            asks = list(self.asks)
            for call in self._survivors(calls):
                found, problems = read(SOURCES[name], parsing.read(call.body.encode()), call.received_at)
                asks += found
                self.outcome.problems += problems[:MOST_PROBLEMS]
            self.asks = merged(asks)
            visit.keep()

    def _survivors(self, calls: Sequence[Call]) -> list[Call]:
        """Those not claimed more often than they may fail, which are noted."""
        most = get_settings().MAX_ATTEMPTS
        over = [call.pk for call in calls if call.attempts > most]
        if over:
            _give_up(self, Delivery.objects.filter(pk__in=over), Status.FAILED, DID_NOT_COME_BACK)
        rest = [call for call in calls if call.attempts <= most]
        self.tries |= {call.attempts: call.pk for call in rest}
        return rest

    @property
    def result(self) -> tuple[str, str]:
        """The status of what did not fail, and what there is to say of it."""
        if self.outcome.problems:
            return Status.FAILED, _storable("\n".join(self.outcome.problems))
        return (Status.DONE if self.asks else Status.IGNORED), ""


def _mirror(team_id: int, errands: Sequence[_Errand]) -> list[int]:
    """Mirror all answers at once, or one by one where one of them cannot be; the changes."""
    answers = [(errand, answer) for errand in errands for answer in errand.outcome.answers]
    changes: list[int] = []
    if len(answers) > 1:
        try:
            saved = mirror.save(team_id, [answer for _, answer in answers])
        except Exception:
            db.let_go_of_broken()
        else:
            changes += saved.changes
            if not saved.problems:
                return changes
    for errand, answer in answers:
        try:
            changes += store_answer(team_id, answer).changes
        except Exception as error:
            db.let_go_of_broken()
            errand.error = errand.error or error
    return changes


def _close_all(claim: Claim, errands: Sequence[_Errand], outcome: Outcome) -> None:
    """Write down what became of the deliveries, together where it is the same."""
    results: defaultdict[tuple[str, str], list[Thing]] = defaultdict(list)
    delays: dict[int, float] = {}
    for errand in errands:
        outcome.deliveries += errand.count
        if errand.error:
            _put_off(errand, errand.error, delays, outcome)
        else:
            results[errand.result].append(errand.thing)
    for (status, text), things in results.items():
        claim.rows(things).finish(claim.lease, status=status, error=text, finished_at=timezone.now())
    outcome.more += claim.arrived([thing for things in results.values() for thing in things])


def _put_off(errand: _Errand, error: Exception, delays: dict[int, float], outcome: Outcome) -> None:
    """Try again later, or give up where that cannot help any more; what was done stays done.

    ``delays`` has those of this turn by number of attempts: what failed together is tried together.
    """
    # What a database says of a row that it refuses quotes the row.
    said = "" if isinstance(error, DataError | IntegrityError) else f": {error}"
    reason = _storable(f"{type(error).__name__}{said}")
    absent = isinstance(error, ABSENT)
    most = TRIES_WHEN_NOT_FOUND if absent else get_settings().MAX_ATTEMPTS
    # What was not even sent is nobody's last attempt.
    refused = isinstance(error, VyteUnavailable) and most > 1
    rest = {tries: pk for tries, pk in errand.tries.items() if refused or tries < most}
    rows = errand.claim.rows([errand.thing])
    if len(rest) < len(errand.tries):
        _give_up(errand, rows.filter(attempts__gte=most), Status.IGNORED if absent else Status.FAILED, reason)
    if rest:
        asked = min(getattr(error, "retry_after", None) or 0.0, LONGEST_DELAY)
        delay = max(delays.setdefault(max(rest), backoff(max(rest))), asked)
        logger.warning(
            "%d deliveries, the last %s, put off for %.0f s: %s", errand.count, errand.last, delay, reason
        )
        tried = {"attempts": Least(F("attempts"), most - 1)} if refused else {}
        # What was given up is no longer held.
        rows.postpone(errand.claim.lease, delay, status=Status.WAITING, error=reason, **tried)
        outcome.retry[max(rest.values())] = delay


def _give_up(errand: _Errand, rows: DeliveryQuerySet, status: str, reason: str) -> None:
    count = rows.finish(errand.claim.lease, status=status, error=reason, finished_at=timezone.now())
    logger.error("%d deliveries, of which the last is %s, given up: %s", count, errand.last, reason)


def _storable(text: str) -> str:
    return without_nul(text)[:4000]
