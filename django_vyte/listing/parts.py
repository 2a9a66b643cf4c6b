"""Parts of a list: what to ask Vyte for, and what an answer shows of it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django_vyte import payloads, values
from django_vyte.listing import titles

# How many events of an answer are looked at for what to divide it by.
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """A question: filters as the client takes them, and conditions on titles, all of which must hold."""

    filters: dict[str, Any]
    titles: tuple[str, ...] = ()

    @property
    def query(self) -> dict[str, Any]:
        """What to ask Vyte for."""
        return {**self.filters, "q": titles.expression(self.titles)} if self.titles else self.filters

    def halves(self, condition: str) -> list[Part]:
        """By lot, so that one run after another gets round to all of them, where one is not enough."""
        conditions = random.sample((titles.negated(condition), condition), 2)
        return [replace(self, titles=(*self.titles, each)) for each in conditions]

    def is_met_by(self, shown: Iterable[str]) -> bool:
        """Whether Vyte searched these titles as it was asked to."""
        meets = titles.expression(self.titles).search
        return all(map(meets, shown))


@dataclass(slots=True)
class Shown:
    """What an answer shows; more than ids only where it may be cut and has to be divided, and of a sample."""

    is_cut: bool = False
    items: int = 0
    ids: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    creators: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    invitees: set[str] = field(default_factory=set)

    def note(self, key: str, event: dict[str, Any]) -> None:
        """Keep what later questions can be made of."""
        self.ids.add(key)
        if self.is_cut and len(self.titles) < SAMPLE:
            title = event.get("title")
            self.titles.append(title if isinstance(title, str) else "")
            self.creators.add(values.email(values.thing(event.get("created_by")).get("email")))
            self.groups.update(payloads.groups(event))
            self.invitees.update(person.email for person in payloads.people(event))
