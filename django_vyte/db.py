"""Database connections that broke while something was done with them."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connections, router

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

Result = TypeVar("Result")

# How often another writer may be in the way before that is an error.
RACES = 5


def let_go_of_broken() -> None:
    """Close what cannot be used any more, as Django does between requests, so that the next query connects anew.

    A process that catches an error and goes on would otherwise keep a broken connection for as long as it lives. In a
    transaction of the caller's nothing is touched: Django's ``close_old_connections`` would end it.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def insist(
    work: Callable[[], Result], using: str, *, harmless: tuple[type[DatabaseError], ...] = ()
) -> Result:
    """Do some work with a database; again when another writer was in the way, or over a new connection when one broke.

    In a transaction of the caller's, which such an error ends, it is raised at once. ``harmless`` errors leave that
    transaction as it was.
    """
    caught: tuple[type[Exception], ...] = (InterfaceError, OperationalError, *harmless)
    for attempt in range(RACES):
        try:
            return work()
        except caught as error:
            let_go_of_broken()
            is_over = connections[using].in_atomic_block and not isinstance(error, harmless)
            if attempt == RACES - 1 or is_over:
                raise
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
    raise AssertionError  # pragma: no cover - the loop returns or raises


def look_at(model: type[Model], *columns: str) -> None:
    """Have PostgreSQL learn at once what has become of these columns; other databases notice by themselves."""
    connection = connections[router.db_for_write(model)]
    if connection.vendor == "postgresql":
        names = ", ".join(map(connection.ops.quote_name, columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(model._meta.db_table)} ({names})"
            )
