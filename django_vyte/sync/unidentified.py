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
from django_vyte.sync import event as event_sync
from django_vyte.sync import matching
from django_vyte.sync import team as team_sync
from django_vyte.sync.listing import Listing, is_passing
from django_vyte.sync.listing.query import title_of
from django_vyte.sync.team import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_vyte.inbox.sources import Visit
    from django_vyte.sync.matching import Description

# Where more meetings than this wait to be looked at, all of the team's are listed once instead.
MOST_ONE_BY_ONE = 10
# How many cancelled meetings tell whether such are listed.
EXAMPLES = 50
NOT_LISTED = "A meeting that a call is about, and does not name, is not, or not yet, listed by Vyte."
WHICH = ("none", "one, but others may be missing,", "more than one")
NOT_CERTAIN = (
    "A call reports that a meeting was cancelled and does not name it, and {which} here fits what it says: nothing was "
    "cancelled. Find the meeting by the call's body, and cancel it if it is still there."
)


def look_for(unnamed: Sequence[Description], visit: Visit, origin: mirror.Origin) -> Outcome:
    """Mirror the events that calls are about without naming them; those that are not certain, with all of the team's.

    Raises VyteError when Vyte cannot be asked about all of them, once the others are seen to, and NotThereYet for one
    that it does not list. A cancellation that may be of several meetings, or of one that is not mirrored, is a problem
    of the outcome and cancels nothing.
    """
    search = _Search(visit, origin)
    unsure = list(unnamed)
    if len(unnamed) <= MOST_ONE_BY_ONE:
        unsure = [said for said in unnamed if not search.is_seen_to(said)]
    if unsure:
        search.look_through_all(unsure)
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

    def is_seen_to(self, said: Description) -> bool:
        """Whether there is no need to look through all events for this one."""
        try:
            return self._is_certain(said) or self._is_found_by_title(said)
        except VyteError as error:
            self.failures.append(error)
            return True
        finally:
            self.visit.keep()

    def _is_certain(self, said: Description) -> bool:
        """Look at the one event that this must be about, and say whether there is one."""
        vyte_id = matching.certain(self.visit.owner, said)
        if vyte_id:
            self._mirror(vyte_id, said)
        return bool(vyte_id)

    def _is_found_by_title(self, said: Description) -> bool:
        """Mirror the events with this title, and say whether that settles it."""
        listing = self._titled(said.title) if said.is_telling else None
        return listing is not None and self._is_among(said, listing, same_title=True)

    def look_through_all(self, unsure: Sequence[Description]) -> None:
        """Mirror all events, and then the cancellations of those that are certain."""
        summary = team_sync.run(self.visit.team, origin=self.origin, progress=self.visit.keep)
        self.outcome.changes += summary.saved.changes
        for said in unsure:
            try:
                if summary.incomplete or not self._is_among(said, summary.listing):
                    self._leave_open(said)
            except VyteError as error:
                self.failures.append(error)
            self.visit.keep()

    def _is_among(self, said: Description, listing: Listing, *, same_title: bool = False) -> bool:
        """Whether the event can be told, once everything that is like it and listed is mirrored; cancel it if it was.

        What is cancelled may not be listed any more: then the one that is lacking is the one.
        """
        found = matching.candidates(self.visit.owner, said)
        mirrored = Event.objects.filter(team=self.visit.owner, as_of__lt=listing.began, vyte_id__in=found)
        lacking = set(mirrored.values_list("vyte_id", flat=True)) - listing.seen
        if not said.cancelled:
            return len(found) > len(lacking)
        one = lacking or set(found)
        if len(one) != 1 or (
            not lacking and self._are_cancelled_left_out(said, listing, same_title=same_title)
        ):
            return False
        self._mirror(one.pop(), said)
        return True

    def _are_cancelled_left_out(self, said: Description, listing: Listing, *, same_title: bool) -> bool:
        """Whether a list lacks all meetings that are known to be cancelled; where none is, nobody knows."""
        rows = Event.objects.cancelled().filter(
            team=self.visit.owner, missing_since__isnull=True, as_of__lt=listing.began
        )
        rows = rows.filter(title=said.title) if same_title else rows
        known = set(rows.order_by("-cancelled_at").values_list("vyte_id", flat=True)[:EXAMPLES])
        return bool(known) and known.isdisjoint(listing.seen)

    def _leave_open(self, said: Description) -> None:
        """Say that a cancellation cannot be told from others, or that a meeting is not there yet."""
        if not said.cancelled:
            if said.is_telling and not matching.is_mirrored(self.visit.owner, said):
                self.failures.append(NotThereYet(NOT_LISTED))
        elif not matching.is_known(self.visit.owner, said):
            found = matching.candidates(self.visit.owner, said)
            problem = NOT_CERTAIN.format(which=WHICH[min(len(found), 2)])
            self.outcome.problems += [] if problem in self.outcome.problems else [problem]

    def _mirror(self, vyte_id: str, said: Description) -> None:
        """Mirror one event, with the cancellation that a description reports."""
        since = said.cancelled_at or said.came_at
        saved = event_sync.event(self.visit.owner, vyte_id, origin=self.origin, cancelled_at=since)
        self.outcome.changes += saved.changes

    def _titled(self, title: str) -> Listing | None:
        """Mirror the events that Vyte finds by a title; None where those may not be all of them."""
        keep = self.visit.keep
        listing = Listing(self.visit.client, self.visit.team, {"q": title}, counted=keep, budget=0)
        heard, is_found = iter(listing), True
        try:
            while batch := list(islice(heard, BATCH)):
                answers = [mirror.Answer(event, as_of, self.origin) for as_of, event in batch]
                is_found &= all(title.casefold() in title_of(event).casefold() for _, event in batch)
                saved = mirror.save(self.visit.owner, answers)
                self.outcome.changes += saved.changes
                is_found &= not saved.problems
                keep()
        except VyteError as error:
            if not is_passing(error):
                raise
            return None
        return listing if is_found and listing.is_complete and not listing.unreadable else None
