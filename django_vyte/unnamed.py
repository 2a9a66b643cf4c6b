"""The meetings of calls that do not name them: found here, or at Vyte by their title, or among all of the team's.

The time of its making tells a meeting from any other. Without that, only a mirror that was just brought up to date can
tell whether there is another one like it: with all of the same title, or with all that there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django_vyte import mirror, recognition, reconcile, sync
from django_vyte.inbox.sources import Outcome
from django_vyte.listing import PASSING, Listing
from django_vyte.listing.parts import title_of
from django_vyte.models import Event
from django_vyte.sync import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_vyte.inbox.sources import Visit
    from django_vyte.recognition import Description

# Where more meetings than this wait to be looked at, all of the team's are listed once instead.
MOST_ONE_BY_ONE = 10
WHICH = ("none", "one, but others may be missing,", "more than one")
NOT_CERTAIN = (
    "A call reports that a meeting was cancelled and does not name it, and {which} here fits what it says: nothing was "
    "cancelled. Find the meeting by the call's body, and cancel it if it is still there."
)


def look_for(unnamed: Sequence[Description], visit: Visit, origin: mirror.Origin) -> Outcome:
    """Mirror the events that calls are about without naming them; those that are not certain, with all of the team's.

    Raises VyteError when Vyte cannot be asked. A cancellation that may be of several meetings, or of one that is not
    mirrored, is a problem of the outcome and cancels nothing.
    """
    search = _Search(visit, origin)
    unsure = list(unnamed)
    if len(unnamed) <= MOST_ONE_BY_ONE:
        unsure = [said for said in unnamed if not (search.is_known(said) or search.is_found_by_title(said))]
    if unsure:
        search.look_through_all(unsure)
    return search.outcome


@dataclass(slots=True)
class _Search:
    """What is looked for in one go, for one team."""

    visit: Visit
    origin: mirror.Origin
    outcome: Outcome = field(default_factory=Outcome)

    def is_known(self, said: Description) -> bool:
        """Look at the one event that this must be about, and say whether there is one."""
        found = recognition.candidates(self.visit.owner, said) if said.created_at else []
        if len(found) == 1:
            self._mirror(found[0], said)
        return len(found) == 1

    def is_found_by_title(self, said: Description) -> bool:
        """Mirror the events with this title, and say whether one of them must be the one."""
        listed = self._mirror_titled(said.title) if said.is_telling else None
        if listed is None:
            return False
        found = recognition.candidates(self.visit.owner, said)
        if len(found) != 1:
            return False
        if found[0] in listed:
            if said.cancelled:
                self._mirror(found[0], said)
            return True
        # What is cancelled may not be listed any more, and then nobody knows whether another one like it was.
        self._mirror(found[0])
        return Event.objects.cancelled().filter(team=self.visit.owner, vyte_id=found[0]).exists()

    def look_through_all(self, unsure: Sequence[Description]) -> None:
        """Mirror all events, and then the cancellations of those that are certain."""
        summary = sync.run(self.visit.team, origin=self.origin, progress=self.visit.keep)
        self.outcome.changes += summary.saved.changes
        for said in unsure:
            if said.cancelled:
                self._cancel_if_certain(said, is_complete=not summary.incomplete)
                self.visit.keep()

    def _cancel_if_certain(self, said: Description, *, is_complete: bool) -> None:
        """Mirror a cancellation once all events are mirrored; a problem where nobody can tell whose it is."""
        found = recognition.candidates(self.visit.owner, said)
        if len(found) == 1 and is_complete:
            self._mirror(found[0], said)
        elif not recognition.is_known(self.visit.owner, said):
            problem = NOT_CERTAIN.format(which=WHICH[min(len(found), 2)])
            self.outcome.problems += [] if problem in self.outcome.problems else [problem]

    def _mirror(self, vyte_id: str, said: Description | None = None) -> None:
        """Mirror one event, with the cancellation that a description reports."""
        since = (said.cancelled_at or said.came_at) if said else None
        saved = reconcile.event(self.visit.owner, vyte_id, origin=self.origin, cancelled_at=since)
        self.outcome.changes += saved.changes

    def _mirror_titled(self, title: str) -> set[str] | None:
        """Mirror the events that Vyte finds by a title; their ids, or None where those may not be all of them."""
        listing = Listing(self.visit.client, self.visit.team, {"q": title}, budget=0)
        heard, is_found = iter(listing), True
        try:
            while batch := list(islice(heard, BATCH)):
                answers = [mirror.Answer(event, as_of, self.origin) for as_of, event in batch]
                is_found &= all(title.casefold() in title_of(event).casefold() for _, event in batch)
                saved = mirror.save(self.visit.owner, answers)
                self.outcome.changes += saved.changes
                is_found &= not saved.problems
                self.visit.keep()
        except PASSING:
            return None
        return listing.seen if is_found and listing.is_complete and not listing.unreadable else None
