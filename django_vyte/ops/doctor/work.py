"""What is still to be done and nobody does: calls, receivers, and the deletion of what is old.

Each query reads what an index leads to, so that tables of any size are looked at in a moment.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from django_vyte.conf import get_settings
from django_vyte.jobs.models import JobQuerySet, held_now
from django_vyte.models.delivery import AccountKey, Delivery
from django_vyte.ops import retention
from django_vyte.ops.doctor.finding import Finding, excerpt, fine, since, wrong
from django_vyte.outbox import jobs_of, message_models

# What beat sweeps every minute is not due for as long as this.
OVERDUE = dt.timedelta(minutes=5)
# Tries, the first ones a few minutes: what fails that often will fail again.
OFTEN = 6
# Beat prunes once a day.
UNPRUNED_DAYS = 3
SAMPLE = 5
# More than that is not counted.
COUNTED = 1000
# How far is looked for what no index leads to: rows at a time, and seconds in all.
STEP = 10_000
SECONDS = 1.0


def deliveries(key: AccountKey | None) -> Iterator[Finding]:
    """Calls that were given up, that fail time and again, or that nobody processes; of one account, or of all."""
    rows = Delivery.objects.all()
    if key:
        # ``account || ''`` hides the column from the planner: it would read every call that the account ever had.
        rows = rows.alias(hidden=Concat("account", Value(""))).filter(source=key.source, hidden=key.account)
    waiting = rows.open()
    found = [*_failed(rows), *_idle("deliveries", "call", waiting), *_failing("deliveries", "call", waiting)]
    yield from found or [fine("deliveries", "No call failed, and none waits for a worker.")]


def _failed(rows: JobQuerySet[Delivery]) -> Iterator[Finding]:
    failed = rows.filter(status=Delivery.Status.FAILED).order_by("-pk")
    latest = failed.values_list("pk", "error").first()
    if latest:
        yield wrong(
            "deliveries_failed",
            f"Calls were given up: {_count(failed)}. The latest, {latest[0]}: {excerpt(latest[1])}",
            "Once the reason is gone: manage.py vyte_inbox replay",
        )


def receivers(key: AccountKey | None) -> Iterator[Finding]:
    """Outbox rows that receivers were never told of; of one account, or of all."""
    found = []
    for model in message_models():
        if key and model.source != key.source:
            continue
        rows = jobs_of(model)
        rows = rows.filter(**{model.account_path: key.account}) if key else rows
        found += [
            *_given_up(model.noun, rows),
            *_idle("receivers", model.noun, rows),
            *_failing("receivers", model.noun, rows),
        ]
    yield from found or [fine("receivers", "No receiver waits to be told, and none was given up on lately.")]


def _given_up(name: str, rows: JobQuerySet[Any]) -> Iterator[Finding]:
    """No index has them: the newest rows are looked through, range by range, for about a second."""
    everything = rows.model._default_manager.order_by("pk").values_list("pk", flat=True)
    newest, oldest = everything.last(), everything.first()
    if newest is None or oldest is None:
        return
    lost = rows.filter(next_attempt_at=None, told_at=None).exclude(error="").order_by("-pk")
    count, latest, end = 0, "", time.monotonic() + SECONDS
    for top in range(newest, oldest - 1, -STEP):
        batch = lost.filter(pk__lte=top, pk__gt=top - STEP)
        count += batch.count()
        if count and not latest:
            latest = str(batch.values_list("error", flat=True).first())
        if time.monotonic() > end:
            break
    if count:
        yield wrong(
            "receivers_given_up",
            f"Receivers were given up on, {name}s: {count:,}. The latest: {excerpt(latest)}",
            "Once the receiver is mended, have it told again: docs/use/signals.md#given-up",
        )


def _idle(question: str, name: str, rows: JobQuerySet[Any]) -> Iterator[Finding]:
    """What has been due for minutes: nobody is at work, or too few are."""
    now = timezone.now()
    due = rows.filter(next_attempt_at__lt=now - OVERDUE).order_by("next_attempt_at")
    oldest = due.values_list("next_attempt_at", flat=True).first()
    if oldest is None:
        return
    text = f"A {name} has been due for {since(oldest)}"
    if rows.filter(held_now()).exists():
        hint = "Start more workers: docs/run/scaling.md#what-breaks-first"
        yield wrong(f"{question}_behind", f"{text}: workers do not keep up.", hint)
        return
    queue = get_settings().QUEUE
    worker = f"celery worker -Q {queue}" if queue else "celery worker"
    hint = f"Keep {worker} and beat running (docs/run/celery.md#beat). Here and now: manage.py vyte_inbox process"
    yield wrong(f"{question}_idle", f"{text}, and nobody is at work.", hint)


def _failing(question: str, name: str, rows: JobQuerySet[Any]) -> Iterator[Finding]:
    """What was tried often and is to be tried again; what was never tried is not even looked at."""
    waiting = rows.filter(next_attempt_at__gt=timezone.now(), attempts__gte=OFTEN).exclude(error="")
    latest = waiting.order_by("-next_attempt_at").values_list("pk", "error").first()
    if latest:
        count = f"{name.capitalize()}s fail again and again: {_count(waiting)}."
        yield wrong(
            f"{question}_failing",
            f"{count} One of them, {latest[0]}: {excerpt(latest[1])}",
            f"They are tried up to {get_settings().MAX_ATTEMPTS} times. See to the reason before they are given up.",
        )


def _count(rows: JobQuerySet[Any]) -> str:
    found = rows.values("pk")[: COUNTED + 1].count()
    return f"more than {COUNTED:,}" if found > COUNTED else str(found)


def pruning() -> Iterator[Finding]:
    """Rows that should have been deleted, or emptied, days ago."""
    settings = get_settings()
    calls = Delivery.objects.all()
    history = [(jobs_of(model), model.pruned_by) for model in message_models() if model.pruned_by]
    # Whatever else is as old as that: what came just before should be empty.
    last = calls.filter(received_at__lt=_pruned_by(settings.KEEP_PAYLOADS_DAYS)).order_by("-received_at")
    if (
        _oldest(calls, "received_at") < _pruned_by(settings.KEEP_DELIVERIES_DAYS)
        or any(_oldest(rows, column) < _pruned_by(settings.KEEP_HISTORY_DAYS) for rows, column in history)
        or any(call.body for call in last.only("body", "status")[:SAMPLE] if call.status in retention.SETTLED)
    ):
        yield wrong(
            "not_pruned",
            "Calls or changes are kept for longer than VYTE's KEEP_…_DAYS: nothing deletes them.",
            "Does beat run, with django_vyte.prune in its schedule? docs/run/celery.md#beat "
            "Here and now: manage.py vyte_inbox prune",
        )
    else:
        yield fine("pruning", "Nothing is kept for longer than it should be.")


def _oldest(rows: JobQuerySet[Any], column: str) -> dt.datetime:
    return rows.order_by(column).values_list(column, flat=True).first() or timezone.now()


def _pruned_by(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=min(days + UNPRUNED_DAYS, retention.FOR_EVER))
