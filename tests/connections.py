"""A database connection that is lost in the middle of something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import OperationalError, connection


@contextmanager
def lost_connection(at: str) -> Iterator[None]:
    """Has the first statement that contains ``at`` fail, and every one after it until the connection is given up."""
    losses = iter([True])
    lost = False

    def execute(execute: Any, sql: str, *arguments: Any) -> Any:
        nonlocal lost
        lost = lost or (at in sql and next(losses, False))
        if lost:
            raise OperationalError("The server closed the connection.")
        return execute(sql, *arguments)

    def give_up() -> None:
        nonlocal lost
        lost = False

    with (
        mock.patch.object(connection, "close_if_unusable_or_obsolete", give_up),
        connection.execute_wrapper(execute),
    ):
        yield
