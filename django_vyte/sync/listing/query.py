"""One query of a list of events, and what its page shows for making further queries."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from django_vyte import payloads
from django_vyte.payloads import values
from django_vyte.sync.listing import titles

# Events of a page that are read for titles, creators, groups and invitees to partition it by.
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """Filters as ``client.events.iterate`` takes them, and conditions on titles, all of which must hold.

    ``last`` is the name of the filter that was added last, ``q`` for a condition on titles.
    """

    filters: dict[str, Any]
    titles: tuple[str, ...] = ()
    last: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments for ``client.events.iterate``."""
        return {**self.filters, "q": titles.expression(self.titles)} if self.titles else self.filters

    def split(self, condition: str) -> list[Query]:
        """Two queries, for the titles that meet a condition and for all others.

        In random order: where the budget ends before both are done, repeated runs still get round to both.
        """
        conditions = random.sample((titles.negated(condition), condition), 2)
        return [replace(self, titles=(*self.titles, each), last="q") for each in conditions]

    def with_filter(self, name: str, value: object) -> Query:
        """This query with one more filter."""
        return replace(self, filters={**self.filters, name: value}, last=name)

    def without_limit(self) -> Query:
        """This query with the limit that Vyte applies by default."""
        return replace(self, filters={name: value for name, value in self.filters.items() if name != "limit"})

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether an event was asked for, as far as it shows the fields that are filtered by."""
        shown = {
            "creator_emails": {values.email(values.as_dict(event.get("created_by")).get("email"))} - {""},
            "group_ids": set(payloads.groups(event)),
            "invitee_emails": {person.email for person in payloads.invitees(event)} - {""},
        }
        wanted = ((self.filters.get(name), what) for name, what in shown.items())
        if any(value and what and what.isdisjoint(value) for value, what in wanted):
            return False
        return not self.titles or bool(titles.expression(self.titles).search(title_of(event)))


@dataclass(slots=True)
class Page:
    """The answer to a query: its length and ids, and if it may be cut, what a sample has to partition it by."""

    is_cut: bool = False
    matches_query: bool = True
    items: int = 0
    ids: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    creators: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    invitees: set[str] = field(default_factory=set)

    def add(self, key: str, event: dict[str, Any], query: Query) -> None:
        """Note an event of the page, and whether it matches the query."""
        self.ids.add(key)
        if self.is_cut and len(self.titles) < SAMPLE:
            self.matches_query &= query.matches(event)
            self.titles.append(title_of(event))
            self.creators.add(values.email(values.as_dict(event.get("created_by")).get("email")))
            self.groups.update(payloads.groups(event))
            self.invitees.update(person.email for person in payloads.invitees(event))


def title_of(event: dict[str, Any]) -> str:
    """The title that an event is searched by; empty for one without."""
    title = event.get("title")
    return title if isinstance(title, str) else ""
