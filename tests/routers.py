"""The router of the test project: a read by code that works on a queue must not be left to a router."""

from __future__ import annotations

import sys
from typing import Any

from django.db.models import Model

# What workers and commands run. Reads of the others are made for people, who may be shown a replica.
WORK = tuple(
    f"django_vyte.{name}"
    for name in (
        "accounts", "actions", "inbox", "jobs", "management", "mirror", "ops", "outbox", "sync", "tasks", "views",
    )
)  # fmt: skip
# Functions of Django that ask the router what a database is capable of, and read nothing.
ASKS_ONLY = {"_apply_rel_filters", "_check_bulk_create_options"}
# Functions of ``WORK`` that look something up for a page.
FOR_PEOPLE = {"mirrored", "find_account"}


class WorkIsReadWhereItIsWritten:
    """Fails where a module of ``WORK`` reads by itself without ``django_vyte.db.fresh``."""

    def db_for_read(self, model: type[Model], **hints: Any) -> None:
        caller = _reader()
        if caller.startswith(WORK):
            raise AssertionError(f"{caller} reads {model._meta.label} wherever a router says.")


def _reader() -> str:
    """The module outside of Django that reads something; empty where it is for a page."""
    frame = sys._getframe(2)
    while frame.f_back and str(frame.f_globals.get("__name__")).startswith("django."):
        if frame.f_code.co_name in ASKS_ONLY:
            return ""
        frame = frame.f_back
    return "" if frame.f_code.co_name in FOR_PEOPLE else str(frame.f_globals.get("__name__"))
