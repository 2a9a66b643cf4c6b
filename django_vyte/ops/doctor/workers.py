"""The doctor's checks of what does the work: Celery's workers, beat's schedule, and when sweep and pruning began."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator
from typing import Any

from celery import current_app
from django.apps import apps
from django.utils import timezone

from django_vyte.conf import get_settings
from django_vyte.db import fresh
from django_vyte.jobs.models import held_now
from django_vyte.jobs.workers import consumed_queues, queue_of, wanted_queues
from django_vyte.models.delivery import Delivery
from django_vyte.models.heartbeat import Heartbeat
from django_vyte.ops.doctor.finding import Finding, fine, since, wrong
from django_vyte.outbox import jobs_of, message_models

# Beat sweeps every minute, patrols every quarter of an hour and prunes once a day.
OVERDUE = {
    "sweep": dt.timedelta(minutes=5),
    "prune": dt.timedelta(days=2),
    "patrol": dt.timedelta(hours=2),
}
# The tasks of this package that beat is to send: docs/run/celery.md#beat
SCHEDULED = ("django_vyte.sweep", "django_vyte.prune", "django_vyte.patrol")
BEAT = "docs/run/celery.md#beat"


def workers() -> Iterator[Finding]:
    """Whether a worker answers, and whether each queue of this package's messages is consumed."""
    consumed = consumed_queues()
    if consumed is None:
        return
    command = "celery -A yourproject worker"
    if not consumed:
        if _somebody_works():
            yield fine("workers", "No Celery worker answered, but one holds work: it is busy.")
            return
        which = f" -Q {get_settings().QUEUE}" if get_settings().QUEUE else ""
        hint = f"Start one: {command}{which} (docs/run/celery.md). Without workers: docs/run/celery.md#without-beat"
        yield wrong("no_worker", "No Celery worker answered.", hint)
        return
    taken = set().union(*consumed.values())
    scheduled = {queue for task, queue in _schedule().items() if task in _own_tasks()}
    if missing := sorted((wanted_queues() | scheduled) - taken):
        text = f"No worker takes messages from {', '.join(missing)}: workers take them from {', '.join(sorted(taken))}."
        hint = f"Start one: {command} -Q {','.join(missing)}. Or correct the queue in VYTE['QUEUE'], beat and routes."
        yield wrong("queue_not_consumed", text, f"{hint} docs/run/celery.md#queues")
    else:
        yield fine("workers", f"Workers that answered: {len(consumed)}. Every queue is consumed.")


def _somebody_works() -> bool:
    rows = [fresh(Delivery.objects.all()), *map(jobs_of, message_models())]
    return any(each.filter(held_now()).exists() for each in rows)


def schedule() -> Iterator[Finding]:
    """Whether the tasks in beat's schedule exist and none is missing, where a schedule can be seen."""
    planned, known = _schedule(), _own_tasks()
    misspelt = {task: _meant(task, known) for task in planned if task not in known}
    misspelt = {task: meant for task, meant in misspelt.items() if meant}
    for task, meant in misspelt.items():
        text = f"Beat's schedule has the task {task}, which does not exist."
        yield wrong("beat_task_unknown", text, f"Did you mean {meant}? {BEAT}")
    if not planned:
        return
    named, beats = {*planned, *misspelt.values()}, _beats()
    # Something else may start one, such as cron.
    missing = [
        task for task in SCHEDULED if task not in named and _is_late(task.rpartition(".")[2], beats, _never())
    ]
    if missing:
        text = f"Beat's schedule lacks: {', '.join(missing)}."
        yield wrong("beat_task_missing", text, f"Add them to CELERY_BEAT_SCHEDULE: {BEAT}")
    elif not misspelt:
        yield fine("schedule", "Beat's schedule has every task of this package.")


def _own_tasks() -> set[str]:
    return {name for name in current_app.tasks if name.startswith("django_vyte.")}


def _meant(task: str, known: set[str]) -> str:
    """The task of this package that a name resembles; empty for another app's."""
    names = {name.rpartition(".")[2]: name for name in known}
    own = task.rpartition(".")[2]
    if "vyte" in task.lower() and own in names:
        return names[own]
    near = difflib.get_close_matches(task, known, 1, 0.8 if "vyte" in task.lower() else 0.9)
    return near[0] if near else ""


def _schedule() -> dict[str, str]:
    """The queue of each task in the schedule of the Celery app, and in django-celery-beat's table if installed."""
    entries: list[tuple[str, str | None]] = [
        (str(entry["task"]), (entry.get("options") or {}).get("queue"))
        for entry in (current_app.conf.beat_schedule or {}).values()
        if isinstance(entry, dict) and entry.get("task")
    ]
    if apps.is_installed("django_celery_beat"):
        model: Any = apps.get_app_config("django_celery_beat").get_model("PeriodicTask")
        entries += fresh(model.objects.filter(enabled=True)).values_list("task", "queue")
    return {task: queue_of(task, queue) for task, queue in entries}


def heartbeats(linked_at: dt.datetime | None = None) -> Iterator[Finding]:
    """Whether sweep and pruning began lately; those that never did count from when an account was linked."""
    beats = _beats()
    late = {name for name in ("sweep", "prune") if _is_late(name, beats, linked_at or timezone.now())}
    if "sweep" in late:
        text = f"No sweep for {since(beats['sweep'])}." if "sweep" in beats else "There was never a sweep."
        hint = f"Do beat and a worker run, with django_vyte.sweep in the schedule? {BEAT}"
        yield wrong("sweep_overdue", text, f"{hint} Here and now: manage.py vyte_inbox process")
    if "prune" in late:
        text = (
            f"Nothing was pruned for {since(beats['prune'])}."
            if "prune" in beats
            else "Nothing was ever pruned."
        )
        hint = f"Does beat run, with django_vyte.prune in its schedule? {BEAT}"
        yield wrong("prune_overdue", text, f"{hint} Here and now: manage.py vyte_inbox prune")
    if beats and not late:
        yield fine(
            "heartbeats", f"Last begun: {', '.join(f'{name} {since(at)} ago' for name, at in beats.items())}."
        )


def _is_late(name: str, beats: dict[str, dt.datetime], otherwise: dt.datetime) -> bool:
    return beats.get(name, otherwise) < timezone.now() - OVERDUE[name]


def _beats() -> dict[str, dt.datetime]:
    return dict(fresh(Heartbeat.objects.order_by("name")).values_list("name", "at"))


def _never() -> dt.datetime:
    return dt.datetime.min.replace(tzinfo=dt.UTC)
