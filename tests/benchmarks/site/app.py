"""The Celery app of the benchmarks: its worker prints when its first task begins, and has a signal receiver."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.dispatch import receiver

from django_vyte.signals import event_updated

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.site.settings")
app = Celery("benchmarks")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def note_begin(**named: Any) -> None:
    """Prints the time on a clock that all processes share, once only and past Celery, which takes what is printed."""
    task_prerun.disconnect(note_begin)
    print("began", time.monotonic(), file=sys.__stdout__, flush=True)


@receiver(event_updated)
def listen(**named: Any) -> None:
    """A receiver with nothing to do."""
