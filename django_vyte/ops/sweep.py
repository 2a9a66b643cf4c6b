"""The sweep: takes up every delivery and every outbox row that a dead worker, broker or API left behind."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, TypeVarTuple

from django_vyte import db, outbox
from django_vyte.inbox import scheduling
from django_vyte.outbox import OutboxMessage
from django_vyte.stopping import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)
Given = TypeVarTuple("Given")
T = TypeVar("T")

# Seconds: the next sweep begins a minute after this one.
LONGEST_SWEEP = 50
# Outbox rows dispatched at a time.
BATCH = 100


@dataclass(slots=True)
class Swept:
    """How many deliveries were processed, and how many outbox rows were dispatched."""

    deliveries: int = 0
    dispatched: int = 0


def sweep(seconds: float = LONGEST_SWEEP, progress: Callable[[int], object] = lambda count: None) -> Swept:
    """Process every delivery and dispatch every outbox row that is due, here and now, for at most ``seconds``.

    Any number of sweeps can run at once. ``progress`` is called with the number of rows after each batch.
    """
    end = time.monotonic() + seconds
    # Slow receivers get half of the time first, so that deliveries are processed in any case.
    dispatched = _dispatch_all(time.monotonic() + seconds / 2, progress)
    deliveries = _process_all(end, progress)
    return Swept(deliveries, dispatched + _dispatch_all(end, progress))


def _process_all(end: float, progress: Callable[[int], object]) -> int:
    """Give one account after the other a time slice until none has anything to do; how many deliveries."""
    waiting = _attempt(scheduling.waiting_accounts) or []
    accounts = deque(dict.fromkeys([*waiting, *(_attempt(scheduling.neglected_accounts) or [])]))
    count = 0
    while accounts and time.monotonic() <= end:
        key = accounts.popleft()
        outcome = _attempt(scheduling.process_account, key)
        if outcome is None:
            continue
        # Other workers may have dropped the messages about what was released, or may help with it.
        scheduling.requeue(outcome)
        if outcome.stop:
            raise outcome.stop
        if outcome.deliveries:
            progress(outcome.deliveries)
            count += outcome.deliveries
            accounts.append(key)
    return count


def _dispatch_all(end: float, progress: Callable[[int], object]) -> int:
    """Dispatch the due rows of every outbox model, batch by batch; how many."""
    count = 0
    for model in outbox.message_models():
        dispatch_batch = partial(_dispatch_batch, model)
        while time.monotonic() <= end and (done := _attempt(dispatch_batch)):
            progress(done)
            count += done
    return count


def _dispatch_batch(model: type[OutboxMessage]) -> int:
    rows = outbox.jobs_of(model)
    return outbox.dispatch(model, rows.due_keys(BATCH))


def _attempt(function: Callable[[*Given], T], *given: *Given) -> T | None:
    """Run one part of the sweep; an unforeseen error is logged and stops no other part."""
    try:
        return function(*given)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("%s of %s failed", getattr(function, "__qualname__", function), given)
        db.close_broken_connections()
        return None
