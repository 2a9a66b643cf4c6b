"""A whole team: every event Vyte lists is mirrored, and events that Vyte stopped listing are looked into."""

from __future__ import annotations

import datetime as dt
import random
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, islice
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from django_vyte import db, mirror, payloads
from django_vyte.accounts import problems
from django_vyte.accounts.problems import Kind
from django_vyte.client.resource import ignore
from django_vyte.exceptions import VyteError
from django_vyte.mirror.incoming import CLOCK_TOLERANCE
from django_vyte.models import Event, EventChange
from django_vyte.payloads import values
from django_vyte.sync.event import sync_event
from django_vyte.sync.listing import Listing, can_continue_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django_vyte.client import VyteClient
    from django_vyte.models import Team
    from django_vyte.sync.listing import ListedEvent

BATCH = 500
# How many new events change how the database should look for them.
ANALYZE_AFTER = 2 * BATCH
# How many events that are no longer listed are asked for one by one.
MISSING_BUDGET = 50
# How many events that cannot be mirrored are spoken of one by one.
MAX_PROBLEMS_SHOWN = 20


class IncompleteReason(StrEnum):
    """Why the mirror may lack something that Vyte has."""

    EMPTY = "empty"
    CUT_SHORT = "cut short"
    UNREADABLE = "unreadable"


@dataclass(slots=True)
class SyncSummary:
    """What a sync came to, or would after a dry run; ``listing`` is the list that it went through."""

    listing: Listing
    is_dry_run: bool = False
    listed: int = 0
    saved: mirror.MirrorResult = field(default_factory=mirror.MirrorResult)
    vanished: int = 0
    unchecked: int = 0
    warnings: list[str] = field(default_factory=list)
    incomplete_reasons: dict[IncompleteReason, str] = field(default_factory=dict)

    @property
    def incomplete(self) -> str:
        """Why the mirror may lack something that Vyte has, in one paragraph; empty when nothing speaks for it."""
        return " ".join(self.incomplete_reasons.values())


def sync_team(
    team: Team,
    *,
    group: str | None = None,
    since: dt.datetime | None = None,
    origin: mirror.Origin | None = None,
    dry_run: bool = False,
    progress: Callable[[int], object] = ignore,
    expect: Callable[[int | None], object] = ignore,
) -> SyncSummary:
    """Mirror the events of a team, or of one of its groups, or those that changed since an instant.

    The answer is received whole before anything is written: one that is cut off raises UnexpectedAnswer and writes
    nothing. Each batch is then committed by itself, so that a run that was killed is gone on from by the next. A list
    that Vyte may have cut short is asked for in parts; what may be missing all the same is said in ``incomplete``.
    ``dry_run`` writes nothing and says what would be written. What keeps a run of the whole team from being complete
    stands in ``Team.problem``, too.

    ``progress`` is called with the number of events after each batch, and with 0 where a question takes its time;
    ``expect`` with the number to come, None once that cannot be told. Raises VyteError when Vyte cannot be asked
    ("List all events").
    """
    is_whole = not (group or since or dry_run)
    with problems.recorded(team.pk, Kind.SYNC) if is_whole else nullcontext(), team.client() as client:

        def counted(items: int | None) -> None:
            expect(items)
            progress(0)

        listing = Listing(client, team, {"group_ids": [group]} if group else None, counted)
        summary = SyncSummary(listing, dry_run)
        why = origin or mirror.Origin(EventChange.Cause.SYNC)
        sync = _TeamSync(team, client, listing, since, why, progress, summary, ANALYZE_AFTER)
        sync.take(listing)
        if not group:
            sync.compare()
        sync.conclude()
        if is_whole:
            problems.set_problem(team.pk, Kind.MISSING, summary.incomplete)
        return summary


@dataclass(slots=True)
class _TeamSync:
    """A run on its way."""

    team: Team
    client: VyteClient
    listing: Listing
    since: dt.datetime | None
    origin: mirror.Origin
    progress: Callable[[int], object]
    summary: SyncSummary
    analyze_at: int

    def take(self, heard: Iterable[ListedEvent]) -> None:
        """Mirror what is listed, batch by batch; each event is let go of before the next is read."""
        stream = iter(heard)
        for first in stream:
            before = self.summary.listed
            wanted = self._answers(chain([first], islice(stream, BATCH - 1)))
            save = mirror.preview if self.summary.is_dry_run else mirror.save
            self.summary.saved += save(self.team.pk, wanted)
            if not self.summary.is_dry_run and self.summary.saved.created >= self.analyze_at:
                # Until it is told of many new rows, PostgreSQL goes through all of a team's to find a few.
                db.look_at(Event, "team_id", "vyte_id")
                self.analyze_at *= 10
            self.progress(self.summary.listed - before)

    def _answers(self, heard: Iterable[ListedEvent]) -> Iterator[mirror.Answer]:
        for as_of, event in heard:
            self.summary.listed += 1
            if _changed_since(event, self.since):
                yield mirror.Answer(event, as_of, self.origin)

    def compare(self) -> None:
        """Look into mirrored events that were not listed, where the list is one that should have all of them."""
        is_empty = not self.listing.longest
        if self.since and not is_empty:
            return
        absent = self._absent()
        if self.summary.is_dry_run:
            self.summary.unchecked = len(absent)
        elif not self.since:
            absent = self._look_into(absent)
        if is_empty and absent:
            self.summary.incomplete_reasons[IncompleteReason.EMPTY] = (
                f"Vyte listed no events at all, and does not say that the {len(absent):,} that are mirrored are gone."
            )

    def _absent(self) -> set[str]:
        """The mirrored events that should have been listed and were not."""
        # A time that lies ahead comes from a clock that was put back.
        ahead = Q(as_of__gt=timezone.now() + CLOCK_TOLERANCE)
        known = Event.objects.filter(Q(as_of__lt=self.listing.began) | ahead, team=self.team)
        known = known.filter(missing_since__isnull=True).exclude(status=Event.Status.CANCELLED)
        seen = self.listing.seen
        return {key for key in known.values_list("vyte_id", flat=True).iterator() if key not in seen}

    def _look_into(self, absent: set[str]) -> set[str]:
        """Ask for events one by one and not endlessly: a short list deletes nothing. Answers which are not gone."""
        there, gone, called_off = set[str](), set[str](), set[str]()
        # By lot, so that one sync after another gets round to all of them.
        for vyte_id in random.sample(sorted(absent), min(len(absent), MISSING_BUDGET)):
            self.progress(0)
            try:
                event = self._looked_at(vyte_id)
            except VyteError as error:
                self.summary.warnings.append(
                    f"Event {vyte_id} is not listed and could not be checked: {error}"
                )
                if not can_continue_after(error):
                    break
            else:
                # What is cancelled need not be listed.
                found = (
                    gone
                    if event.missing_since
                    else called_off
                    if event.status == Event.Status.CANCELLED
                    else there
                )
                found.add(vyte_id)
        self.summary.vanished = len(gone)
        if there and self.listing.longest:
            self.take(self.listing.partitioned())
            there -= self.listing.seen
            if there:
                self.summary.incomplete_reasons[IncompleteReason.CUT_SHORT] = (
                    f"Vyte has events that it does not list: {len(there):,} of those asked for."
                )
        left = absent - gone - called_off - self.listing.seen
        self.summary.unchecked = len(left - there)
        return left

    def _looked_at(self, vyte_id: str) -> Event:
        """Ask for one event and mirror the answer: the event as it is then."""
        saved = sync_event(self.team.pk, vyte_id, origin=self.origin, client=self.client)
        self.summary.saved.changes += saved.changes
        return Event.objects.only("status", "missing_since").get(team=self.team, vyte_id=vyte_id)

    def conclude(self) -> None:
        """Sum up all that there is to warn of."""
        summary, problems = self.summary, self.summary.saved.problems
        if doubt := self.listing.incomplete_reason:
            summary.incomplete_reasons[IncompleteReason.CUT_SHORT] = doubt
        if unreadable := len(problems) + self.listing.unreadable:
            summary.incomplete_reasons[IncompleteReason.UNREADABLE] = (
                f"{unreadable:,} of what Vyte listed could not be mirrored."
            )
        summary.warnings += [*problems[:MAX_PROBLEMS_SHOWN], *summary.incomplete_reasons.values()]
        if summary.unchecked:
            summary.warnings.append(
                f"{summary.unchecked:,} mirrored events were not listed and not checked; the next sync asks for some "
                "of them."
            )


def _changed_since(event: object, since: dt.datetime | None) -> bool:
    """Whether an event changed since; one that does not say when it changed counts as changed."""
    changed = payloads.revision(values.as_dict(event)) if since else None
    return since is None or changed is None or changed >= since
