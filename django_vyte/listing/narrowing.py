"""All events that Vyte lists, asked for in parts where one answer may have been cut short.

Vyte documents no paging, and nothing that says whether a list is whole. But an answer that is shorter than the longest
one was not cut. So what may have been cut is asked for in parts, and each part that is still as long in parts again.
Titles divide without a gap, into those that match an expression and those that do not: parts by title that are all
short, and together have all that the list showed, are everything. Where Vyte does not search titles as it documents,
or all are the same, parts by people and groups find more without proving that this is all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils import timezone

from django_vyte import payloads, values
from django_vyte.client.resource import ignore, is_probably_cut
from django_vyte.exceptions import BadRequest, NotFound, ServerError, UnexpectedAnswer, VyteError
from django_vyte.listing import titles
from django_vyte.listing.parts import Part, Shown
from django_vyte.models import Event, EventGroup

if TYPE_CHECKING:
    from django_vyte.client import VyteClient
    from django_vyte.models import Team

# Vyte documents a limit and no paging: ask for more than anyone has.
LIMIT = 1_000_000
# How many further questions are asked at most where the first answer may have been cut.
BUDGET = 200
# What one question may fail with while others are worth asking.
PASSING = (BadRequest, NotFound, ServerError, UnexpectedAnswer, ValueError)

Heard: TypeAlias = tuple[dt.datetime, Any]


class Listing:
    """The events of a team, or of one of its groups, that Vyte lists: iterate over it, once.

    Yields each event once, with the time before it was asked for. Raises VyteError when the first answer cannot be
    used, before anything is yielded; what goes wrong later only leaves the list incomplete (``doubt``). ``counted`` is
    called with the length of the first answer, and with None when a further question is asked.
    """

    def __init__(
        self,
        client: VyteClient,
        team: Team,
        group: str | None = None,
        counted: Callable[[int | None], object] = ignore,
    ) -> None:
        self.client, self.team, self.counted = client, team, counted
        self.seen: set[str] = set()
        self.began = timezone.now()
        # Of the longest answer, and items in it that are no objects.
        self.longest = self.unreadable = 0
        self.asked = 0
        self._budget = BUDGET
        self.is_complete = True
        self._whole_list = Part({"limit": LIMIT, **({"group_ids": [group]} if group else {})})
        self._titles_divide = True
        self._trouble: Exception | None = None

    def __iter__(self) -> Iterator[Heard]:
        first = yield from self._answers(self._whole_list)
        if first.is_cut:
            self.is_complete, _ = yield from self._divide(self._whole_list, first)

    def narrowed(self) -> Iterator[Heard]:
        """What further questions find, for a list that is known to lack something."""
        if not self.asked:
            self.is_complete, _ = yield from self._ask(self._whole_list)

    @property
    def doubt(self) -> str:
        """Why events may be missing, as a sentence; empty when all were listed."""
        if self.is_complete:
            return ""
        found = (
            f"Vyte answers with at most {self.longest:,} events, it seems: {len(self.seen):,} were found with"
        )
        why = f": {self._trouble}" if self._trouble else "."
        if self.asked == BUDGET:
            why = ", which is the most that are asked in one run."
        return f"{found} {self.asked} further questions, and others may be missing{why}"

    @property
    def _is_spent(self) -> bool:
        return self.asked >= self._budget

    def _answers(self, part: Part) -> Generator[Heard, None, Shown]:
        """Ask one question, and yield the events that no answer had before."""
        as_of, shown, is_first = timezone.now(), Shown(), not self.asked

        def counted(items: int) -> None:
            self.longest = max(self.longest, items)
            shown.items = items
            shown.is_cut = is_probably_cut(items, LIMIT) if is_first else 0 < items == self.longest
            self.counted(items if is_first else None)

        objects = 0
        for event in self.client.events.iterate(report=ignore, counted=counted, **part.query):
            objects += 1
            key = values.identifier(event.get("_id"))
            if shown.is_cut or not is_first:
                shown.note(key, values.thing(event))
            if key not in self.seen if key else is_first:
                self.seen.add(key)
                yield as_of, event
        self.unreadable = max(self.unreadable, shown.items - objects)
        return shown

    def _ask(self, part: Part, wider: Collection[str] = ()) -> Generator[Heard, None, tuple[bool, set[str]]]:
        """Ask for a part, in parts where need be; whether that was all of it, and the ids of its events.

        ``wider`` are ids that a question without one of the filters showed: a filter is of no use if they all are here.
        """
        if self._is_spent:
            return False, set()
        self.asked += 1
        try:
            shown = yield from self._answers(part)
        except (VyteError, ValueError) as error:
            self._trouble = error
            if not isinstance(error, PASSING):
                self._budget = self.asked
            return False, set()
        if not shown.is_cut:
            return True, shown.ids
        if not part.is_met_by(shown.titles) or (wider and shown.ids.issuperset(wider)):
            return False, set()
        return (yield from self._divide(part, shown))

    def _ask_each(
        self, parts: Iterable[Part], wider: Collection[str] = ()
    ) -> Generator[Heard, None, tuple[bool, set[str]]]:
        whole, ids = True, set[str]()
        for part in parts:
            is_whole, found = yield from self._ask(part, wider)
            whole &= is_whole
            ids |= found
        return whole, ids

    def _divide(self, part: Part, shown: Shown) -> Generator[Heard, None, tuple[bool, set[str]]]:
        """Ask for what an answer may have cut off; as ``_ask``."""
        if not shown.ids:
            return False, set()
        ids = set(shown.ids)
        condition = titles.dividing(shown.titles, part.titles) if self._titles_divide else None
        if condition:
            whole, found = yield from self._ask_each(part.halves(condition))
            ids |= found
            if shown.ids <= found:
                return whole, ids
            self._titles_divide = False
        for name, each in self._filters(shown):
            if self._is_spent:
                break
            if name not in part.filters:
                narrower = (replace(part, filters={**part.filters, name: value}) for value in each)
                whole, found = yield from self._ask_each(narrower, shown.ids)
                ids |= found
                # Whoever has what was shown has the rest of it, as far as anyone can tell.
                if whole and shown.ids <= found and name != "filter":
                    break
        return False, ids

    def _filters(self, shown: Shown) -> Iterator[tuple[str, Iterable[Any]]]:
        """What else a part can be divided by, what matters most first."""
        yield "filter", ["upcoming"]
        yield "creator_emails", _lists(self._creators | shown.creators)
        yield "group_ids", _lists(self._groups | shown.groups)
        yield "invitee_emails", _lists(shown.invitees)
        yield "filter", ["confirmed"]

    @cached_property
    def _creators(self) -> set[str]:
        """Whoever belongs to the team, and whose meetings are mirrored."""
        try:
            users = self.client.users.list()
        except VyteError:
            users = []
        mirrored = Event.objects.filter(team=self.team).order_by().values_list("creator_email", flat=True)
        return {email for user in users for email in payloads.emails(values.thing(user))} | set(
            mirrored.distinct()
        )

    @cached_property
    def _groups(self) -> set[str]:
        mirrored = EventGroup.objects.filter(event__team=self.team).order_by()
        return set(mirrored.values_list("group_id", flat=True).distinct())


def _lists(found: set[str]) -> list[list[str]]:
    return [[value] for value in sorted(found) if value]
