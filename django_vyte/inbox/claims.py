"""Which deliveries a worker takes up, and its hold on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from django.db import router
from django.db.models import F, Min
from django.db.models.functions import Greatest
from django.utils import timezone

from django_vyte.db import insist
from django_vyte.jobs.models import held_now, lease_seconds
from django_vyte.models import Delivery

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django_vyte.models.delivery import DeliveryQuerySet, Key

# How many things are worked on together, and how many unfinished deliveries are looked at to find them.
MOST_THINGS = 50
LOOK_AHEAD = 500
# How many deliveries are looked at or read at a time, so that memory does not grow with what waits.
MOST_CALLS = 1000
# How many are given back by one statement, which grows with the square of it.
GIVEN_BACK_AT_ONCE = 100


class Call(NamedTuple):
    """What a worker has to know of a delivery that it claimed."""

    pk: int
    attempts: int
    body: str
    received_at: dt.datetime


@dataclass(slots=True)
class Thing:
    """The unfinished deliveries about one thing, or one that is about several or none.

    ``found`` is how they were before anybody claimed them; ``calls`` are those that were claimed, in their order.
    ``is_burst`` when there may be more of them than were looked at.
    """

    found: list[Delivery]
    is_named: bool = False
    is_burst: bool = False
    calls: list[Call] = field(default_factory=list)

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts what a message named first, then what has been waiting longest."""
        return not self.is_named, min(row.next_attempt_at for row in self.found if row.next_attempt_at)

    @property
    def may_list(self) -> bool:
        """Whether all that Vyte lists may have to be asked for, since the call does not name what it is about."""
        subject = self.found[0].subject
        return bool(subject) and ":" not in subject

    @property
    def is_lone(self) -> bool:
        """Whether it is worked on by itself: it may take long, or the worker that had it did not come back."""
        return self.is_burst or ":" not in self.found[0].subject or any(row.lease for row in self.found)

    @property
    def first(self) -> int:
        """The primary key to name it by."""
        return self.found[0].pk


@dataclass(slots=True)
class Plan:
    """What is to be done for a team, in the order of ``portions``: many things together, or one that is lone.

    ``is_crowded`` when more waits than what a message named, or when others are at work for the team already.
    """

    portions: list[list[Thing]]
    is_crowded: bool


def plan(team_id: int | None, named: Sequence[Delivery] = ()) -> Plan:
    """What to do for a team: the deliveries in ``named``, and others that are due, the oldest first."""
    near = list(Delivery.objects.unfinished().filter(team=team_id)[:LOOK_AHEAD])
    due = [*named, *(row for row in near if row.is_due)]
    keys, first = dict.fromkeys(row.thing for row in due), {row.thing for row in named}
    held = {row.thing for row in near if row.is_held}
    is_all = len(near) < LOOK_AHEAD
    if not is_all:
        held |= _held(Delivery.objects.about(team_id, _subjects(keys)))
    wanted = [key for key in keys if key not in held][:MOST_THINGS]
    things = _things(wanted, near, first) if is_all else _among_many(team_id, wanted, due, first)
    together = [thing for thing in things if not thing.is_lone]
    portions = [together] * bool(together) + [[thing] for thing in things if thing.is_lone]
    portions.sort(key=lambda portion: min(thing.order for thing in portion))
    return Plan(portions, len(keys) > len(first) or bool(held))


def _things(wanted: Sequence[Key], rows: Iterable[Delivery], first: set[Key]) -> list[Thing]:
    found: dict[Key, dict[int, Delivery]] = {key: {} for key in wanted}
    for row in rows:
        if row.thing in found:
            found[row.thing][row.pk] = row
    return [Thing(list(rows.values()), key in first) for key, rows in found.items() if rows]


def _among_many(
    team_id: int | None, wanted: Sequence[Key], due: Sequence[Delivery], first: set[Key]
) -> list[Thing]:
    """The things with all that is unfinished about them; where that is too much, a burst each, with what is known."""
    about = Delivery.objects.unfinished().about(team_id, _subjects(wanted)).order_by()
    rows = list(about[: MOST_CALLS + 1])
    if len(rows) <= MOST_CALLS:
        return _things(wanted, [*rows, *(row for row in due if not row.subject)], first)
    things = _things(wanted, due, first)
    for thing in things:
        thing.is_burst = bool(thing.found[0].subject)
    return things


def _held(rows: DeliveryQuerySet) -> set[Key]:
    """The things among these, each with a subject, that a worker is busy with."""
    return set(rows.filter(held_now()).order_by().values_list("source", "subject").distinct())


def _read(rows: DeliveryQuerySet) -> list[Call]:
    return [Call(*row) for row in rows.order_by("pk").values_list("pk", "attempts", "body", "received_at")]


def _subjects(keys: Iterable[Key]) -> list[str]:
    return [subject for _, subject in keys if isinstance(subject, str)]


@dataclass(slots=True)
class Claim:
    """A worker's hold on some things of one team; ``left`` names those that somebody else was busy with after all."""

    lease: str
    things: list[Thing]
    seconds: float
    left: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, things: Sequence[Thing]) -> Claim | None:
        """Take what is still free; None when somebody else was quicker."""
        wanted = Delivery.objects.filter(pk__in=[row.pk for thing in things for row in thing.found])
        # What is asked of a list may wait for it.
        seconds = lease_seconds(may_list=any(thing.may_list for thing in things))
        lease = wanted.claim(seconds, early=True, status=Delivery.Status.WORKING)
        if lease is None:
            return None
        calls = {call.pk: call for call in _read(wanted.held(lease))}
        for thing in things:
            thing.found = [row for row in thing.found if row.pk in calls]
            thing.calls = sorted(calls[row.pk] for row in thing.found)
        claim = cls(lease, [thing for thing in things if thing.calls], seconds)
        claim._leave_to_rivals()
        return claim

    def batches(self, thing: Thing) -> Iterator[list[Call]]:
        """The calls about a thing, so many at a time; what is due of a burst beyond what was found is claimed now."""
        yield thing.calls
        if thing.is_burst:
            rows = self._about([thing]).filter(
                source=thing.found[0].source, next_attempt_at__lte=timezone.now()
            )
            rows.claim(self.seconds, lease=self.lease, status=Delivery.Status.WORKING)
            found = {call.pk for call in thing.calls}
            keys = self.rows([thing]).order_by("pk").values_list("pk", flat=True)
            others = [pk for pk in keys if pk not in found]
            for start in range(0, len(others), MOST_CALLS):
                yield _read(Delivery.objects.filter(pk__in=others[start : start + MOST_CALLS]))

    def rows(self, things: Sequence[Thing]) -> DeliveryQuerySet:
        """The deliveries about these things, as far as they are still held; a burst is alone in its claim."""
        rows = Delivery.objects.all().held(self.lease)
        if len(things) == len(self.things):
            return rows
        return rows.filter(pk__in=[row.pk for thing in things for row in thing.found])

    def keeper(self) -> Callable[..., None]:
        """What to call now and then in long work."""
        return self.rows(self.things).keeper(self.lease, self.seconds)

    def give_back(self, things: Iterable[Thing]) -> list[int]:
        """Leave things as they were found, which is no attempt of theirs; a primary key to name each by."""
        left = list(things)
        rows = [row for thing in left for row in thing.found]
        for row in rows:
            # Another worker may have tried it between the finding and the claiming.
            row.attempts = Greatest(F("attempts") - 1, row.attempts)
        fields = ["attempts", "status", "next_attempt_at", "lease"]
        write = partial(self.rows(left).bulk_update, rows, fields, batch_size=GIVEN_BACK_AT_ONCE)
        insist(write, router.db_for_write(Delivery))
        self.things = [thing for thing in self.things if thing not in left]
        return [thing.first for thing in left]

    def arrived(self, things: Sequence[Thing]) -> list[int]:
        """Deliveries about these things that came while Vyte was asked, one for each."""
        rows = self._about(things).filter(next_attempt_at__isnull=False).due()
        return [pk for _, pk in rows.values_list("subject").annotate(Min("pk"))]

    def _leave_to_rivals(self) -> None:
        """Two workers may have claimed deliveries about one thing at the same moment: whoever sees that gives way."""
        rivals = _held(self._about(self.things).exclude(lease=self.lease))
        if rivals:
            self.left = self.give_back(thing for thing in self.things if thing.found[0].thing in rivals)

    def _about(self, things: Sequence[Thing]) -> DeliveryQuerySet:
        rows = [thing.found[0] for thing in things]
        team = rows[0].team_id if rows else None
        return Delivery.objects.about(team, {row.subject for row in rows if row.subject}).order_by()
