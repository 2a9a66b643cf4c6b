"""A start: ``django.setup()`` with the app and without, in a process that has Celery, requests and cryptography."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from tests.benchmarks.rows import Row, side_by_side
from tests.benchmarks.sandbox import environment

ROUNDS = 9
HOST = """
import sys, celery, celery.result, cryptography.fernet, django, kombu.common, requests
from django.conf import settings
apps = ["admin", "auth", "contenttypes", "messages", "sessions"]
settings.configure(
    INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "rest_framework", *sys.argv[1:]],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SECRET_KEY="only for a benchmark",
)
django.setup()
"""


def rows() -> Iterator[Row]:
    """The whole process, from nothing to set up."""
    yield side_by_side(
        "start of a process: without the app, with it",
        partial(start),
        partial(start, "django_vyte"),
        at_most=1.3,
        rounds=ROUNDS,
    )


def start(*apps: str) -> None:
    """Sets a project up that has these apps besides Django's."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", HOST, *apps], env=environment(), check=True)
