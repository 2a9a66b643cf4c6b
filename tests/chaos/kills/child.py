"""The child process to be killed: runs a ``manage.py`` command and announces each statement before it is executed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

# In the process that forks the others, so that no child begins with a second of imports.
django.setup()

TABLE = re.compile(r'(?:INTO|FROM|UPDATE)\s+["`](\w+)["`]', re.IGNORECASE)


def run_command(command: Sequence[str], statements: Connection, log: Path) -> None:
    """Run the command; each statement is announced to ``statements`` before the database gets it."""
    with log.open("a", buffering=1) as output, connection.execute_wrapper(announcing(statements)):
        sys.stdout = sys.stderr = output
        call_command(*command, verbosity=0)


def announcing(statements: Connection) -> Callable[..., Any]:
    """What has each statement announced as ``INSERT django_vyte_event``."""

    def announce(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        table = TABLE.search(sql)
        statements.send(f"{sql.split(maxsplit=1)[0]} {table[1] if table else ''}".strip())
        return execute(sql, *rest)

    return announce
