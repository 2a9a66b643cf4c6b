"""What is done at intervals: taking up what was left behind."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from django_vyte import db, inbox, outbox
from django_vyte.models import EventChange, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django_vyte.jobs.models import Row, WorkQuerySet

logger = logging.getLogger(__name__)
Given = TypeVarTuple("Given")
Result = TypeVar("Result")

BATCH = 100


@dataclass(slots=True)
class Swept:
    """How many deliveries were processed, and how many changes and members were told."""

    deliveries: int = 0
    told: int = 0


def sweep(seconds: float = 50, progress: Callable[[int], object] = lambda count: None) -> Swept:
    """Process every delivery, change and member that is due, here and now, for at most ``seconds``.

    Finds what a dead worker, a dead broker or a failing API left behind. Any number of sweeps can run at once.
    ``progress`` is called with the number of rows after each batch.
    """
    end = time.monotonic() + seconds
    # What receivers take longer for than this keeps no call waiting.
    told = _tell_all(time.monotonic() + seconds / 2, progress)
    deliveries = _process_all(end, progress)
    return Swept(deliveries, told + _tell_all(end, progress))


def tell(changes: Sequence[int], members: Sequence[int]) -> None:
    """Tell the receivers of these changes and members, by primary key."""
    _attempt(outbox.tell_changes, changes)
    _attempt(outbox.tell_members, members)


def _process_all(end: float, progress: Callable[[int], object]) -> int:
    """Give one team after the other a turn until there is nothing left to do for any; how many deliveries."""
    # Calls of no team have a turn, too.
    teams = deque([*(_attempt(inbox.teams) or ()), None])
    count = 0
    while teams and time.monotonic() <= end:
        team = teams.popleft()
        outcome = _attempt(inbox.take_turn, team)
        if outcome and outcome.deliveries:
            progress(outcome.deliveries)
            count += outcome.deliveries
            teams.append(team)
    return count


def _tell_all(end: float, progress: Callable[[int], object]) -> int:
    """Tell of every change and member; how many."""
    changes = _each(outbox.tell_changes, EventChange.objects.all(), end, progress)
    return changes + _each(outbox.tell_members, Member.objects.all(), end, progress)


def _each(
    work: Callable[[Sequence[int]], int],
    rows: WorkQuerySet[Row],
    end: float,
    progress: Callable[[int], object],
) -> int:
    """Do ``work`` for due rows, batch by batch, as long as that comes to something."""

    def work_on_batch(most: int) -> int:
        return work(rows.due_keys(most))

    count = 0
    while time.monotonic() <= end and (done := _attempt(work_on_batch, BATCH)):
        progress(done)
        count += done
    return count


def _attempt(work: Callable[[*Given], Result], *given: *Given) -> Result | None:
    """What fails in an unforeseen way keeps nothing else waiting."""
    try:
        return work(*given)
    except Exception:
        logger.exception("%s of %s failed", work.__qualname__, given)
        db.let_go_of_broken()
        return None
