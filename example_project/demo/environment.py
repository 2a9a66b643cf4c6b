"""What one run of the demo has to itself, as environment variables that settings.py reads: ports, secrets, folder,
database, queue.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django_vyte.loopback import without_proxy


@dataclass(frozen=True)
class Addresses:
    """Where the two web servers are."""

    crm: str
    vyte: str


def prepare(folder: Path) -> Addresses:
    """Set the variables that settings.py reads, for this process and those it starts, and set Django up."""
    from cryptography.fernet import Fernet

    crm, vyte = (f"http://127.0.0.1:{port}" for port in free_ports())
    run = f"django_vyte_demo_{secrets.token_hex(4)}"
    os.environ |= without_proxy(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "DJANGO_DEBUG": "1",
        "PYTHONUNBUFFERED": "1",
        "VYTE_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "VYTE_SANDBOX_API_KEY": secrets.token_hex(16),
        "VYTE_PUBLIC_URL": crm,
        "VYTE_API_URL": vyte,
        "VYTE_WEB_URL": vyte,
        "VYTE_EVENT_PATH": "/event/{event_id}",
        "DEMO_FOLDER": str(folder),
        "DEMO_QUEUE": run,
        "DEMO_SWEEP_SECONDS": os.environ.get("DEMO_SWEEP_SECONDS", "2"),
    }
    url = os.environ.get("DEMO_DATABASE_URL")
    if url:
        server, _, name = url.rpartition("/")
        os.environ["DEMO_DATABASE_URL"] = f"{server}/{name}_{run[-8:]}"
    import django

    django.setup()
    return Addresses(crm, vyte)


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


@contextmanager
def own_database() -> Iterator[None]:
    """On a database server, a database that is there for this run only. SQLite's is a file in the folder."""
    from django.db import connection

    if connection.vendor == "sqlite":
        yield
        return
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    # Whatever the server was installed with: meetings have names in every script.
    charsets = {"mysql": " CHARACTER SET utf8mb4", "postgresql": " ENCODING 'UTF8' TEMPLATE template0"}
    charset = charsets.get(connection.vendor, "")
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}{charset}")
    try:
        yield
    finally:
        connection.close()
        force = " WITH (FORCE)" if connection.vendor == "postgresql" else ""
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}{force}")


@contextmanager
def own_queue() -> Iterator[None]:
    """A queue at the broker that goes when the run ends."""
    from example_project.celery import app

    try:
        yield
    finally:
        # A broker that is gone has no queue to delete.
        with suppress(app.connection().recoverable_connection_errors), app.connection() as connection:
            queue = app.amqp.queues[os.environ["DEMO_QUEUE"]].bind(connection.default_channel)
            # Redis only lets go of what this connection knows.
            queue.declare()
            queue.delete()
            queue.exchange.delete()
