"""The doctor's checks of the whole site: settings, Celery's broker, database and migrations."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from django_vyte.database_checks import check_database
from django_vyte.db import fresh
from django_vyte.jobs.publishing import broker_problem
from django_vyte.models.delivery import Delivery
from django_vyte.ops.doctor.finding import MAX_SKEW, Finding, Level, clock_finding, fine, wrong

APP = "django_vyte"
# Seconds since 1970 by the clock of a server, now and not when the transaction began.
NOW = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "mysql": "SELECT unix_timestamp(sysdate(6))",
}
# System checks whose faults the doctor finds by a request of its own (``endpoint``), which says more.
FOUND_BY_REQUEST = {f"{APP}.W{number:03}" for number in range(2, 6)}


def settings(skip: Collection[str] = ()) -> Iterator[Finding]:
    """The system checks of this package, without silenced ones and the ids in ``skip``."""
    found = (message for message in checks.run_checks(tags=[APP]) if not message.is_silenced())
    messages = [message for message in found if message.id not in skip]
    for message in messages:
        yield _of_check(message)
    if not messages:
        yield fine("settings", "The system checks find nothing wrong with the settings.")


def _of_check(message: checks.CheckMessage) -> Finding:
    level = Level.ERROR if message.level >= checks.ERROR else Level.WARNING
    return Finding(str(message.id), level, str(message.msg), str(message.hint or "See docs/run/checks.md."))


def broker() -> Iterator[Finding]:
    """Whether Celery can publish a message. A warning: without a broker, work waits in the database for a sweep."""
    problem = broker_problem()
    if problem:
        yield wrong(
            "broker_unreachable",
            f"Celery's broker cannot be reached: {problem}. Work waits for a sweep.",
            "Start it, or correct broker_url of your Celery app. Meanwhile: manage.py vyte_inbox process",
        )
    else:
        yield fine("broker", "Celery's broker can be reached.")


def database() -> Iterator[Finding]:
    """The system checks of the database, and its clock where it has one of its own."""
    connection = connections[router.db_for_write(Delivery)]
    messages = check_database(None, databases=[connection.alias])
    yield from (_of_check(message) for message in messages if not message.is_silenced())
    now = NOW.get(connection.vendor)
    if now is None:
        return
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute(now)
        ahead = (before + time.time()) / 2 - float(cursor.fetchone()[0])
    if abs(ahead) > MAX_SKEW:
        yield clock_finding("database_clock_differs", "the database's", ahead)
    elif not messages:
        also = " It stores every character and knows time zones." if connection.vendor == "mysql" else ""
        yield fine("database", f"The database has the time of this machine.{also}")


def tables() -> Iterator[Finding]:
    """Whether the database answers and all migrations of this package are applied."""
    connection = connections[router.db_for_write(Delivery)]
    try:
        missing = _unapplied(MigrationRecorder(connection))
    except Error as error:
        yield wrong(
            "database_unreachable",
            f"The database {connection.alias!r} does not answer: {type(error).__name__}.",
            f"Start it, or correct DATABASES[{connection.alias!r}].",
        )
        return
    if missing:
        text = f"Migrations are not applied: {', '.join(missing)}."
        which = "" if connection.alias == DEFAULT_DB_ALIAS else f" --database {connection.alias}"
        yield wrong("migrations_unapplied", text, f"manage.py migrate {APP}{which}")
    else:
        yield fine("tables", "All migrations are applied.")


def _unapplied(recorder: MigrationRecorder) -> list[str]:
    """The names of this package's migrations that the database does not have, in order."""
    rows = fresh(recorder.migration_qs.filter(app=APP)) if recorder.has_table() else []
    applied = {row.name for row in rows}
    return sorted(
        name for app, name in MigrationLoader(None).disk_migrations if app == APP and name not in applied
    )
