"""Database connections that broke while something was done with them."""

from __future__ import annotations

from django.db import connections


def let_go_of_broken() -> None:
    """Close what cannot be used any more, as Django does between requests, so that the next query connects anew.

    A process that catches an error and goes on would otherwise keep a broken connection for as long as it lives. In a
    transaction of the caller's nothing is touched: Django's ``close_old_connections`` would end it.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
