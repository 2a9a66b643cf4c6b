"""What holds for the whole site: settings, broker, tables and stored secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.db.migrations.executor import MigrationExecutor
from django.db.models import ExpressionWrapper, F, TextField

from django_vyte import tasks
from django_vyte.checks import TAG
from django_vyte.exceptions import DecryptionError
from django_vyte.fields import cipher, decrypt
from django_vyte.models import ApiKey, Team, ThirdPartyApp, Webhook
from django_vyte.ops.doctor.finding import Finding, Level, fine, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet

APP = "django_vyte"


def settings() -> Iterator[Finding]:
    """The system checks of this package, silenced ones left out."""
    messages = [message for message in checks.run_checks(tags=[TAG]) if not message.is_silenced()]
    for message in messages:
        level = Level.ERROR if message.level >= checks.ERROR else Level.WARNING
        yield Finding(str(message.id), level, str(message.msg), str(message.hint or "See docs/checks.md."))
    if not messages:
        yield fine("settings", "The system checks find nothing wrong with the settings.")


def broker() -> Iterator[Finding]:
    """Whether Celery could hand a message over. Nothing is lost when it cannot: rows say what is to be done."""
    problem = tasks.broker_problem()
    if problem:
        yield wrong(
            "broker_unreachable",
            f"Celery's broker cannot be reached: {problem}. Work waits for a sweep.",
            "Start it, or correct broker_url of your Celery app. Meanwhile: manage.py vyte_inbox process",
        )
    else:
        yield fine("broker", "Celery's broker can be reached.")


def tables() -> Iterator[Finding]:
    """Whether the database is there and has the tables as this version wants them."""
    connection = connections[router.db_for_write(Team)]
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes(APP))
    except Error as failure:
        yield wrong(
            "database_unreachable",
            f"The database {connection.alias!r} does not answer: {type(failure).__name__}.",
            f"Start it, or correct DATABASES[{connection.alias!r}].",
        )
        return
    missing = [migration.name for migration, _ in plan if migration.app_label == APP]
    if missing:
        text = f"Migrations are not applied: {', '.join(missing)}."
        which = "" if connection.alias == DEFAULT_DB_ALIAS else f" --database {connection.alias}"
        yield wrong("migrations_unapplied", text, f"manage.py migrate {APP}{which}")
    else:
        yield fine("tables", "All migrations are applied.")


def secrets() -> Iterator[Finding]:
    """Whether what is encrypted can be read; a revoked key is not read by anybody."""
    try:
        cipher()
    except ImproperlyConfigured:
        # The settings are at fault, which was said.
        return
    active = ApiKey.objects.filter(status=ApiKey.Status.ACTIVE)
    lost = [
        *_unreadable(active, ("key",), "API keys", "manage.py vyte_link_team"),
        *_unreadable(
            Webhook.objects.all(), ("token", "target_url"), "webhooks", "manage.py vyte_hooks register"
        ),
        *_unreadable(
            ThirdPartyApp.objects.all(), ("secret",), "third-party apps", "enter their secrets in the admin"
        ),
    ]
    yield from lost or [fine("secrets", "Every stored secret can be decrypted.")]


def _unreadable(rows: QuerySet[Model], columns: tuple[str, ...], name: str, anew: str) -> Iterator[Finding]:
    # As another kind of column they come out sealed.
    sealed = (ExpressionWrapper(F(column), output_field=TextField()) for column in columns)
    opened = [all(map(_opens, row)) for row in rows.order_by().values_list(*sealed)]
    if not all(opened):
        yield wrong(
            "secrets_unreadable",
            f"{opened.count(False)} of {len(opened)} {name} cannot be decrypted with VYTE['ENCRYPTION_KEYS'].",
            f"Put the key that they were encrypted with back into that list. Is it lost? Then {anew}",
        )


def _opens(sealed: str) -> bool:
    try:
        decrypt(sealed)
    except DecryptionError:
        return False
    return True
