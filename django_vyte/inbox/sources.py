"""``Source``: what a service brings so that its webhook calls are stored, processed and shown.

A subclass is registered once, in ``AppConfig.ready``. See "Add a service" in the documentation.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import router
from django.db.models import CharField, IntegerField, Model, QuerySet
from django.db.models.signals import post_delete

from django_vyte.db import fresh
from django_vyte.exceptions import VyteError
from django_vyte.inbox.parsing import Body
from django_vyte.models.delivery import AccountKey, Delivery
from django_vyte.payloads.cleaning import CREDENTIALS

# Deliveries of a deleted account that one statement deletes.
DELETED_AT_ONCE = 500


class NotThereYet(VyteError):
    """What a call is about is not there, or not yet: it is tried a few times and then ignored, as after a 404."""

    means_absence = True


class UnknownAccount(VyteError):
    """The account of a call does not exist any more: the call is tried a few times and then ignored."""

    means_absence = True


@dataclass(frozen=True, slots=True)
class Received:
    """How a call came: the headers that are stored, and when."""

    headers: Mapping[str, str]
    at: datetime


@dataclass
class Context:
    """What the requests of one account share while a worker handles them.

    Call ``heartbeat`` now and then during long work: it renews the worker's claim.
    """

    account: str
    heartbeat: Callable[..., object]


@dataclass(slots=True)
class Result:
    """What handling a request came to: ``fetched`` for ``Source.commit``, and in words what could not be done.

    A call with ``problems`` is closed as failed.
    """

    fetched: list[Any] = field(default_factory=list)
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
    the accounts, a number or a text of at most 64 characters, in the database of the deliveries. ``kinds`` are the
    KINDs of request keys, for the search in the admin. ``at_once`` requests are prefetched together; with 1, none is.
    Of a call's headers only those in ``headers`` are stored: the others may identify or authenticate somebody. Members
    of a body that ``credentials`` names are removed before ``parse`` sees it.
    """

    name: ClassVar[str]
    verbose_name: ClassVar[str]
    account_model: ClassVar[type[Model]]
    kinds: ClassVar[tuple[str, ...]] = ()
    at_once: ClassVar[int] = 1
    credentials: ClassVar[frozenset[str]] = CREDENTIALS
    headers: ClassVar[tuple[str, ...]] = ("Content-Type", "Content-Length", "User-Agent", "X-Request-Id")

    @abstractmethod
    def parse(self, call: dict[str, Any], received: Received) -> Sequence[R]:
        """The requests in one JSON object of a body; none for a call that nobody handles.

        Raises ValueError with a sentence for a call that cannot be read. Called when the call is stored, for the keys
        alone, and again when it is processed.
        """

    @abstractmethod
    def context(self, account: str, heartbeat: Callable[..., object]) -> C:
        """What the requests of an account share, such as its client. Read what may fail when it is first needed."""

    def prefetch(self, requests: Sequence[R], context: C) -> None:
        """Ask the service at the same time for what ``handle`` will need about ``at_once`` requests, or fewer.

        Keep in ``context`` what came, errors included, for ``handle`` to take; what is not there it asks for itself.
        """

    @abstractmethod
    def handle(self, request: R, delivery: Delivery, context: C) -> Result:
        """Ask the service what is true now. ``delivery`` is the latest call that made this request, without its body.

        Raises VyteError for what is to be tried again later; any other exception also stops the other requests of
        the same call. No transaction is open.
        """

    @abstractmethod
    def commit(self, context: C, fetched: Sequence[Any]) -> None:
        """Write what many requests fetched in one short transaction, and announce what changed.

        Raises when any of them cannot be written: all are then committed again, one by one.
        """

    def accounts(self) -> QuerySet[Any]:
        """The accounts that may have deliveries, with what their names need; defer their secrets."""
        return self.account_model._default_manager.all()

    def find_account(self, account: str) -> Model | None:
        """The account of a delivery; None when there is none, or when the text cannot be a primary key."""
        try:
            found: Model | None = self.accounts().filter(pk=account).first()
        except (ValueError, TypeError, OverflowError, ValidationError):
            return None
        return found

    def account_deleted(self, account: str) -> None:
        """Delete the deliveries of an account that was deleted, a batch at a time and without reading their bodies."""
        rows = fresh(Delivery.objects.all()).of(AccountKey(self.name, account)).order_by("pk")
        while keys := list(rows.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
            fresh(Delivery.objects.all()).filter(pk__in=keys).only("pk").delete()

    def mirrored(self, deliveries: Sequence[Delivery]) -> Mapping[int, Model]:
        """The mirrored row that each of these deliveries is about, by the delivery's primary key."""
        return {}


SOURCES: dict[str, Source[Any, Any]] = {}


def register(source: Source[Any, Any]) -> None:
    """Have deliveries of ``source.name`` handled by ``source``; ImproperlyConfigured for a source that cannot be."""
    name, model = source.name, source.account_model
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise ImproperlyConfigured(
            f"The name of a source is up to 32 letters, digits and underscores: {name!r}."
        )
    if not isinstance(model._meta.pk, IntegerField | CharField):
        # Some databases write other keys, such as UUIDs, as another text than Python does.
        raise ImproperlyConfigured(f"The primary key of {model._meta.label} is neither a number nor a text.")
    if type(SOURCES.get(name, source)) is not type(source):
        raise ImproperlyConfigured(f"Two sources have the name {name!r}.")

    def account_deleted(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
        if using == router.db_for_write(model):
            source.account_deleted(str(instance.pk))

    SOURCES[name] = source
    # A proxy is a sender of its own.
    for sender in (
        each for each in apps.get_models() if each._meta.concrete_model is model._meta.concrete_model
    ):
        uid = f"django_vyte.inbox.{name}.{sender._meta.label}"
        post_delete.connect(account_deleted, sender, weak=False, dispatch_uid=uid)


def requests_in(source: Source[R, Any], body: Body, received: Received) -> tuple[list[R], list[str]]:
    """The requests of a body, those with the same key merged, and in words what could not be read."""
    found: list[R] = []
    problems = list(body.problems)
    for call in body.calls:
        try:
            found += source.parse(call, received)
        except ValueError as error:
            problems.append(str(error))
    return merged(found), problems


def merged(requests: Iterable[R]) -> list[R]:
    """One request for each key, in the order of their first mention."""
    by_key: defaultdict[str, list[R]] = defaultdict(list)
    for request in requests:
        by_key[request.key].append(request)
    return [first.merged(*later) if later else first for first, *later in by_key.values()]
