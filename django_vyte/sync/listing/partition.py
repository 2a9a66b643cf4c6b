"""Lists all of a team's events by partition: a list that may be cut short is queried again in smaller parts.

Vyte documents no paging, and no sign of whether a list is complete. But a page that is shorter than the longest one
seen, and whose length is none that servers cut at, was not cut. Any other page is partitioned, and its parts again.

Titles partition without a gap: into those that match an expression and those that do not. If all parts by title are
short, and together have everything that the whole page had, then they are the complete list. Where Vyte does not search
titles as documented, or all titles are the same, filters by creator, group and invitee find more events, but do not
prove that they are all.
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
from django_vyte.client.lists import ignore, is_probably_cut
from django_vyte.db import fresh
from django_vyte.exceptions import VyteAPIError, VyteError
from django_vyte.models import Event, EventGroup, Team
from django_vyte.payloads import values
from django_vyte.sync.listing import titles
from django_vyte.sync.listing.query import Page, Query

if TYPE_CHECKING:
    from django_vyte.client import VyteClient
    from django_vyte.client.types import EventFilters

# More events than any team has: without a limit, Vyte applies its own.
LIMIT = 1_000_000
# Further queries a listing, if the first page may be cut.
BUDGET = 200
# Statuses that a limit larger than Vyte allows may be refused with.
REFUSALS = (400, 413, 422)
# Lengths at which few servers cut: a page this long may be cut or complete.
RARELY_CUT = (10, 20, 25, 30, 75, 150)

# The time before an event was asked for, and its payload.
ListedEvent: TypeAlias = tuple[dt.datetime, Any]
# Whether queries returned everything that they ask for, and the ids that they returned.
Coverage: TypeAlias = tuple[bool, set[str]]


def can_continue_after(error: Exception) -> bool:
    """Whether other queries may succeed after one failed with this error."""
    if isinstance(error, VyteError):
        return not (error.aborts_run or error.is_unreachable)
    return isinstance(error, ValueError)


def may_be_cut(items: int) -> bool:
    """Whether a page has a length that servers are known, or likely, to cut at."""
    return items in RARELY_CUT or is_probably_cut(items, LIMIT)


class Listing:
    """The events of a team that Vyte lists, all or those that match ``filters``: iterate over it, once.

    Yields each event once, with the time before it was asked for. Raises VyteError before the first event when the
    first page cannot be used; a later error only leaves the list incomplete (``incomplete_reason``). ``counted`` is
    called with the length of the first page, and with None at each further query. There are at most ``budget`` of
    these, and none once ``seconds`` have passed.
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
        # The length of the longest page, and the largest number of items in a page that are no objects.
        self.longest = self.unreadable = 0
        self.asked = 0
        self._budget = self._max_requests = BUDGET if budget is None else budget
        self._end = time.monotonic() + seconds
        self.is_complete = True
        self._whole = Query({"limit": LIMIT, **(filters or {})})
        # Filters that Vyte was found to ignore.
        self._ignored_filters: set[str] = set()
        self._last_error: Exception | None = None

    def __iter__(self) -> Iterator[ListedEvent]:
        first = yield from self._first()
        if first.is_cut:
            is_whole, _ = yield from self._partition(self._whole, first)
            # At a length that few servers cut at, finding nothing more means that the page was complete.
            is_chance = first.items in RARELY_CUT and "limit" in self._whole.filters
            self.is_complete = is_whole or (is_chance and len(self.seen) <= first.items)

    def partitioned(self) -> Iterator[ListedEvent]:
        """The events that a partition finds; for a list that is known to lack some, whatever its length."""
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
        """Query everything; without a limit if Vyte refuses ours as too large."""
        try:
            return (yield from self._fetch_page(self._whole))
        except VyteAPIError as error:
            if error.status_code not in REFUSALS:
                raise
        self._whole = self._whole.without_limit()
        return (yield from self._fetch_page(self._whole))

    def _fetch_page(self, query: Query) -> Generator[ListedEvent, None, Page]:
        """Send one query, and yield the events that no page had before."""
        as_of, page, is_first = timezone.now(), Page(), not self.asked
        # A server that refuses large limits has a default limit, too.
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

    def _fetch(self, query: Query, wider: Collection[str] = ()) -> Generator[ListedEvent, None, Coverage]:
        """Send one query, and partition its page if that may be cut.

        ``wider`` are the ids that the query without its last filter returned: if all of them are here again, the
        filter narrows nothing, and a partition would not either.
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
    ) -> Generator[ListedEvent, None, Coverage]:
        whole, ids = True, set[str]()
        for query in queries:
            if query.last in self._ignored_filters:
                return False, ids
            is_whole, found = yield from self._fetch(query, wider)
            whole &= is_whole
            ids |= found
        return whole, ids

    def _partition(self, query: Query, page: Page) -> Generator[ListedEvent, None, Coverage]:
        """Query the parts of a page that may be cut: by title, and where that is not possible, by other filters."""
        if not page.ids:
            return False, set()
        ids = set(page.ids)
        condition = None if "q" in self._ignored_filters else titles.dividing(page.titles, query.titles)
        if condition:
            whole, found = yield from self._fetch_each(query.split(condition))
            ids |= found
            if page.ids <= found:
                is_new = len(found) > len(page.ids)
                return whole and (is_new or (yield from self._filters_first(query, page, condition))), ids
            self._ignored_filters.add("q")
        for name, each in self._filters(page):
            if self._is_budget_spent:
                break
            if name not in query.filters:
                whole, found = yield from self._fetch_each(
                    (query.with_filter(name, value) for value in each), page.ids
                )
                ids |= found
                # Parts that cover the whole page most likely cover what was cut off, too.
                if whole and page.ids <= found and name != "filter":
                    break
        return False, ids

    def _filters_first(self, query: Query, page: Page, condition: str) -> Generator[ListedEvent, None, bool]:
        """Whether Vyte filters before it limits, when both parts by title have no more than the whole page had.

        If it limited first, the parts would only repeat the page, whatever was cut off. To tell, ask with a limit of
        one for a title unlike that of the page's first event: a server that limits first finds nothing.
        """
        first, *others = (titles.meets(title, condition) for title in page.titles)
        if query.titles or first not in (not other for other in others) or "limit" not in query.filters:
            return True
        other_half = titles.negated(condition) if first else condition
        control = replace(query, filters={**query.filters, "limit": 1}, titles=(other_half,), last="q")
        _, found = yield from self._fetch(control)
        return bool(found)

    def _filters(self, page: Page) -> Iterator[tuple[str, Iterable[Any]]]:
        """Filters to partition by where titles do not, the most important first: the budget may end."""
        yield "filter", ["upcoming"]
        yield "creator_emails", _shuffled(self._creators | page.creators)
        yield "group_ids", _shuffled(self._groups | page.groups)
        yield "invitee_emails", _shuffled(page.invitees)
        yield "filter", ["confirmed"]

    @cached_property
    def _creators(self) -> set[str]:
        """Addresses of the team's users, and of the creators of mirrored events."""
        try:
            users = self.client.users.list()
        except VyteError:
            users = []
        mirrored = (
            fresh(Event.objects.all())
            .filter(team=self.team)
            .order_by()
            .values_list("creator_email", flat=True)
        )
        return {email for user in users for email in payloads.emails(values.as_dict(user))} | set(
            mirrored.distinct()
        )

    @cached_property
    def _groups(self) -> set[str]:
        mirrored = fresh(EventGroup.objects.all()).filter(event__team=self.team).order_by()
        return set(mirrored.values_list("group_id", flat=True).distinct())


def _shuffled(found: set[str]) -> list[list[str]]:
    """Each value as a list of one, at random: repeated runs get round to all where the budget ends first."""
    return [[value] for value in random.sample(sorted(found), len(found)) if value]
