"""Claims: which deliveries a worker takes next for an account, and its hold on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import router
from django.db.models import Case, F, Min, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from django_vyte.db import fresh, retry_on_conflict
from django_vyte.jobs.models import held_now, lease_seconds
from django_vyte.models.delivery import AccountKey, Delivery, DeliveryQuerySet

# Groups worked on together, and unfinished deliveries read to find them.
MOST_GROUPS = 50
LOOK_AHEAD = 500
# Deliveries read at a time: memory does not grow with the backlog.
MOST_ROWS = 1000
# Deliveries released by one statement, whose size grows with the square of it.
RELEASED_AT_ONCE = 100

GroupKey = str | int


class ClaimedRow(NamedTuple):
    """The columns that processing needs of a claimed delivery."""

    pk: int
    attempts: int
    body: str
    headers: dict[str, str]
    received_at: datetime


@dataclass(slots=True)
class Group:
    """The unfinished deliveries of an account about one subject, or one delivery without a subject.

    ``found`` are the rows as they were before the claim, ``claimed`` those that the claim got, in order.
    ``is_requested`` when a message named it, ``is_oversized`` when there may be more rows than were read.
    """

    found: list[Delivery]
    is_requested: bool = False
    is_oversized: bool = False
    claimed: list[ClaimedRow] = field(default_factory=list)

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts requested groups first, then those that have waited longest."""
        return not self.is_requested, min(row.next_attempt_at for row in self.found if row.next_attempt_at)

    @property
    def may_list(self) -> bool:
        """Whether handling may ask for a list of everything, since the calls do not name what they are about."""
        subject = self.found[0].subject
        return bool(subject) and ":" not in subject

    @property
    def runs_alone(self) -> bool:
        """Whether it is claimed by itself: it may take long, or a worker that held it died."""
        return self.is_oversized or ":" not in self.found[0].subject or any(row.lease for row in self.found)

    @property
    def first(self) -> int:
        """The primary key that names it in a message."""
        return self.found[0].pk


@dataclass(slots=True)
class Plan:
    """What to do for an account: batches of groups, in order.

    ``is_crowded`` when more waits than was requested, or other workers hold deliveries of this account.
    """

    batches: list[list[Group]]
    is_crowded: bool


def plan(key: AccountKey, requested: Sequence[Delivery] = ()) -> Plan:
    """Choose up to ``MOST_GROUPS`` groups of an account: the requested deliveries, and others that are due."""
    near = list(fresh(Delivery.objects.all()).unfinished().of(key)[:LOOK_AHEAD])
    due = [*requested, *(row for row in near if row.is_due)]
    keys, first = dict.fromkeys(row.group_key for row in due), {row.group_key for row in requested}
    held: set[GroupKey] = {row.group_key for row in near if row.is_held}
    is_all = len(near) < LOOK_AHEAD
    if not is_all:
        held |= _held_subjects(fresh(Delivery.objects.all()).about(key, _subjects(keys)))
    wanted = [each for each in keys if each not in held][:MOST_GROUPS]
    groups = _groups(wanted, near, first) if is_all else _groups_of_backlog(key, wanted, due, first)
    together = [group for group in groups if not group.runs_alone]
    batches = [together] * bool(together) + [[group] for group in groups if group.runs_alone]
    batches.sort(key=lambda batch: min(group.order for group in batch))
    return Plan(batches, len(keys) > len(first) or bool(held))


def _groups(wanted: Sequence[GroupKey], rows: Iterable[Delivery], first: set[GroupKey]) -> list[Group]:
    found: dict[GroupKey, dict[int, Delivery]] = {key: {} for key in wanted}
    for row in rows:
        if row.group_key in found:
            found[row.group_key][row.pk] = row
    return [Group(list(rows.values()), key in first) for key, rows in found.items() if rows]


def _groups_of_backlog(
    key: AccountKey, wanted: Sequence[GroupKey], due: Sequence[Delivery], first: set[GroupKey]
) -> list[Group]:
    """The groups with all their rows; where those are too many to read, oversized groups with the rows at hand."""
    about = fresh(Delivery.objects.all()).unfinished().about(key, _subjects(wanted)).order_by()
    rows = list(about[: MOST_ROWS + 1])
    if len(rows) <= MOST_ROWS:
        return _groups(wanted, [*rows, *(row for row in due if not row.subject)], first)
    groups = _groups(wanted, due, first)
    for group in groups:
        group.is_oversized = bool(group.found[0].subject)
    return groups


def _held_subjects(rows: DeliveryQuerySet) -> set[GroupKey]:
    """The subjects among these rows that a worker holds."""
    return set(rows.filter(held_now()).order_by().values_list("subject", flat=True).distinct())


def _read(rows: DeliveryQuerySet) -> list[ClaimedRow]:
    columns = rows.order_by("pk").values_list("pk", "attempts", "body", "headers", "received_at")
    return [ClaimedRow(*row) for row in columns]


def _subjects(keys: Iterable[GroupKey]) -> list[str]:
    return [key for key in keys if isinstance(key, str)]


def release_lease(lease: str) -> None:
    """Make everything due that this lease still holds, because the worker was told to stop.

    The attempts count: a call whose processing is stopped again and again is given up in the end.
    """
    status = Delivery.Status
    untried = When(attempts__lte=1, then=Value(status.RECEIVED))
    Delivery.objects.all().postpone(lease, 0, status=Case(untried, default=Value(status.WAITING)))


@dataclass(slots=True)
class Claim:
    """A worker's hold on groups of one account; ``released`` names those that another worker turned out to hold."""

    lease: str
    groups: list[Group]
    seconds: float
    released: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, groups: Sequence[Group], lease: str) -> Claim | None:
        """Claim what is still free, under a new lease; None when other workers were quicker."""
        wanted = fresh(Delivery.objects.all()).filter(
            pk__in=[row.pk for group in groups for row in group.found]
        )
        seconds = lease_seconds(may_list=any(group.may_list for group in groups))
        if not wanted.claim(seconds, lease=lease, early=True, status=Delivery.Status.WORKING):
            return None
        claimed = {row.pk: row for row in _read(wanted.held(lease))}
        for group in groups:
            group.found = [row for row in group.found if row.pk in claimed]
            group.claimed = [claimed[pk] for pk in sorted(row.pk for row in group.found)]
        claim = cls(lease, [group for group in groups if group.claimed], seconds)
        claim._release_contended()
        return claim

    def chunks(self, group: Group) -> Iterator[list[ClaimedRow]]:
        """The claimed rows of a group, ``MOST_ROWS`` at a time; the due rest of an oversized group is claimed now."""
        yield group.claimed
        if group.is_oversized:
            rows = self._about([group]).filter(next_attempt_at__lte=timezone.now())
            rows.claim(self.seconds, lease=self.lease, status=Delivery.Status.WORKING)
            read = {row.pk for row in group.claimed}
            keys = self.rows([group]).order_by("pk").values_list("pk", flat=True)
            others = [pk for pk in keys if pk not in read]
            for start in range(0, len(others), MOST_ROWS):
                yield _read(fresh(Delivery.objects.all()).filter(pk__in=others[start : start + MOST_ROWS]))

    def rows(self, groups: Sequence[Group]) -> DeliveryQuerySet:
        """The rows of these groups that are still held; an oversized group is alone in its claim."""
        rows = fresh(Delivery.objects.all()).held(self.lease)
        if len(groups) == len(self.groups):
            return rows
        return rows.filter(pk__in=[row.pk for group in groups for row in group.found])

    def heartbeat(self) -> Callable[..., None]:
        """A function that renews the claim, to call now and then."""
        return self.rows(self.groups).heartbeat(self.lease, self.seconds)

    def release(self, groups: Iterable[Group]) -> list[int]:
        """Leave groups as they were found, without counting an attempt; a primary key that names each.

        All of them need a message: another worker may have dropped theirs because this one held them.
        """
        left = list(groups)
        rows = [row for group in left for row in group.found]
        for row in rows:
            # Another worker may have tried it after it was read and before it was claimed.
            row.attempts = Greatest(F("attempts") - 1, row.attempts)
        fields = ["attempts", "status", "next_attempt_at", "lease"]
        write = partial(self.rows(left).bulk_update, rows, fields, batch_size=RELEASED_AT_ONCE)
        retry_on_conflict(write, router.db_for_write(Delivery))
        self.groups = [group for group in self.groups if group not in left]
        return [group.first for group in left]

    def arrivals(self, groups: Sequence[Group]) -> list[int]:
        """Deliveries about these groups that arrived while the service was asked, one for each subject."""
        rows = self._about(groups).filter(next_attempt_at__isnull=False).due()
        return [pk for _, pk in rows.values_list("subject").annotate(Min("pk"))]

    def _release_contended(self) -> None:
        """Two workers may have claimed rows about one subject at the same moment: whoever sees that gives way."""
        contended = _held_subjects(self._about(self.groups).exclude(lease=self.lease))
        if contended:
            self.released = self.release(
                group for group in self.groups if group.found[0].group_key in contended
            )

    def _about(self, groups: Sequence[Group]) -> DeliveryQuerySet:
        rows = [group.found[0] for group in groups]
        subjects = {row.subject for row in rows if row.subject}
        key = rows[0].account_key if rows else AccountKey("", "")
        return fresh(Delivery.objects.all()).about(key, subjects).order_by()
