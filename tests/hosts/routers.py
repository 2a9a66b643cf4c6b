"""Routers of the host projects."""

from __future__ import annotations

from typing import Any

from django.db.models import Model


class Main:
    """Everything is in "main"."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return "main"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "main"

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "main"


class Replica:
    """Reads go to "replica", but for sessions and users, without which nobody could log in while it lags."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return "primary" if model._meta.app_label in ("auth", "sessions") else "replica"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "primary"

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "primary"
