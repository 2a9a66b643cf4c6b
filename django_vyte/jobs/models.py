"""``Job``: an abstract model whose rows one worker at a time claims, retries after a failure, and finishes.

A row is work while ``next_attempt_at`` is set. A claim is one conditional UPDATE with a lease; a row whose worker dies
becomes due again when the lease runs out. No database lock is held while the work is done.
"""

from __future__ import annotations

import datetime as dt
import random
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeVar

from django.db import models, router
from django.db.models import Case, ExpressionWrapper, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte.conf import get_settings
from django_vyte.db import fresh, retry_on_conflict

Row = TypeVar("Row", bound=models.Model)

# Seconds before the second attempt, and between attempts at most.
FIRST_DELAY = 10
LONGEST_DELAY = 1800
# A next attempt further ahead than this was set by a clock that ran fast: the row counts as due.
LONGEST_WAIT = dt.timedelta(seconds=LONGEST_DELAY + 60)


def backoff(attempts: int) -> float:
    """Seconds to wait after the given number of attempts: exponential up to half an hour, with jitter."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 20))
    return random.uniform(longest / 2, longest)  # noqa: S311


def new_lease() -> str:
    """The name of a claim."""
    return uuid.uuid4().hex


def due_now() -> Q:
    """Rows to claim now.

    A row that was never tried is due whatever its time says, and so is one whose time lies further ahead than any
    delay or lease: clocks that disagree, or that are put back, delay nothing.
    """
    now = timezone.now()
    return (
        Q(next_attempt_at__lte=now)
        | Q(lease="", attempts=0, next_attempt_at__isnull=False)
        | Q(lease="", next_attempt_at__gt=now + LONGEST_WAIT)
        | Q(lease__gt="", next_attempt_at__gt=now + _longest_lease())
    )


def free_now() -> Q:
    """Rows that no worker holds, be they due or not."""
    now = timezone.now()
    ran_out = Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + _longest_lease())
    return ran_out | Q(lease="", next_attempt_at__isnull=False)


def held_now() -> Q:
    """Rows that a worker holds by a lease that has not run out."""
    now = timezone.now()
    return Q(lease__gt="", next_attempt_at__gt=now, next_attempt_at__lte=now + _longest_lease())


def lease_seconds(*, may_list: bool = False) -> float:
    """How long a claim lasts without a heartbeat; longer where the worker may wait for a list of everything."""
    settings = get_settings()
    return settings.LEASE_SECONDS + (settings.LIST_DEADLINE if may_list else 0)


def _longest_lease() -> dt.timedelta:
    """Twice the longest lease: a worker whose clock is a little ahead keeps its rows."""
    return dt.timedelta(seconds=2 * lease_seconds(may_list=True))


class JobQuerySet(models.QuerySet[Row]):
    """Claims rows with one conditional UPDATE: the database decides who gets a row, and no lock outlives it."""

    def with_standing(self) -> Self:
        """Annotate each row with ``is_due`` and ``is_held``."""
        kind = models.BooleanField()
        return self.annotate(
            is_due=ExpressionWrapper(due_now(), kind), is_held=ExpressionWrapper(held_now(), kind)
        )

    def due(self) -> Self:
        """Rows to claim now."""
        return self.filter(due_now())

    def due_keys(self, most: int) -> list[int]:
        """The primary keys of up to ``most`` due rows, oldest first."""
        rows = fresh(self).due().filter(next_attempt_at__isnull=False).order_by("next_attempt_at", "pk")
        return list(rows.values_list("pk", flat=True)[:most])

    def claim(self, seconds: float, *, lease: str = "", early: bool = False, **fields: Any) -> str | None:
        """Claim every due row of this set for ``seconds``; the lease that names them, None when nothing was due.

        The rows join what ``lease`` holds already. ``early`` also takes rows that nobody holds and whose time has not
        come, without counting an attempt.
        """
        lease = lease or new_lease()
        until = timezone.now() + dt.timedelta(seconds=seconds)
        free, attempts = due_now(), F("attempts") + 1
        if early:
            free, attempts = free_now(), F("attempts") + Case(When(due_now(), then=1), default=0)
        # MariaDB assigns from left to right, so what is computed from another column comes first:
        # https://mariadb.com/kb/en/update/
        taken = self.filter(free).write(attempts=attempts, lease=lease, next_attempt_at=until, **fields)
        return lease if taken else None

    def held(self, lease: str) -> Self:
        """The rows that ``lease`` still holds, without those that another worker took after it ran out."""
        return self.filter(lease=lease)

    def heartbeat(self, lease: str, seconds: float) -> Callable[..., None]:
        """A function to call now and then during long work: it renews the lease once half of it is over."""
        began = time.monotonic()

        def beat(*args: object) -> None:
            nonlocal began
            if time.monotonic() - began < seconds / 2:
                return
            began = time.monotonic()
            self.held(lease).write(next_attempt_at=timezone.now() + dt.timedelta(seconds=seconds))

        return beat

    def finish(self, lease: str, **fields: Any) -> int:
        """Close the rows that ``lease`` holds; how many."""
        return self.held(lease).write(lease="", next_attempt_at=None, **fields)

    def postpone(self, lease: str, seconds: float, **fields: Any) -> int:
        """Release the rows that ``lease`` holds, due again after ``seconds``; how many."""
        later = timezone.now() + dt.timedelta(seconds=seconds)
        return self.held(lease).write(lease="", next_attempt_at=later, **fields)

    def write(self, **fields: Any) -> int:
        """``update``, retried on a conflict with another worker."""
        return retry_on_conflict(partial(self.update, **fields), router.db_for_write(self.model))


class Job(models.Model):
    """A row that is work while ``next_attempt_at`` is set; ``lease`` names the claim that holds it.

    ``is_due`` and ``is_held`` exist on rows read ``with_standing``.
    """

    is_due: bool
    is_held: bool
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(
        _("next attempt at"), null=True, blank=True, default=timezone.now, editable=False, db_index=True
    )
    lease = models.CharField(max_length=32, blank=True, default="", editable=False, db_index=True)
    error = models.TextField(_("error"), blank=True, default="", editable=False)

    class Meta:
        abstract = True
