"""Parts of a list: what to ask Vyte for, and what an answer shows of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from django_vyte import payloads
from django_vyte.payloads import values
from django_vyte.sync.listing import titles

# How many events of an answer are looked at for what to divide it by.
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """A question: filters as the client takes them, and conditions on titles, all of which must hold.

    ``last`` names the one that was added last, ``q`` for a condition on titles.
    """

    filters: dict[str, Any]
    titles: tuple[str, ...] = ()
    last: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """What to ask Vyte for."""
        return {**self.filters, "q": titles.expression(self.titles)} if self.titles else self.filters

    def split(self, condition: str) -> list[Query]:
        """At random, so that one run after another gets round to all of them, where one is not enough."""
        conditions = random.sample((titles.negated(condition), condition), 2)
        return [replace(self, titles=(*self.titles, each), last="q") for each in conditions]

    def with_filter(self, name: str, value: object) -> Query:
        """The part of this one that another filter leaves."""
        return replace(self, filters={**self.filters, name: value}, last=name)

    def without_limit(self) -> Query:
        """The same question, with whatever limit Vyte has of its own."""
        return replace(self, filters={name: value for name, value in self.filters.items() if name != "limit"})

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether an event was asked for, as far as it shows what was asked."""
        shown = {
            "creator_emails": {values.email(values.as_dict(event.get("created_by")).get("email"))} - {""},
            "group_ids": set(payloads.groups(event)),
            "invitee_emails": {person.email for person in payloads.people(event)} - {""},
        }
        wanted = ((self.filters.get(name), what) for name, what in shown.items())
        if any(value and what and what.isdisjoint(value) for value, what in wanted):
            return False
        return not self.titles or bool(titles.expression(self.titles).search(title_of(event)))


@dataclass(slots=True)
class Page:
    """What an answer shows; more than ids only where it may be cut and has to be divided, and of a sample."""

    is_cut: bool = False
    matches_query: bool = True
    items: int = 0
    ids: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    creators: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    invitees: set[str] = field(default_factory=set)

    def add(self, key: str, event: dict[str, Any], query: Query) -> None:
        """Keep what later questions can be made of, and whether this one was understood."""
        self.ids.add(key)
        if self.is_cut and len(self.titles) < SAMPLE:
            self.matches_query &= query.matches(event)
            self.titles.append(title_of(event))
            self.creators.add(values.email(values.as_dict(event.get("created_by")).get("email")))
            self.groups.update(payloads.groups(event))
            self.invitees.update(person.email for person in payloads.people(event))


def title_of(event: dict[str, Any]) -> str:
    """The title that an event is searched by; empty for one without."""
    title = event.get("title")
    return title if isinstance(title, str) else ""
