"""All events that Vyte lists, asked for in parts where one answer may have been cut short.

Vyte documents no paging, and nothing that says whether a list is whole. But an answer that is shorter than the longest
one, and of no length that servers cut at, was not cut. So what may have been cut is asked for in parts, and each part
that may still be cut in parts again. Titles divide without a gap, into those that match an expression and those that do
not: parts by title that are all short, and together have all that the list showed, are everything that has a title.
Where Vyte does not search titles as it documents, or all are the same, parts by people and groups find more without
proving that this is all.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils import timezone

from django_vyte import payloads
from django_vyte.client.resource import ignore, is_probably_cut
from django_vyte.exceptions import VyteAPIError, VyteError
from django_vyte.models import Event, EventGroup
from django_vyte.payloads import values
from django_vyte.sync.listing import titles
from django_vyte.sync.listing.query import Page, Query

if TYPE_CHECKING:
    from django_vyte.client import VyteClient
    from django_vyte.client.types import EventFilters
    from django_vyte.models import Team

# Vyte documents a limit and no paging: ask for more than anyone has.
LIMIT = 1_000_000
# How many further questions are asked at most where the first answer may have been cut.
BUDGET = 200
# Statuses with which a limit may be refused that is larger than Vyte allows.
REFUSALS = (400, 413, 422)
# Lengths at which few servers cut, and at which an answer may as well be whole.
RARELY_CUT = (10, 20, 25, 30, 75, 150)

ListedEvent: TypeAlias = tuple[dt.datetime, Any]


def can_continue_after(error: Exception) -> bool:
    """Whether others are worth asking after one question failed with this."""
    return not error.aborts_run if isinstance(error, VyteError) else isinstance(error, ValueError)


def may_be_cut(items: int) -> bool:
    """Whether a list is so long as servers are known, or likely, to cut at."""
    return items in RARELY_CUT or is_probably_cut(items, LIMIT)


class Listing:
    """The events of a team that Vyte lists, or those that ``filters`` leave of them: iterate over it, once.

    Yields each event once, with the time before it was asked for. Raises VyteError when the first answer cannot be
    used, before anything is yielded; what goes wrong later only leaves the list incomplete (``doubt``). ``counted`` is
    called with the length of the first answer, and with None when a further question is asked. At most ``budget`` of
    them are asked, and none once ``seconds`` have passed.
    """

    def __init__(
        self,
        client: VyteClient,
        team: Team,
        filters: EventFilters | None = None,
        counted: Callable[[int | None], object] = ignore,
        budget: int | None = None,
        seconds: float = math.inf,
    ) -> None:
        self.client, self.team, self.counted = client, team, counted
        self.seen: set[str] = set()
        self.began = timezone.now()
        # Of the longest answer, and items in it that are no objects.
        self.longest = self.unreadable = 0
        self.asked = 0
        self._budget = self._max_requests = BUDGET if budget is None else budget
        self._end = time.monotonic() + seconds
        self.is_complete = True
        self._whole = Query({"limit": LIMIT, **(filters or {})})
        # What a list cannot be divided by, since Vyte passes it over.
        self._ignored_filters: set[str] = set()
        self._last_error: Exception | None = None

    def __iter__(self) -> Iterator[ListedEvent]:
        first = yield from self._first()
        if first.is_cut:
            is_whole, _ = yield from self._partition(self._whole, first)
            # A length that is rarely a limit is none where nothing more is found.
            is_chance = first.items in RARELY_CUT and "limit" in self._whole.filters
            self.is_complete = is_whole or (is_chance and len(self.seen) <= first.items)

    def partitioned(self) -> Iterator[ListedEvent]:
        """What further questions find, for a list that is known to lack something."""
        if not self.asked:
            self.is_complete, _ = yield from self._fetch(self._whole)

    @property
    def incomplete_reason(self) -> str:
        """Why events may be missing, as a sentence; empty when all were listed."""
        if self.is_complete:
            return ""
        found = (
            f"Vyte answers with at most {self.longest:,} events, it seems: {len(self.seen):,} were found with"
        )
        why = f": {self._last_error}" if self._last_error else "."
        if self.asked == self._max_requests:
            why = ", which is the most that are asked in one run."
        return f"{found} {self.asked} further questions, and others may be missing{why}"

    @property
    def _is_budget_spent(self) -> bool:
        return self.asked >= self._budget or time.monotonic() > self._end

    def _first(self) -> Generator[ListedEvent, None, Page]:
        """Ask for everything, without a limit where Vyte has one for limits."""
        try:
            return (yield from self._fetch_page(self._whole))
        except VyteAPIError as error:
            if error.status_code not in REFUSALS:
                raise
        self._whole = self._whole.without_limit()
        return (yield from self._fetch_page(self._whole))

    def _fetch_page(self, query: Query) -> Generator[ListedEvent, None, Page]:
        """Ask one question, and yield the events that no answer had before."""
        as_of, page, is_first = timezone.now(), Page(), not self.asked
        # Where limits have a limit, so has what comes without one.
        is_limited = is_first and "limit" not in query.filters

        def counted(items: int) -> None:
            self.longest = max(self.longest, items)
            page.items = items
            page.is_cut = items > 0 and (
                may_be_cut(items) or is_limited or (items == self.longest and not is_first)
            )
            self.counted(items if is_first else None)

        objects = 0
        for event in self.client.events.iterate(report=ignore, counted=counted, **query.parameters):
            objects += 1
            key = values.identifier(event.get("_id"))
            if page.is_cut or not is_first:
                page.add(key, values.as_dict(event), query)
            if key not in self.seen if key else is_first:
                self.seen.add(key)
                yield as_of, event
        self.unreadable = max(self.unreadable, page.items - objects)
        return page

    def _fetch(
        self, query: Query, wider: Collection[str] = ()
    ) -> Generator[ListedEvent, None, tuple[bool, set[str]]]:
        """Ask for a query, in parts where need be; whether that was all of it, and the ids of its events.

        ``wider`` are ids that a question without the last filter showed: it is of no use where they all are here.
        """
        if self._is_budget_spent:
            return False, set()
        self.asked += 1
        try:
            page = yield from self._fetch_page(query)
        except (VyteError, ValueError) as error:
            self._last_error = error
            if not can_continue_after(error):
                self._budget = self.asked
            return False, set()
        if not page.matches_query:
            self._ignored_filters.add(query.last)
            return False, set()
        if not page.is_cut:
            return True, page.ids
        if wider and page.ids.issuperset(wider):
            return False, set()
        return (yield from self._partition(query, page))

    def _fetch_each(
        self, queries: Iterable[Query], wider: Collection[str] = ()
    ) -> Generator[ListedEvent, None, tuple[bool, set[str]]]:
        whole, ids = True, set[str]()
        for query in queries:
            if query.last in self._ignored_filters:
                return False, ids
            is_whole, found = yield from self._fetch(query, wider)
            whole &= is_whole
            ids |= found
        return whole, ids

    def _partition(self, query: Query, page: Page) -> Generator[ListedEvent, None, tuple[bool, set[str]]]:
        """Ask for what an answer may have cut off; as ``_fetch``."""
        if not page.ids:
            return False, set()
        ids = set(page.ids)
        condition = None if "q" in self._ignored_filters else titles.dividing(page.titles, query.titles)
        if condition:
            whole, found = yield from self._fetch_each(query.split(condition))
            ids |= found
            if page.ids <= found:
                is_new = len(found) > len(page.ids)
                return whole and (is_new or (yield from self._is_cut_last(query, page, condition))), ids
            self._ignored_filters.add("q")
        for name, each in self._filters(page):
            if self._is_budget_spent:
                break
            if name not in query.filters:
                whole, found = yield from self._fetch_each(
                    (query.with_filter(name, value) for value in each), page.ids
                )
                ids |= found
                # Whoever has what was page has the rest of it, as far as anyone can tell.
                if whole and page.ids <= found and name != "filter":
                    break
        return False, ids

    def _is_cut_last(self, query: Query, page: Page, condition: str) -> Generator[ListedEvent, None, bool]:
        """Whether Vyte filters before it cuts a list short, for halves that had no more than the whole.

        One event is asked for whose title the first one page does not have: had Vyte cut before, it found nothing.
        """
        first, *others = (titles.meets(title, condition) for title in page.titles)
        if query.titles or first not in (not other for other in others) or "limit" not in query.filters:
            return True
        other_half = titles.negated(condition) if first else condition
        control = replace(query, filters={**query.filters, "limit": 1}, titles=(other_half,), last="q")
        _, found = yield from self._fetch(control)
        return bool(found)

    def _filters(self, page: Page) -> Iterator[tuple[str, Iterable[Any]]]:
        """What else a part can be divided by, what matters most first."""
        yield "filter", ["upcoming"]
        yield "creator_emails", _lists(self._creators | page.creators)
        yield "group_ids", _lists(self._groups | page.groups)
        yield "invitee_emails", _lists(page.invitees)
        yield "filter", ["confirmed"]

    @cached_property
    def _creators(self) -> set[str]:
        """Whoever belongs to the team, and whose meetings are mirrored."""
        try:
            users = self.client.users.list()
        except VyteError:
            users = []
        mirrored = Event.objects.filter(team=self.team).order_by().values_list("creator_email", flat=True)
        return {email for user in users for email in payloads.emails(values.as_dict(user))} | set(
            mirrored.distinct()
        )

    @cached_property
    def _groups(self) -> set[str]:
        mirrored = EventGroup.objects.filter(event__team=self.team).order_by()
        return set(mirrored.values_list("group_id", flat=True).distinct())


def _lists(found: set[str]) -> list[list[str]]:
    # At random, as above.
    return [[value] for value in random.sample(sorted(found), len(found)) if value]
