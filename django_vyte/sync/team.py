"""Full sync of a team: mirror every event that Vyte lists, and check the mirrored ones that it does not list."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from django_vyte import db, mirror, payloads
from django_vyte.accounts import problems
from django_vyte.accounts.problems import Kind
from django_vyte.client.lists import ignore
from django_vyte.exceptions import VyteError
from django_vyte.mirror.incoming import CLOCK_TOLERANCE
from django_vyte.models import Event, EventChange, Team
from django_vyte.payloads import values
from django_vyte.sync.batches import BATCH, mirror_batches
from django_vyte.sync.event import sync_event
from django_vyte.sync.listing import ListedEvent, Listing, can_continue_after

if TYPE_CHECKING:
    from django_vyte.client import VyteClient

# New events after which the planner's statistics are renewed (ANALYZE); ten times as many for each further time.
ANALYZE_AFTER = 2 * BATCH
# Requests a run for events that are mirrored and not listed.
MISSING_BUDGET = 50
# Problems that become warnings of their own; all of them are counted.
MAX_PROBLEM_WARNINGS = 20


class IncompleteReason(StrEnum):
    """Why the mirror may lack events that Vyte has."""

    EMPTY = "empty"
    CUT_SHORT = "cut short"
    UNREADABLE = "unreadable"


@dataclass(slots=True)
class SyncSummary:
    """The result of a sync, or of a dry run.

    ``listing`` is the list that was mirrored, ``vanished`` counts events that Vyte answers 404 to, ``unchecked`` those
    that were neither listed nor asked for.
    """

    listing: Listing
    is_dry_run: bool = False
    listed: int = 0
    mirrored: mirror.MirrorResult = field(default_factory=mirror.MirrorResult)
    vanished: int = 0
    unchecked: int = 0
    warnings: list[str] = field(default_factory=list)
    incomplete_reasons: dict[IncompleteReason, str] = field(default_factory=dict)

    @property
    def incomplete(self) -> str:
        """Why the mirror may lack events that Vyte has, in one paragraph; empty when there is no sign of that."""
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
    """Mirror all events of a team, or those of one of its groups, or those that changed since a time.

    The list is received whole before anything is written: one that is cut off raises UnexpectedAnswer and writes
    nothing. Each batch is committed on its own, so the next run continues a killed one. A list that Vyte may have cut
    short is asked for in parts; what may still be missing is said in ``incomplete``, and for a sync of the whole team
    in ``Team.problem``. ``dry_run`` writes nothing and says what would be written.

    ``progress`` is called with the number of events after each batch, and with 0 before each further request;
    ``expect`` with the total, or None once it is unknown. Raises VyteError when Vyte cannot be asked
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
        sync.store(listing)
        if not group:
            sync.check_unlisted()
        sync.summarize()
        if is_whole:
            problems.set_problem(team.pk, Kind.MISSING, summary.incomplete)
        return summary


@dataclass(slots=True)
class _TeamSync:
    """One run of ``sync_team``."""

    team: Team
    client: VyteClient
    listing: Listing
    since: dt.datetime | None
    origin: mirror.Origin
    progress: Callable[[int], object]
    summary: SyncSummary
    analyze_at: int

    def store(self, listed: Iterable[ListedEvent]) -> None:
        """Mirror listed events in batches."""
        summary, before = self.summary, self.summary.listed
        for result in mirror_batches(self.team.pk, listed, self._to_fetched, dry_run=summary.is_dry_run):
            summary.mirrored += result
            if not summary.is_dry_run and summary.mirrored.created >= self.analyze_at:
                # Without statistics about the new rows, PostgreSQL scans all of a team's events to find a batch.
                db.analyze_table(Event, "team_id", "vyte_id")
                self.analyze_at *= 10
            self.progress(summary.listed - before)
            before = summary.listed

    def _to_fetched(self, as_of: dt.datetime, event: object) -> mirror.FetchedEvent | None:
        self.summary.listed += 1
        return mirror.FetchedEvent(event, as_of, self.origin) if _changed_since(event, self.since) else None

    def check_unlisted(self) -> None:
        """Check mirrored events that should have been listed and were not."""
        is_empty = not self.listing.longest
        if self.since and not is_empty:
            return
        unlisted = self._unlisted()
        if self.summary.is_dry_run:
            self.summary.unchecked = len(unlisted)
        elif not self.since:
            unlisted = self._look_up(unlisted)
        if is_empty and unlisted:
            self.summary.incomplete_reasons[IncompleteReason.EMPTY] = (
                f"Vyte listed no events at all, and does not say that the {len(unlisted):,} that are mirrored are gone."
            )

    def _unlisted(self) -> set[str]:
        # A time in the future comes from a clock that was set back since.
        in_future = Q(as_of__gt=timezone.now() + CLOCK_TOLERANCE)
        known = db.fresh(Event.objects.all()).filter(
            Q(as_of__lt=self.listing.began) | in_future, team=self.team
        )
        known = known.filter(missing_since__isnull=True).exclude(status=Event.Status.CANCELLED)
        seen = self.listing.seen
        return {key for key in known.values_list("vyte_id", flat=True).iterator() if key not in seen}

    def _look_up(self, unlisted: set[str]) -> set[str]:
        """Ask for events one by one, up to a budget; those not found to be listed, gone or cancelled are returned.

        A short list alone deletes nothing: only a 404 about the event itself does.
        """
        there, gone, cancelled = set[str](), set[str](), set[str]()
        # At random, so that repeated runs get round to all of them.
        for vyte_id in random.sample(sorted(unlisted), min(len(unlisted), MISSING_BUDGET)):
            self.progress(0)
            try:
                event = self._sync_one(vyte_id)
            except VyteError as error:
                self.summary.warnings.append(
                    f"Event {vyte_id} is not listed and could not be checked: {error}"
                )
                if not can_continue_after(error):
                    break
            else:
                if event.missing_since:
                    gone.add(vyte_id)
                elif event.status == Event.Status.CANCELLED:
                    # Vyte may leave cancelled events out of its lists.
                    cancelled.add(vyte_id)
                else:
                    there.add(vyte_id)
        self.summary.vanished = len(gone)
        if there and self.listing.longest:
            self.store(self.listing.partitioned())
            there -= self.listing.seen
            if there:
                self.summary.incomplete_reasons[IncompleteReason.CUT_SHORT] = (
                    f"Vyte has events that it does not list: {len(there):,} of those asked for."
                )
        left = unlisted - gone - cancelled - self.listing.seen
        self.summary.unchecked = len(left - there)
        return left

    def _sync_one(self, vyte_id: str) -> Event:
        result = sync_event(self.team.pk, vyte_id, origin=self.origin, client=self.client)
        self.summary.mirrored.changes += result.changes
        return (
            db.fresh(Event.objects.all()).only("status", "missing_since").get(team=self.team, vyte_id=vyte_id)
        )

    def summarize(self) -> None:
        """Fill in the warnings, and why the mirror may be incomplete."""
        summary, unreadable = self.summary, self.summary.mirrored.problems
        if reason := self.listing.incomplete_reason:
            summary.incomplete_reasons[IncompleteReason.CUT_SHORT] = reason
        if count := len(unreadable) + self.listing.unreadable:
            summary.incomplete_reasons[IncompleteReason.UNREADABLE] = (
                f"{count:,} of what Vyte listed could not be mirrored."
            )
        summary.warnings += [*unreadable[:MAX_PROBLEM_WARNINGS], *summary.incomplete_reasons.values()]
        if summary.unchecked:
            summary.warnings.append(
                f"{summary.unchecked:,} mirrored events were not listed and not checked; the next sync asks for some "
                "of them."
            )


def _changed_since(event: object, since: dt.datetime | None) -> bool:
    """Whether an event changed since; one that does not say when it changed counts as changed."""
    changed = payloads.revision(values.as_dict(event)) if since else None
    return since is None or changed is None or changed >= since
