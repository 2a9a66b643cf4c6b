"""Reads go to a second database on a PostgreSQL server, which is copied over only when people would wait for it."""

import psycopg

from tests.hosts.settings.base import *

SERVER = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": "5432", "USER": "postgres"}
PRIMARY, REPLICA = f"{FOLDER.name}_primary", f"{FOLDER.name}_replica"
READ_ONLY = {"options": "-c default_transaction_read_only=on"}
DATABASES = {
    "default": {},
    "primary": {**SERVER, "NAME": PRIMARY},
    "replica": {**SERVER, "NAME": REPLICA, "OPTIONS": READ_ONLY},
}
DATABASE_ROUTERS = ["tests.hosts.routers.Replica"]


def execute(*statements: str) -> None:
    with psycopg.connect("host=127.0.0.1 port=5432 user=postgres dbname=postgres", autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def before() -> None:
    execute(f'CREATE DATABASE "{PRIMARY}" ENCODING UTF8 TEMPLATE template0')


def catch_up() -> None:
    """Copy the whole primary, which nobody may be connected to meanwhile."""
    from django.db import connections

    connections.close_all()
    execute(
        f'DROP DATABASE IF EXISTS "{REPLICA}" WITH (FORCE)',
        f'CREATE DATABASE "{REPLICA}" TEMPLATE "{PRIMARY}"',
    )


def clean_up() -> None:
    execute(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (REPLICA, PRIMARY)))
