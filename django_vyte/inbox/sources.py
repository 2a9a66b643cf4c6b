"""Where calls come from: what a source has to know, and what its work comes to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from django_vyte.exceptions import VyteError
from django_vyte.inbox import parsing
from django_vyte.models import ApiKey, Team

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from django_vyte.client import VyteClient
    from django_vyte.mirror import Answer
    from django_vyte.models import Delivery


class NotThereYet(VyteError):
    """What a call is about is not, or not yet, to be found: it is looked for as often as what Vyte answers 404 to."""


@dataclass(slots=True)
class Outcome:
    """What processing led to.

    Primary keys of the rows whose receivers are to be told and of the deliveries to go on with, seconds until a retry,
    what could not be done, and the number of deliveries that were closed or put off. ``answers`` are still to be
    mirrored.
    """

    changes: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    more: list[int] = field(default_factory=list)
    retry: dict[int, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    deliveries: int = 0

    def add(self, done: Outcome) -> None:
        """Take over what another part of the work led to."""
        self.changes += done.changes
        self.members += done.members
        self.more += done.more
        self.retry |= done.retry
        self.problems += done.problems
        self.answers += done.answers
        self.deliveries += done.deliveries


@dataclass
class Visit:
    """What the asks of one team share while a worker is at them; ``keep`` is to be called now and then in long work."""

    team_id: int | None
    keep: Callable[..., object]

    @property
    def owner(self) -> int:
        """The primary key of the team; ValueError when the call is of none."""
        if self.team_id is None:
            raise ValueError("The team of this call is not linked any more.")
        return self.team_id

    @cached_property
    def team(self) -> Team:
        """The team itself; ValueError when the call is of none."""
        return Team.objects.get(pk=self.owner)

    @cached_property
    def client(self) -> VyteClient:
        """Speaks to Vyte as the team; VyteError when it has no key, ValueError when the call is of no team."""
        return ApiKey.client_for(self.owner)


class Ask(Protocol):
    """One thing that a call asks to be done."""

    @property
    def subject(self) -> str:
        """What it is about, at most 100 characters; calls with the same subject are served by one answer.

        ``KIND:ID`` for what can be looked at in one request, together with others; any other text is worked on alone.
        """

    def merged(self, *later: Ask) -> Ask:
        """This and later asks with the same subject, as one."""


class Source(Protocol):
    """Where calls come from: reads them, and does what they ask for."""

    name: str

    def asks(self, call: dict[str, object], came: dt.datetime | None) -> Sequence[Ask]:
        """What one call, which came at this time, asks for; nothing when nobody handles it.

        ValueError with a sentence when it is unreadable. ``came`` is None where only the subjects matter.
        """

    def fulfil(self, ask: Ask, delivery: Delivery, visit: Visit) -> Outcome:
        """Do it; ``Outcome.answers`` are mirrored together with those of other asks.

        A VyteError means that it is to be tried again later, and so does any other exception, which also keeps what
        else the delivery asks for waiting.
        """


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have deliveries of ``source.name`` handled by ``source``."""
    SOURCES[source.name] = source


def read(source: Source, body: parsing.Body, came: dt.datetime | None = None) -> tuple[list[Ask], list[str]]:
    """The asks of a body, those about the same thing merged, and what could not be read."""
    asks: list[Ask] = []
    problems = list(body.problems)
    for call in body.calls:
        try:
            asks += source.asks(call, came)
        except ValueError as error:
            problems.append(str(error))
    return merged(asks), problems


def merged(asks: Iterable[Ask]) -> list[Ask]:
    """One ask for each subject, in the order of their first mention."""
    found: defaultdict[str, list[Ask]] = defaultdict(list)
    for ask in asks:
        found[ask.subject].append(ask)
    return [first.merged(*later) if later else first for first, *later in found.values()]
