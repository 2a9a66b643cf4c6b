"""Rows that stand for work: claimed by one worker at a time, retried, never forgotten."""

from __future__ import annotations

import datetime as dt
import random
import time
import uuid
from collections.abc import Callable
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row", bound=models.Model)

FIRST_DELAY = 10
LONGEST_DELAY = 3600


def backoff(attempts: int) -> float:
    """Seconds to wait after the given number of attempts: doubling up to an hour, with jitter."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 20))
    return random.uniform(longest / 2, longest)  # noqa: S311


def due_now() -> Q:
    """What is to be taken up now.

    A row never tried is due whatever its time says, so that clocks that disagree delay nothing.
    """
    return Q(next_attempt_at__lte=timezone.now()) | Q(attempts=0, next_attempt_at__isnull=False)


class WorkQuerySet(models.QuerySet[Row]):
    """Claiming by one conditional UPDATE: the database decides who gets a row, and no lock outlives it."""

    def due(self) -> Self:
        """Rows that someone should take up now."""
        return self.filter(due_now())

    def due_keys(self, most: int, after: int = 0) -> list[int]:
        """The primary keys of due rows beyond ``after``, oldest first."""
        return list(self.due().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])

    def claim(self, seconds: float, *, early: bool = False, **fields: Any) -> str | None:
        """Take every due row of this set for ``seconds``; the lease to name them by, or None when there is none.

        ``early`` takes along rows that nobody holds and whose time has not come, which is no attempt of theirs. A row
        whose worker dies becomes due again when the lease runs out.
        """
        lease = uuid.uuid4().hex
        until = timezone.now() + dt.timedelta(seconds=seconds)
        free = due_now() | Q(lease="", next_attempt_at__isnull=False) if early else due_now()
        attempts = F("attempts") + Case(When(due_now(), then=1), default=0)
        # MariaDB sets one column after the other, so what is computed from another column comes first.
        taken = self.filter(free).update(attempts=attempts, lease=lease, next_attempt_at=until, **fields)
        return lease if taken else None

    def held(self, lease: str) -> Self:
        """The rows that ``lease`` still holds: rows someone else took after it ran out are not among them."""
        return self.filter(lease=lease)

    def keeper(self, lease: str, seconds: float) -> Callable[..., None]:
        """What to call now and then in long work: it prolongs the lease, and saves fields given, when half is over."""
        began = time.monotonic()

        def keep(*args: object, **fields: Any) -> None:
            nonlocal began
            if time.monotonic() - began < seconds / 2:
                return
            began = time.monotonic()
            self.held(lease).update(next_attempt_at=timezone.now() + dt.timedelta(seconds=seconds), **fields)

        return keep

    def finish(self, lease: str, **fields: Any) -> int:
        """Mark what ``lease`` holds as done; the number of rows."""
        return self.held(lease).update(lease="", next_attempt_at=None, **fields)

    def postpone(self, lease: str, seconds: float, **fields: Any) -> int:
        """Give what ``lease`` holds back, to be tried again after ``seconds``; the number of rows."""
        later = timezone.now() + dt.timedelta(seconds=seconds)
        return self.held(lease).update(lease="", next_attempt_at=later, **fields)


class Work(models.Model):
    """A row with something still to be done while ``next_attempt_at`` is set."""

    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    next_attempt_at = models.DateTimeField(
        _("next attempt at"), null=True, blank=True, default=timezone.now, editable=False, db_index=True
    )
    lease = models.CharField(max_length=32, blank=True, default="", editable=False, db_index=True)
    error = models.TextField(_("error"), blank=True, default="", editable=False)

    class Meta:
        abstract = True


class News(Work):
    """A row that receivers are to hear of; ``told`` names those that have, ``told_at`` is set when all have."""

    told_at = models.DateTimeField(_("told at"), null=True, blank=True, editable=False)
    told = models.JSONField(_("told"), default=list, blank=True, editable=False)

    class Meta:
        abstract = True
