"""The doctor's checks of pending work: failed or overdue deliveries and signal receivers, and overdue pruning.

Each query follows an index, so that a check takes a moment in tables of any size.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from django_vyte.conf import get_settings
from django_vyte.db import fresh
from django_vyte.inbox.sources import SOURCES
from django_vyte.jobs.models import JobQuerySet, held_now
from django_vyte.models.delivery import AccountKey, Delivery
from django_vyte.ops import retention
from django_vyte.ops.doctor.finding import Finding, excerpt, fine, since, wrong
from django_vyte.outbox import jobs_of, message_models

# Rows due for longer than this are overdue: beat sweeps every minute.
OVERDUE = dt.timedelta(minutes=5)
# The same where no worker answers.
UNATTENDED = dt.timedelta(seconds=20)
# Attempts, with a few minutes between the first ones, after which a job counts as failing again and again.
OFTEN = 6
# Days after which rows should have been pruned: beat prunes once a day.
UNPRUNED_DAYS = 3
SAMPLE = 5
# The name of a receiver at the beginning of a line of an outbox row's error.
RECEIVER = re.compile(r"([\w.<>]+): ")
# Rows are counted up to this number.
MAX_COUNT = 1000
# Limits of a search without an index: rows at a time, and seconds in all.
STEP = 100_000
SECONDS = 1.0


def deliveries(key: AccountKey | None = None, overdue: dt.timedelta = OVERDUE) -> Iterator[Finding]:
    """Webhook calls that were given up, fail again and again, or are overdue; of one account, or of all."""
    rows = fresh(Delivery.objects.all())
    rows = rows.of_hidden(key) if key else rows
    waiting = rows.open().filter(source__in=SOURCES)
    found = [
        *_failed(rows),
        *_idle("deliveries", "call", waiting, overdue),
        *_failing("deliveries", "call", waiting),
    ]
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


def receivers(key: AccountKey | None = None, overdue: dt.timedelta = OVERDUE) -> Iterator[Finding]:
    """Outbox rows not yet dispatched to all receivers: given up, failing, or overdue; of one account, or of all."""
    found = []
    for model in message_models():
        if key and model.source != key.source:
            continue
        rows = jobs_of(model)
        rows = rows.filter(**{model.account_path: key.account}) if key else rows
        found += [
            *_given_up(model.noun, rows),
            *_idle("receivers", model.noun, rows, overdue),
            *_raising(model.noun, rows),
        ]
    yield from found or [
        fine("receivers", "No dispatch to a receiver is overdue, and none was given up lately.")
    ]


def _given_up(name: str, rows: JobQuerySet[Any]) -> Iterator[Finding]:
    """Rows whose dispatch was given up. No index has them: reads the newest rows in ranges for about a second."""
    everything = fresh(rows.model._default_manager.all()).order_by("pk").values_list("pk", flat=True)
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
            "Once the receiver is fixed, dispatch them again: docs/use/signals.md#given-up",
        )


def _idle(check: str, name: str, rows: JobQuerySet[Any], overdue: dt.timedelta) -> Iterator[Finding]:
    """Overdue rows: no worker runs, or too few do."""
    now = timezone.now()
    due = rows.filter(next_attempt_at__lt=now - overdue).order_by("next_attempt_at")
    oldest = due.values_list("next_attempt_at", flat=True).first()
    if oldest is None:
        return
    text = f"A {name} has been due for {since(oldest)}"
    if rows.filter(held_now()).exists():
        hint = "Start more workers: docs/run/scaling.md#what-breaks-first"
        yield wrong(f"{check}_behind", f"{text}: workers do not keep up.", hint)
        return
    queue = get_settings().QUEUE
    worker = f"celery worker -Q {queue}" if queue else "celery worker"
    hint = f"Keep {worker} and beat running (docs/run/celery.md#beat). Here and now: manage.py vyte_inbox process"
    yield wrong(f"{check}_idle", f"{text}, and no worker is running.", hint)


def _failing(check: str, name: str, rows: JobQuerySet[Any]) -> Iterator[Finding]:
    """Rows that failed often and wait for a retry."""
    waiting = rows.filter(next_attempt_at__gt=timezone.now(), attempts__gte=OFTEN).exclude(error="")
    latest = waiting.order_by("-next_attempt_at").values_list("pk", "error").first()
    if latest:
        count = f"{name.capitalize()}s fail again and again: {_count(waiting)}."
        yield wrong(
            f"{check}_failing",
            f"{count} One of them, {latest[0]}: {excerpt(latest[1])}",
            f"They are tried up to {get_settings().MAX_ATTEMPTS} times, then given up: remove the reason before.",
        )


def _raising(name: str, rows: JobQuerySet[Any]) -> Iterator[Finding]:
    """Receivers that raised and are to be called again; their names stand in the errors of the rows."""
    now = timezone.now()
    later = rows.filter(next_attempt_at__gt=now, attempts__gt=0).exclude(error="")
    failed = list(later.order_by("-next_attempt_at").values_list("pk", "attempts", "error")[:MAX_COUNT])
    # Those that are due again stand among the oldest: no index has them, and a first sync leaves many that are due.
    oldest = rows.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
    failed += [row for row in oldest.values_list("pk", "attempts", "error")[:MAX_COUNT] if row[2]]
    if not failed:
        return
    latest, _, error = failed[0]
    often = " again and again" if any(attempts >= OFTEN for _, attempts, _ in failed) else ""
    lines = (line for _, _, text in failed for line in text.splitlines())
    receivers = sorted({match[1] for line in lines if (match := RECEIVER.match(line))})
    which = f" Receivers that raise: {', '.join(receivers[:SAMPLE])}." if receivers else ""
    count = f"more than {MAX_COUNT:,}" if len(failed) >= MAX_COUNT else str(len(failed))
    yield wrong(
        "receivers_failing",
        f"{name.capitalize()}s fail{often}: {count}.{which} One of them, {latest}: {excerpt(error)}",
        f"They are tried up to {get_settings().MAX_ATTEMPTS} times, then given up: remove the reason before.",
    )


def _count(rows: JobQuerySet[Any]) -> str:
    found = rows.values("pk")[: MAX_COUNT + 1].count()
    return f"more than {MAX_COUNT:,}" if found > MAX_COUNT else str(found)


def not_installed() -> Iterator[Finding]:
    """Calls of a service whose app is not in INSTALLED_APPS any more: nobody processes them."""
    rows = fresh(Delivery.objects.all()).open().exclude(source__in=SOURCES)
    if left := set(rows.values_list("source", flat=True)[:MAX_COUNT]):
        text = f"Calls wait that no installed app processes, of: {', '.join(sorted(left))}."
        yield wrong(
            "source_not_installed", text, "Put its app back into INSTALLED_APPS, or delete the deliveries."
        )


def pruning() -> Iterator[Finding]:
    """Rows that should have been deleted, or their content emptied, days ago."""
    settings = get_settings()
    calls = fresh(Delivery.objects.all())
    history = [(jobs_of(model), model.pruned_by) for model in message_models() if model.pruned_by]
    # A sample is enough: pruning empties the oldest payloads first, so the youngest due ones show whether it runs.
    last = calls.filter(received_at__lt=_pruned_by(settings.KEEP_PAYLOADS_DAYS)).order_by("-received_at")
    if (
        _oldest(calls, "received_at") < _pruned_by(settings.KEEP_DELIVERIES_DAYS)
        or any(_oldest(rows, column) < _pruned_by(settings.KEEP_HISTORY_DAYS) for rows, column in history)
        or any(call.body for call in last.only("body", "status")[:SAMPLE] if call.status in retention.SETTLED)
    ):
        yield wrong(
            "not_pruned",
            "Calls or changes are older than VYTE's KEEP_…_DAYS: nothing prunes them.",
            "Does beat run, with django_vyte.prune in its schedule? docs/run/celery.md#beat "
            "Here and now: manage.py vyte_inbox prune",
        )
    else:
        yield fine("pruning", "Nothing is kept for longer than it should be.")


def _oldest(rows: JobQuerySet[Any], column: str) -> dt.datetime:
    return rows.order_by(column).values_list(column, flat=True).first() or timezone.now()


def _pruned_by(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=min(days + UNPRUNED_DAYS, retention.FOR_EVER))
