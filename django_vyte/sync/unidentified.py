"""Resolves webhook calls about a meeting without an id: which meeting is it, and what is true of it now?

A creation time in milliseconds identifies a meeting at once. Without one, only a mirror that is up to date can tell
whether the description fits more than one meeting: so all meetings with the same title are mirrored first, and where
that does not settle it, all of the team's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django_vyte import mirror
from django_vyte.db import fresh
from django_vyte.exceptions import VyteError
from django_vyte.inbox.sources import NotThereYet
from django_vyte.models import Event
from django_vyte.sync import matching
from django_vyte.sync.batches import mirror_batches
from django_vyte.sync.context import VyteContext
from django_vyte.sync.event import sync_event
from django_vyte.sync.listing import Listing, can_continue_after
from django_vyte.sync.listing.query import title_of
from django_vyte.sync.matching import Description
from django_vyte.sync.team import sync_team

# With more descriptions than this, one list of all the team's events costs less than a search for each title.
MAX_ONE_BY_ONE = 10
# Cancelled meetings looked for in a list, to see whether it has cancelled meetings at all.
EXAMPLES = 50
NOT_LISTED = "A meeting that a call is about, and does not name, is not, or not yet, listed by Vyte."
WHICH = ("none", "one, but others may be missing,", "more than one")
NOT_CERTAIN = (
    "A call reports that a meeting was cancelled and does not name it, and {which} here fits what it says: nothing was "
    "cancelled. Find the meeting by the call's body, and cancel it if it is still there."
)


def sync_unidentified(
    descriptions: Sequence[Description], context: VyteContext, origin: mirror.Origin
) -> list[str]:
    """Mirror the meetings that these descriptions are about; in words, what could not be done.

    A cancellation that fits several meetings, or none, cancels nothing and is a problem. Raises
    VyteError when Vyte could not be asked about all of them, after the others are done, and NotThereYet for a meeting
    that Vyte does not list.
    """
    search = _Search(context, origin)
    unresolved = list(descriptions)
    if len(descriptions) <= MAX_ONE_BY_ONE:
        unresolved = [description for description in descriptions if not search.resolve(description)]
    if unresolved:
        search.resolve_with_all(unresolved)
    if search.failures:
        # Any other error first: NotThereYet is retried least often.
        raise min(search.failures, key=lambda error: isinstance(error, NotThereYet))
    return search.problems


@dataclass(slots=True)
class _Search:
    """The descriptions of one delivery or batch, for one team; an error about one does not stop the others."""

    context: VyteContext
    origin: mirror.Origin
    problems: list[str] = field(default_factory=list)
    failures: list[VyteError] = field(default_factory=list)

    def resolve(self, description: Description) -> bool:
        """Resolve one description without listing all events; False when that is not enough."""
        try:
            return self._resolve_exactly(description) or self._resolve_by_title(description)
        except VyteError as error:
            self.failures.append(error)
            return True
        finally:
            self.context.heartbeat()

    def _resolve_exactly(self, description: Description) -> bool:
        vyte_id = matching.exact_match(self.context.team_id, description)
        if vyte_id:
            self._sync(vyte_id, description)
        return bool(vyte_id)

    def _resolve_by_title(self, description: Description) -> bool:
        listing = self._mirror_title(description.title) if description.is_sufficient else None
        return listing is not None and self._resolve_among(description, listing, same_title=True)

    def resolve_with_all(self, unresolved: Sequence[Description]) -> None:
        """Sync the whole team, then resolve these descriptions."""
        summary = sync_team(self.context.team, origin=self.origin, progress=self.context.heartbeat)
        for description in unresolved:
            try:
                if summary.incomplete or not self._resolve_among(description, summary.listing):
                    self._report_unresolved(description)
            except VyteError as error:
                self.failures.append(error)
            self.context.heartbeat()

    def _resolve_among(self, description: Description, listing: Listing, *, same_title: bool = False) -> bool:
        """Resolve a description after all similar listed events are mirrored; a cancellation is applied.

        Vyte may not list cancelled events: if one candidate is missing from the list, it is the cancelled one.
        """
        found = matching.candidates(self.context.team_id, description)
        mirrored = fresh(Event.objects.all()).filter(
            team=self.context.team_id, as_of__lt=listing.began, vyte_id__in=found
        )
        unlisted = set(mirrored.values_list("vyte_id", flat=True)) - listing.seen
        if not description.cancelled:
            return len(found) > len(unlisted)
        one = unlisted or set(found)
        if len(one) != 1 or (
            not unlisted and self._lists_no_cancelled(description, listing, same_title=same_title)
        ):
            return False
        self._sync(one.pop(), description)
        return True

    def _lists_no_cancelled(self, description: Description, listing: Listing, *, same_title: bool) -> bool:
        """Whether a list has none of the meetings known to be cancelled; False where none is known."""
        rows = (
            fresh(Event.objects.all())
            .cancelled()
            .filter(team=self.context.team_id, missing_since__isnull=True, as_of__lt=listing.began)
        )
        rows = rows.filter(title=description.title) if same_title else rows
        known = set(rows.order_by("-cancelled_at").values_list("vyte_id", flat=True)[:EXAMPLES])
        return bool(known) and known.isdisjoint(listing.seen)

    def _report_unresolved(self, description: Description) -> None:
        """A meeting that may appear later is to be retried; an ambiguous cancellation is a problem for a person."""
        if not description.cancelled:
            if description.is_sufficient and not matching.is_mirrored(self.context.team_id, description):
                self.failures.append(NotThereYet(NOT_LISTED))
        elif not matching.is_outdated_cancellation(self.context.team_id, description):
            found = matching.candidates(self.context.team_id, description)
            problem = NOT_CERTAIN.format(which=WHICH[min(len(found), 2)])
            self.problems += [] if problem in self.problems else [problem]

    def _sync(self, vyte_id: str, description: Description) -> None:
        """Mirror one event, with the cancellation that a description reports."""
        since = description.cancelled_at or description.received_at
        sync_event(self.context.team_id, vyte_id, origin=self.origin, cancelled_at=since)

    def _mirror_title(self, title: str) -> Listing | None:
        """Mirror the events that Vyte finds by a title; None where those may not be all of them."""
        heartbeat = self.context.heartbeat
        listing = Listing(self.context.client, self.context.team, {"q": title}, counted=heartbeat, budget=0)
        is_complete = True

        def to_fetched(as_of: dt.datetime, event: dict[str, Any]) -> mirror.FetchedEvent:
            nonlocal is_complete
            # A list with other titles was not searched as asked, and may lack some with this one.
            is_complete &= title.casefold() in title_of(event).casefold()
            return mirror.FetchedEvent(event, as_of, self.origin)

        try:
            for batch in mirror_batches(self.context.team_id, listing, to_fetched):
                is_complete &= not batch.problems
                heartbeat()
        except VyteError as error:
            if not can_continue_after(error):
                raise
            return None
        return listing if is_complete and listing.is_complete and not listing.unreadable else None
