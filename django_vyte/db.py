"""The database that is written to: fresh reads, transactions, retries on conflict, broken connections, statistics.

A project may have several databases: routers decide which one is written to, and which one people read. A work queue
reads its rows where it writes them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connections, router, transaction
from django.db.models import Model, QuerySet

from django_vyte import stopping

T = TypeVar("T")
Rows = TypeVar("Rows", bound=QuerySet[Any])
View = TypeVar("View", bound=Callable[..., Any])

# Attempts before a conflict with another writer is raised.
MOST_ATTEMPTS = 5


def fresh(rows: Rows) -> Rows:
    """These rows as they are in the database that they are written to, whatever routers and caches say.

    A replica lags, and a cached answer is old: work that reads there is done twice or never. Django marks a QuerySet
    that leads to a write the same way, as in ``select_for_update``, and django-cacheops caches nothing that is marked:
    https://github.com/Suor/django-cacheops/blob/master/cacheops/query.py
    """
    marked = rows.all()
    marked._for_write = True  # type: ignore[attr-defined]
    return marked


def refresh(instance: Model, fields: Sequence[str] | None = None) -> None:
    """``refresh_from_db`` with ``fresh`` rows, also of an object that was read from a replica."""
    instance.refresh_from_db(fields=fields, from_queryset=fresh(type(instance)._base_manager.all()))


def atomic(model: type[Model]) -> transaction.Atomic:
    """A transaction on the database that rows of this model are written to."""
    return transaction.atomic(using=router.db_for_write(model))


def non_atomic_requests(view: View) -> View:
    """Have no transaction opened around a view, whichever databases have ATOMIC_REQUESTS."""
    for alias in connections:
        view = transaction.non_atomic_requests(alias)(view)
    return view


def close_broken_connections() -> None:
    """Close every connection that is unusable, as Django does between requests: the next query connects anew.

    A worker that catches an error and goes on would otherwise keep a broken connection for as long as it lives.
    Inside a transaction nothing is closed: ``django.db.close_old_connections`` would end the caller's transaction.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def close_interrupted_connections(error: BaseException) -> None:
    """Close the connections that ``error`` has left unusable: after an order to stop, all of them.

    It may have come in the middle of a statement, and then its connection takes no other.
    """
    if not stopping.is_order(error):
        close_broken_connections()
        return
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def retry_on_conflict(
    function: Callable[[], T], using: str, *, harmless: tuple[type[DatabaseError], ...] = ()
) -> T:
    """Call ``function``, and call it again after a deadlock, a locked database or a lost connection.

    Inside the caller's transaction, which such an error ends, it is raised at once. ``harmless`` names errors that
    are retried, too, and leave the caller's transaction usable (``function`` has a savepoint of its own).
    """
    caught: tuple[type[Exception], ...] = (InterfaceError, OperationalError, *harmless)
    for attempt in range(MOST_ATTEMPTS):
        try:
            return function()
        except caught as error:
            close_broken_connections()
            is_over = connections[using].in_atomic_block and not isinstance(error, harmless)
            if attempt == MOST_ATTEMPTS - 1 or is_over:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
    raise AssertionError  # pragma: no cover - the loop returns or raises


def analyze_table(model: type[Model], *columns: str) -> None:
    """Refresh PostgreSQL's statistics of these columns; other databases do so while they insert.

    After a bulk insert PostgreSQL plans with the old row counts until autovacuum runs:
    https://www.postgresql.org/docs/current/planner-stats.html
    """
    connection = connections[router.db_for_write(model)]
    if connection.vendor == "postgresql":
        names = ", ".join(map(connection.ops.quote_name, columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(model._meta.db_table)} ({names})"
            )
