"""Fair scheduling: round-robin between the accounts of all sources, one time slice each."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, router
from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from django_vyte import db, stopping
from django_vyte.inbox import claims, processing
from django_vyte.inbox.processing import Outcome
from django_vyte.inbox.sources import SOURCES, Source
from django_vyte.jobs.models import held_now
from django_vyte.jobs.publishing import PROCESS, enqueue
from django_vyte.models.delivery import AccountKey, Delivery
from django_vyte.stopping import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)

# Seconds after which a worker leaves the batches it has not begun to the next time slice.
TIME_SLICE = 1.0
# Accounts looked at before one that waits is left to the next message.
MOST_ACCOUNTS = 20
# Seconds up to which a retry is a delayed message; a later one is left to the sweep rather than held by a worker.
LONGEST_COUNTDOWN = 300


def process(*keys: int) -> Outcome:
    """Process these deliveries, each with all others about the same subject, and others of their accounts.

    Where an account has more to do than was asked for, or other workers are busy with it, another account that waits
    gets a time slice first.
    """
    outcome = Outcome(more=list(keys[claims.MOST_GROUPS :]))
    with _until_stopped(outcome):
        _process(keys[: claims.MOST_GROUPS], outcome)
    if outcome.stop:
        outcome.more += keys
    return outcome


def process_account(key: AccountKey) -> Outcome:
    """Process what has been due for longest for an account, for one time slice."""
    outcome = Outcome()
    with _until_stopped(outcome):
        _follow(claims.plan(key), time.monotonic() + TIME_SLICE, outcome)
    return outcome


def requeue(outcome: Outcome) -> None:
    """Publish messages for what is left to do now, and for retries that are due soon."""
    using = router.db_for_write(Delivery)
    more = list(dict.fromkeys(outcome.more))
    for start in range(0, len(more), claims.MOST_GROUPS):
        enqueue(PROCESS, more[start : start + claims.MOST_GROUPS], using=using)
    retries: defaultdict[float, list[int]] = defaultdict(list)
    for pk, delay in outcome.retry.items():
        if delay <= LONGEST_COUNTDOWN:
            retries[delay].append(pk)
    for delay, keys in retries.items():
        enqueue(PROCESS, keys, countdown=delay, using=using)


@contextmanager
def _until_stopped(outcome: Outcome) -> Iterator[None]:
    """Keep an order to stop in ``outcome``, which says what is left to do."""
    try:
        yield
    except BaseException as error:
        if not stopping.is_order(error):
            raise
        outcome.stop = error


def _process(keys: Sequence[int], outcome: Outcome) -> None:
    requested: defaultdict[AccountKey, list[Delivery]] = defaultdict(list)
    for delivery in db.fresh(Delivery.objects.all()).unfinished().filter(pk__in=keys):
        if delivery.is_due and delivery.source in SOURCES:
            requested[delivery.account_key].append(delivery)
    plans = [claims.plan(key, rows) for key, rows in requested.items()]
    if any(plan.is_crowded for plan in plans):
        other = round_robin.next_account(exclude=requested)
        if other is not None:
            _follow(claims.plan(other), time.monotonic() + TIME_SLICE, outcome)
    until = time.monotonic() + TIME_SLICE
    for number, plan in enumerate(plans):
        if number and time.monotonic() > until:
            outcome.more += _requested(plan.batches)
        else:
            _follow(plan, until, outcome)


def _follow(plan: claims.Plan, until: float, outcome: Outcome) -> None:
    """Process one batch after the other until the time slice is over; the requested rest needs another message."""
    for number, groups in enumerate(plan.batches):
        if number and time.monotonic() > until:
            outcome.more += _requested([groups])
        else:
            processing.process_batch(groups, until, outcome)


def _requested(batches: list[list[claims.Group]]) -> list[int]:
    return [group.first for groups in batches for group in groups if group.is_requested]


def waiting_accounts() -> list[AccountKey]:
    """The accounts with deliveries that are not closed: one query a source, and one index look-up an account.

    A source whose accounts cannot be read keeps no other from its turn; the sweep finds its calls when they are old.
    """
    found: list[AccountKey] = []
    for source in SOURCES.values():
        try:
            found += _waiting_accounts(source)
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            logger.exception("The accounts of %s could not be read", source.name)
            db.close_broken_connections()
    return found


def _waiting_accounts(source: Source[Any, Any]) -> list[AccountKey]:
    # Closed deliveries have no time. NULLs sort first or last, and the other end of the index tells.
    nulls_first = connections[router.db_for_write(Delivery)].features.order_by_nulls_first
    rows = Delivery.objects.filter(source=source.name, account=Cast(OuterRef("pk"), CharField(max_length=64)))
    rows = rows.order_by("-next_attempt_at" if nulls_first else "next_attempt_at")
    some = Subquery(rows.values("next_attempt_at")[:1])
    waiting = db.fresh(source.accounts()).annotate(some=some).filter(some__isnull=False)
    return [AccountKey(source.name, str(pk)) for pk in waiting.order_by("pk").values_list("pk", flat=True)]


def neglected_accounts() -> list[AccountKey]:
    """The accounts of the deliveries that have been open for longest, also those that no source knows any more.

    An account may have been deleted while a call for it was stored: nothing else would ever close that call.
    """
    rows = db.fresh(Delivery.objects.all()).open().filter(source__in=SOURCES).order_by("pk")
    oldest = rows.values_list("source", "account")[: claims.LOOK_AHEAD]
    return [AccountKey(*key) for key in dict.fromkeys(oldest)]


class RoundRobin:
    """Picks one account after the other, as far as this process knows, so that none waits for ever."""

    def __init__(self) -> None:
        self._last = AccountKey("", "")

    def next_account(self, exclude: Collection[AccountKey]) -> AccountKey | None:
        """An account with something due that no worker holds; None when the next few have none."""
        others = sorted(set(waiting_accounts()).difference(exclude), key=lambda key: (key <= self._last, key))
        for key in others[:MOST_ACCOUNTS]:
            self._last = key
            rows = db.fresh(Delivery.objects.all()).of(key)
            is_due = rows.filter(next_attempt_at__lte=timezone.now()).exists()
            if is_due and not rows.filter(held_now()).exists():
                return key
        return None


round_robin = RoundRobin()
