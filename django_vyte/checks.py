"""System checks of ``VYTE`` and of the project's setup; docs/run/checks.md explains each id."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import router
from django.db.models import IntegerField, Model
from django.urls import NoReverseMatch

from django_vyte import conf
from django_vyte.encryption import cipher
from django_vyte.jobs.models import JobQuerySet
from django_vyte.loopback import is_secure
from django_vyte.models import Delivery
from django_vyte.models.schedulable import SchedulableModel, group_model
from django_vyte.outbox import message_models
from django_vyte.public_urls import local_path

TAG = "django_vyte"
OUTBOX_HINT = (
    "Give it noun, source and account_path, objects = JobQuerySet.as_manager(), and a number as primary key."
)


@register(TAG)
def check_names(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: ``VYTE`` is missing or no dictionary; E002: an unknown key, with the nearest known one."""
    value = getattr(settings, "VYTE", None)
    if not isinstance(value, dict):
        problem = "VYTE is missing from the settings." if value is None else "VYTE is not a dictionary."
        hint = 'VYTE = {"ENCRYPTION_KEYS": [...], "PUBLIC_URL": "https://your.site"}'
        return [Error(problem, hint=hint, id="django_vyte.E001")]
    messages: list[CheckMessage] = []
    for name in value:
        if name in conf.NAMES:
            continue
        near = difflib.get_close_matches(str(name).upper(), conf.NAMES, 1, 0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"The keys are: {', '.join(conf.NAMES)}."
        messages.append(Error(f"VYTE has no setting {name!r}.", hint=hint, id="django_vyte.E002"))
    return messages


@register(TAG)
def check_encryption_keys(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: no encryption key, or a malformed one."""
    try:
        cipher()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="django_vyte.E003")]
    return []


@register(TAG)
def check_public_url(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: ``PUBLIC_URL`` is missing, is not https, or holds more than host and the path in front of the site."""
    url = conf.get_settings().PUBLIC_URL
    hint = "Set it to where Vyte can reach this site, such as https://crm.example.com."
    if not url:
        problem = "is missing."
    elif not is_secure(url):
        problem, hint = "is not an https URL.", f"{hint} Vyte calls https only."
    elif not url.isprintable() or set(url) & set("?#@\\ "):
        problem = "has a query, a fragment, a login or a space."
        hint = "Leave it out. A path is fine, where the web server has this site below one."
    elif _ends_with_endpoint(url):
        problem = "has a path that your urlpatterns add."
        hint = "Leave out /…/webhooks. A path is fine, where the web server has this site below one."
    else:
        return []
    return [Error(f"VYTE['PUBLIC_URL'] {problem}", hint=hint, id="django_vyte.E004")]


def _ends_with_endpoint(url: str) -> bool:
    try:
        return url.endswith(local_path("django_vyte:webhook", "-").removesuffix("/-/"))
    except NoReverseMatch:
        return False


@register(TAG)
def check_values(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E008: a setting with a value of the wrong type or range."""
    current = conf.get_settings()
    wrong = {name: hint for name, (fits, hint) in VALUES.items() if not fits(getattr(current, name))}
    return [
        Error(f"VYTE[{name!r}] cannot be {getattr(current, name)!r}.", hint=hint, id="django_vyte.E008")
        for name, hint in wrong.items()
    ]


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _is_timeout(value: object) -> bool:
    return all(map(_is_seconds, value if isinstance(value, tuple) and len(value) == 2 else (value,)))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_amount(value: object) -> bool:
    return _is_count(value) and value != 0


def _is_url(value: object) -> bool:
    # Keys and tokens of links are sent there, which http would show to everybody on the way.
    return is_secure(str(value)) and not urlsplit(str(value)).query


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/")


COUNT = (_is_count, "A whole number, 0 for none.")
SECONDS = (_is_seconds, "Seconds, a number above 0.")
AMOUNT = (_is_amount, "A whole number above 0.")
URL = (_is_url, "https and a host, such as https://api.vyte.in; http for this machine only.")
VALUES: dict[str, tuple[Callable[[object], bool], str]] = {
    "API_URL": URL,
    "WEB_URL": URL,
    "TIMEOUT": (_is_timeout, "Seconds: one number, or a tuple of two, to connect and to read."),
    "RETRIES": COUNT,
    "DEADLINE": SECONDS,
    "LIST_DEADLINE": SECONDS,
    "CIRCUIT_FAILURES": COUNT,
    "CIRCUIT_SECONDS": SECONDS,
    "MAX_BODY_BYTES": AMOUNT,
    "MAX_ATTEMPTS": AMOUNT,
    "LEASE_SECONDS": AMOUNT,
    "KEEP_PAYLOADS_DAYS": AMOUNT,
    "KEEP_DELIVERIES_DAYS": AMOUNT,
    "KEEP_HISTORY_DAYS": AMOUNT,
    "HOOKS_PATH": (_is_path, "A path that begins with a slash."),
    "JOIN_PATH": (_is_path, "A path that begins with a slash."),
    "EVENT_PATH": (_is_path, "A path that begins with a slash."),
    "DELETE_INVITEE_METHOD": (lambda value: value in ("POST", "DELETE"), "It is 'POST' or 'DELETE'."),
}


@register(TAG)
def check_urls(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005: the webhook endpoint is not among the project's URLs."""
    try:
        local_path("django_vyte:webhook", "token")
    except NoReverseMatch:
        hint = 'Add path("vyte/", include("django_vyte.urls")) to your urlpatterns.'
        return [Error("The webhook endpoint has no URL.", hint=hint, id="django_vyte.E005")]
    return []


@register(TAG)
def check_apps(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E006: Django REST framework is not installed."""
    if apps.is_installed("rest_framework"):
        return []
    hint = 'Add "rest_framework" to INSTALLED_APPS.'
    return [Error("django_vyte needs Django REST framework.", hint=hint, id="django_vyte.E006")]


@register(TAG)
def check_time_zones(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E007: ``USE_TZ`` is off; without time zones, meetings would be shown at the wrong time."""
    if settings.USE_TZ:
        return []
    return [Error("django_vyte needs time zones.", hint="Set USE_TZ = True.", id="django_vyte.E007")]


@register(TAG)
def check_outbox_models(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E009: an outbox model of some app that could not be dispatched, swept or looked into."""
    return [
        Error(
            f"{model._meta.label} cannot be an outbox model.",
            hint=OUTBOX_HINT,
            obj=model,
            id="django_vyte.E009",
        )
        for model in message_models()
        if not all(isinstance(getattr(model, name, None), str) for name in ("noun", "source", "account_path"))
        or not isinstance(model._default_manager.all(), JobQuerySet)
        or not isinstance(model._meta.pk, IntegerField)
    ]


@register(TAG)
def check_group_ids(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """E010: objects of two schedulable models would have the same group ids, and so the same meetings."""
    by_name: dict[str, type[SchedulableModel]] = {}
    messages: list[CheckMessage] = []
    for model in apps.get_models():
        if not _names_its_groups(model):
            continue
        other = by_name.setdefault(model._meta.model_name or "", model)
        if other is not model:
            text = f"{other._meta.label} and {model._meta.label} would share the meetings of their objects."
            hint = "Override vyte_group_id and from_vyte_group_ids in one of them."
            messages.append(Error(text, hint=hint, obj=model, id="django_vyte.E010"))
    return messages


def _names_its_groups(model: type[Model]) -> TypeGuard[type[SchedulableModel]]:
    """Whether the ids of groups begin with this model's name."""
    if not issubclass(model, SchedulableModel) or group_model(model) is not model:
        return False
    return model.vyte_group_id is SchedulableModel.vyte_group_id


@register(TAG)
def check_sqlite(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: SQLite without ``transaction_mode`` IMMEDIATE fails with "database is locked" when two processes write.

    https://docs.djangoproject.com/en/stable/ref/databases/#database-is-locked-errors
    """
    # A replica, or a database that has nothing of this package, is not written to here.
    databases: dict[str, Any] = settings.DATABASES
    if not _may_lock(databases.get(router.db_for_write(Delivery), {})):
        return []
    hint = 'Set "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20} for this database.'
    text = "SQLite fails with 'database is locked' where web server and worker write at once."
    return [Warning(text, hint=hint, id="django_vyte.W001")]


def _may_lock(database: dict[str, Any]) -> bool:
    in_file = database.get("ENGINE", "").endswith("sqlite3") and "memory" not in str(database.get("NAME", ""))
    return in_file and database.get("OPTIONS", {}).get("transaction_mode", "").upper() != "IMMEDIATE"
