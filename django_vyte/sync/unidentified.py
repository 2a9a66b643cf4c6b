"""The meetings of calls that do not name them: found here, or at Vyte by their title, or among all of the team's.

The time of its making tells a meeting from any other. Without that, only a mirror that was just brought up to date can
tell whether there is another one like it: with all of the same title, or with all that there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django_vyte import mirror
from django_vyte.exceptions import VyteError
from django_vyte.inbox.sources import NotThereYet, Outcome
from django_vyte.models import Event
from django_vyte.sync import matching
from django_vyte.sync.event import sync_event
from django_vyte.sync.listing import Listing, can_continue_after
from django_vyte.sync.listing.query import title_of
from django_vyte.sync.team import BATCH, sync_team

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_vyte.inbox.sources import Visit
    from django_vyte.sync.matching import Description

# Where more meetings than this wait to be looked at, all of the team's are listed once instead.
MAX_ONE_BY_ONE = 10
# How many cancelled meetings tell whether such are listed.
EXAMPLES = 50
NOT_LISTED = "A meeting that a call is about, and does not name, is not, or not yet, listed by Vyte."
WHICH = ("none", "one, but others may be missing,", "more than one")
NOT_CERTAIN = (
    "A call reports that a meeting was cancelled and does not name it, and {which} here fits what it says: nothing was "
    "cancelled. Find the meeting by the call's body, and cancel it if it is still there."
)


def sync_unidentified(unidentified: Sequence[Description], visit: Visit, origin: mirror.Origin) -> Outcome:
    """Mirror the events that calls are about without naming them; those that are not certain, with all of the team's.

    Raises VyteError when Vyte cannot be asked about all of them, once the others are seen to, and NotThereYet for one
    that it does not list. A cancellation that may be of several meetings, or of one that is not mirrored, is a problem
    of the outcome and cancels nothing.
    """
    search = _Search(visit, origin)
    unresolved = list(unidentified)
    if len(unidentified) <= MAX_ONE_BY_ONE:
        unresolved = [description for description in unidentified if not search.is_seen_to(description)]
    if unresolved:
        search.look_through_all(unresolved)
    if search.failures:
        # What may be about to appear is looked for least often.
        raise min(search.failures, key=lambda error: isinstance(error, NotThereYet))
    return search.outcome


@dataclass(slots=True)
class _Search:
    """What is looked for in one go, for one team; what Vyte could not be asked about keeps nothing else from it."""

    visit: Visit
    origin: mirror.Origin
    outcome: Outcome = field(default_factory=Outcome)
    failures: list[VyteError] = field(default_factory=list)

    def is_seen_to(self, description: Description) -> bool:
        """Whether there is no need to look through all events for this one."""
        try:
            return self._is_certain(description) or self._is_found_by_title(description)
        except VyteError as error:
            self.failures.append(error)
            return True
        finally:
            self.visit.keep()

    def _is_certain(self, description: Description) -> bool:
        """Look at the one event that this must be about, and say whether there is one."""
        vyte_id = matching.exact_match(self.visit.owner, description)
        if vyte_id:
            self._mirror(vyte_id, description)
        return bool(vyte_id)

    def _is_found_by_title(self, description: Description) -> bool:
        """Mirror the events with this title, and say whether that settles it."""
        listing = self._titled(description.title) if description.is_sufficient else None
        return listing is not None and self._is_among(description, listing, same_title=True)

    def look_through_all(self, unresolved: Sequence[Description]) -> None:
        """Mirror all events, and then the cancellations of those that are certain."""
        summary = sync_team(self.visit.team, origin=self.origin, progress=self.visit.keep)
        self.outcome.changes += summary.saved.changes
        for description in unresolved:
            try:
                if summary.incomplete or not self._is_among(description, summary.listing):
                    self._leave_open(description)
            except VyteError as error:
                self.failures.append(error)
            self.visit.keep()

    def _is_among(self, description: Description, listing: Listing, *, same_title: bool = False) -> bool:
        """Whether the event can be told, once everything that is like it and listed is mirrored; cancel it if it was.

        What is cancelled may not be listed any more: then the one that is lacking is the one.
        """
        found = matching.candidates(self.visit.owner, description)
        mirrored = Event.objects.filter(team=self.visit.owner, as_of__lt=listing.began, vyte_id__in=found)
        lacking = set(mirrored.values_list("vyte_id", flat=True)) - listing.seen
        if not description.cancelled:
            return len(found) > len(lacking)
        one = lacking or set(found)
        if len(one) != 1 or (
            not lacking and self._are_cancelled_left_out(description, listing, same_title=same_title)
        ):
            return False
        self._mirror(one.pop(), description)
        return True

    def _are_cancelled_left_out(
        self, description: Description, listing: Listing, *, same_title: bool
    ) -> bool:
        """Whether a list lacks all meetings that are known to be cancelled; where none is, nobody knows."""
        rows = Event.objects.cancelled().filter(
            team=self.visit.owner, missing_since__isnull=True, as_of__lt=listing.began
        )
        rows = rows.filter(title=description.title) if same_title else rows
        known = set(rows.order_by("-cancelled_at").values_list("vyte_id", flat=True)[:EXAMPLES])
        return bool(known) and known.isdisjoint(listing.seen)

    def _leave_open(self, description: Description) -> None:
        """Say that a cancellation cannot be told from others, or that a meeting is not there yet."""
        if not description.cancelled:
            if description.is_sufficient and not matching.is_mirrored(self.visit.owner, description):
                self.failures.append(NotThereYet(NOT_LISTED))
        elif not matching.is_outdated_cancellation(self.visit.owner, description):
            found = matching.candidates(self.visit.owner, description)
            problem = NOT_CERTAIN.format(which=WHICH[min(len(found), 2)])
            self.outcome.problems += [] if problem in self.outcome.problems else [problem]

    def _mirror(self, vyte_id: str, description: Description) -> None:
        """Mirror one event, with the cancellation that a description reports."""
        since = description.cancelled_at or description.received_at
        saved = sync_event(self.visit.owner, vyte_id, origin=self.origin, cancelled_at=since)
        self.outcome.changes += saved.changes

    def _titled(self, title: str) -> Listing | None:
        """Mirror the events that Vyte finds by a title; None where those may not be all of them."""
        keep = self.visit.keep
        listing = Listing(self.visit.client, self.visit.team, {"q": title}, counted=keep, budget=0)
        listed, is_found = iter(listing), True
        try:
            while batch := list(islice(listed, BATCH)):
                answers = [mirror.Answer(event, as_of, self.origin) for as_of, event in batch]
                is_found &= all(title.casefold() in title_of(event).casefold() for _, event in batch)
                saved = mirror.save(self.visit.owner, answers)
                self.outcome.changes += saved.changes
                is_found &= not saved.problems
                keep()
        except VyteError as error:
            if not can_continue_after(error):
                raise
            return None
        return listing if is_found and listing.is_complete and not listing.unreadable else None
