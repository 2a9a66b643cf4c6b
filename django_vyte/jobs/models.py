"""Rows that stand for work: claimed by one worker at a time, retried, never forgotten."""

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
from django_vyte.db import insist

Row = TypeVar("Row", bound=models.Model)

FIRST_DELAY = 10
LONGEST_DELAY = 1800
# How far ahead another try may seem to be, by a clock that is a bit behind.
LONGEST_WAIT = dt.timedelta(seconds=LONGEST_DELAY + 60)


def backoff(attempts: int) -> float:
    """Seconds to wait after the given number of attempts: doubling up to half an hour, with jitter."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 20))
    return random.uniform(longest / 2, longest)  # noqa: S311


def due_now() -> Q:
    """What is to be taken up now.

    A row never tried is due whatever its time says, so that clocks that disagree delay nothing; so is one whose time
    lies further ahead than it can have been set, so that a clock that was put back delays nothing either.
    """
    now = timezone.now()
    return (
        Q(next_attempt_at__lte=now)
        | Q(lease="", attempts=0, next_attempt_at__isnull=False)
        | Q(lease="", next_attempt_at__gt=now + LONGEST_WAIT)
        | Q(lease__gt="", next_attempt_at__gt=now + _longest_lease())
    )


def held_now() -> Q:
    """What a worker is busy with."""
    now = timezone.now()
    return Q(lease__gt="", next_attempt_at__gt=now, next_attempt_at__lte=now + _longest_lease())


def lease_seconds(*, may_list: bool = False) -> float:
    """How long a row is held by a worker that does not say that it is still at it, be it that it waits for a list."""
    settings = get_settings()
    return settings.LEASE_SECONDS + (settings.LIST_DEADLINE if may_list else 0)


def _longest_lease() -> dt.timedelta:
    """How far ahead a lease may seem to end: it is no reason to take a row away that another clock is a bit ahead."""
    return dt.timedelta(seconds=2 * lease_seconds(may_list=True))


class WorkQuerySet(models.QuerySet[Row]):
    """Claiming by one conditional UPDATE: the database decides who gets a row, and no lock outlives it."""

    def with_standing(self) -> Self:
        """Rows that say whether someone should take them up now, and whether a worker is busy with them."""
        kind = models.BooleanField()
        return self.annotate(
            is_due=ExpressionWrapper(due_now(), kind), is_held=ExpressionWrapper(held_now(), kind)
        )

    def due(self) -> Self:
        """Rows that someone should take up now."""
        return self.filter(due_now())

    def due_keys(self, most: int) -> list[int]:
        """The primary keys of due rows, those that have been waiting longest first."""
        rows = self.due().filter(next_attempt_at__isnull=False).order_by("next_attempt_at", "pk")
        return list(rows.values_list("pk", flat=True)[:most])

    def claim(self, seconds: float, *, lease: str = "", early: bool = False, **fields: Any) -> str | None:
        """Take every due row of this set for ``seconds``; the lease to name them by, or None when there is none.

        They join what ``lease`` holds already. ``early`` takes along rows that nobody holds and whose time has not
        come, which is no attempt of theirs. A row whose worker dies becomes due again when the lease runs out.
        """
        lease = lease or uuid.uuid4().hex
        until = timezone.now() + dt.timedelta(seconds=seconds)
        free = due_now() | Q(lease="", next_attempt_at__isnull=False) if early else due_now()
        attempts = F("attempts") + Case(When(due_now(), then=1), default=0)
        # MariaDB sets one column after the other, so what is computed from another column comes first.
        taken = self.filter(free).write(attempts=attempts, lease=lease, next_attempt_at=until, **fields)
        return lease if taken else None

    def held(self, lease: str) -> Self:
        """The rows that ``lease`` still holds: rows someone else took after it ran out are not among them."""
        return self.filter(lease=lease)

    def keeper(self, lease: str, seconds: float) -> Callable[..., None]:
        """What to call now and then in long work: it prolongs the lease when half of it is over."""
        began = time.monotonic()

        def keep(*args: object) -> None:
            nonlocal began
            if time.monotonic() - began < seconds / 2:
                return
            began = time.monotonic()
            self.held(lease).write(next_attempt_at=timezone.now() + dt.timedelta(seconds=seconds))

        return keep

    def finish(self, lease: str, **fields: Any) -> int:
        """Mark what ``lease`` holds as done; the number of rows."""
        return self.held(lease).write(lease="", next_attempt_at=None, **fields)

    def postpone(self, lease: str, seconds: float, **fields: Any) -> int:
        """Give what ``lease`` holds back, to be tried again after ``seconds``; the number of rows."""
        later = timezone.now() + dt.timedelta(seconds=seconds)
        return self.held(lease).write(lease="", next_attempt_at=later, **fields)

    def write(self, **fields: Any) -> int:
        """``update``, also where other workers are in the way."""
        return insist(partial(self.update, **fields), router.db_for_write(self.model))


class Work(models.Model):
    """A row with something still to be done while ``next_attempt_at`` is set.

    ``is_due`` and ``is_held`` are there where rows were read ``with_standing``.
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


class Announcement(Work):
    """A row that receivers are to hear of; ``told`` names those that have, ``told_at`` is set when all have."""

    told_at = models.DateTimeField(_("told at"), null=True, blank=True, editable=False)
    told = models.JSONField(_("told"), default=list, blank=True, editable=False)

    class Meta:
        abstract = True
