"""``Source``: what a service brings so that its webhook calls are stored, processed and shown.

A subclass is registered once, in ``AppConfig.ready``. See "Add a service" in the documentation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete

from django_vyte.exceptions import VyteError
from django_vyte.inbox.parsing import Body
from django_vyte.models.delivery import AccountKey, Delivery


class NotThereYet(VyteError):
    """What a call is about is not there, or not yet: it is tried a few times and then ignored, as after a 404."""

    means_absence = True
    aborts_run = False


class UnknownAccount(VyteError):
    """The account of a call does not exist any more: the call is tried a few times and then ignored."""

    means_absence = True
    aborts_run = False


@dataclass
class Context:
    """What the requests of one account share while a worker handles them.

    Call ``heartbeat`` now and then during long work: it renews the worker's claim.
    """

    account: str
    heartbeat: Callable[..., object]


@dataclass(slots=True)
class Result:
    """What handling a request came to: ``answers`` for ``Source.commit``, and in words what could not be done.

    A call with ``problems`` is closed as failed.
    """

    answers: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class SyncRequest(Protocol):
    """One thing that a call asks to be brought up to date."""

    @property
    def key(self) -> str:
        """What it is about, at most 100 characters; requests with the same key are served by one answer.

        ``KIND:ID`` for what one API request answers, which is handled together with others; anything else is handled
        alone, with a longer lease.
        """

    def merged(self, *later: Self) -> Self:
        """This request and later ones with the same key, as one."""


R = TypeVar("R", bound=SyncRequest)
C = TypeVar("C", bound=Context)


class Source(ABC, Generic[R, C]):
    """A service whose webhook calls the inbox takes in.

    ``name`` is stored with each delivery, ``verbose_name`` shown to people. The primary keys of ``account_model`` are
    the accounts. ``kinds`` are the KINDs of request keys, for the search in the admin. Of a call's headers only those
    in ``headers`` are stored: the others may identify or authenticate somebody.
    """

    name: ClassVar[str]
    verbose_name: ClassVar[str]
    account_model: ClassVar[type[Model]]
    kinds: ClassVar[tuple[str, ...]] = ()
    headers: ClassVar[tuple[str, ...]] = ("Content-Type", "Content-Length", "User-Agent", "X-Request-Id")

    @abstractmethod
    def parse(self, call: dict[str, Any], received_at: datetime | None) -> Sequence[R]:
        """The requests in one call; none for a call that nobody handles.

        Raises ValueError with a sentence for a call that cannot be read. ``received_at`` is None while the call is
        being stored, when only the keys matter.
        """

    @abstractmethod
    def context(self, account: str, heartbeat: Callable[..., object]) -> C:
        """What the requests of an account share, such as the client; cheap, and without asking the service."""

    @abstractmethod
    def handle(self, request: R, delivery: Delivery, context: C) -> Result:
        """Ask the service what is true now. ``delivery`` is the latest call that made this request.

        Raises VyteError for what is to be tried again later; any other exception also stops the other requests of
        the same call. No transaction is open.
        """

    @abstractmethod
    def commit(self, context: C, answers: Sequence[Any]) -> None:
        """Write the answers of many requests in one short transaction, and announce what changed.

        Raises when any of them cannot be written: all are then committed again, one by one.
        """

    def accounts(self) -> QuerySet[Any]:
        """The accounts that may have deliveries."""
        return self.account_model._default_manager.all()

    def account_deleted(self, account: str) -> None:
        """Delete the deliveries of an account that was deleted."""
        Delivery.objects.of(AccountKey(self.name, account)).delete()

    def mirrored(self, deliveries: Sequence[Delivery]) -> Mapping[int, Model]:
        """The mirrored row that each of these deliveries is about, by the delivery's primary key."""
        return {}


SOURCES: dict[str, Source[Any, Any]] = {}


def register(source: Source[Any, Any]) -> None:
    """Have deliveries of ``source.name`` handled by ``source``."""

    def account_deleted(sender: type[Model], instance: Model, **kwargs: Any) -> None:
        source.account_deleted(str(instance.pk))

    SOURCES[source.name] = source
    uid = f"django_vyte.inbox.{source.name}"
    post_delete.connect(account_deleted, source.account_model, weak=False, dispatch_uid=uid)


def requests_in(
    source: Source[R, Any], body: Body, received_at: datetime | None = None
) -> tuple[list[R], list[str]]:
    """The requests of a body, those with the same key merged, and in words what could not be read."""
    found: list[R] = []
    problems = list(body.problems)
    for call in body.calls:
        try:
            found += source.parse(call, received_at)
        except ValueError as error:
            problems.append(str(error))
    return merged(found), problems


def merged(requests: Iterable[R]) -> list[R]:
    """One request for each key, in the order of their first mention."""
    by_key: defaultdict[str, list[R]] = defaultdict(list)
    for request in requests:
        by_key[request.key].append(request)
    return [first.merged(*later) if later else first for first, *later in by_key.values()]
