"""``manage.py vyte_inbox process | replay | prune | stats``: work on received webhook calls."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Min
from django.utils.timesince import timesince

from django_vyte.conf import get_settings
from django_vyte.db import fresh
from django_vyte.inbox.replay import reopen
from django_vyte.inbox.scheduling import process
from django_vyte.management.progress import progress
from django_vyte.models import Delivery, Heartbeat
from django_vyte.ops import retention, sweep
from django_vyte.outbox import jobs_of, message_models

# Time limit of one run; the next one continues.
PROCESS_SECONDS = 3600
Status = Delivery.Status


class Command(BaseCommand):
    """``process``, ``replay`` or ``prune`` what was received, or show its ``stats``."""

    help = (
        "The calls that Vyte made: process what waits, replay what failed, delete what is old, or count them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="process | replay | prune | stats")
        verbs.add_parser(
            "process", help="process all that is due and tell the receivers, here and now (for cron)"
        )
        replay = verbs.add_parser(
            "replay", help="process again what was given up, or any deliveries by number"
        )
        replay.add_argument(
            "ids", nargs="*", type=int, metavar="ID", help="numbers of deliveries, in any status"
        )
        closed = [Status.FAILED.value, Status.IGNORED.value, Status.DONE.value]
        replay.add_argument(
            "--status", choices=closed, default=closed[0], help="without numbers (default: failed)"
        )
        verbs.add_parser("prune", help="delete what is older than VYTE's KEEP_…_DAYS")
        verbs.add_parser("stats", help="how many in which status, and what waits for how long")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity: int = options["verbosity"]
        getattr(self, options["verb"])(**options)

    def process(self, **options: Any) -> None:
        """Sweep until nothing is due."""
        Heartbeat.objects.beat("sweep")
        with progress("Inbox", "rows", verbosity=self.verbosity) as update:
            swept = sweep.sweep(PROCESS_SECONDS, update)
        self.say(
            f"Processed {swept.deliveries:,} deliveries and dispatched {swept.dispatched:,} changes and members."
        )
        waiting = fresh(Delivery.objects.all()).filter(status=Status.WAITING).count()
        if waiting:
            self.say(f"{waiting:,} deliveries wait for another try. Why: manage.py vyte_inbox stats")

    def replay(self, *, ids: list[int], status: str, **options: Any) -> None:
        """Reopen deliveries and process them in this process; CommandError when one is not done afterwards."""
        rows = fresh(Delivery.objects.filter(pk__in=ids) if ids else Delivery.objects.filter(status=status))
        keys = reopen(rows)
        if left := sorted(set(ids) - set(keys)):
            self.stderr.write(
                f"Not there, being worked on, or without their body, which was pruned: {', '.join(map(str, left))}"
            )
        with progress("Replay", "deliveries", verbosity=self.verbosity) as update:
            for pk in keys:
                process(pk)
                update(1)
        done = fresh(Delivery.objects.filter(pk__in=keys, status__in=[Status.DONE, Status.IGNORED])).count()
        self.say(f"Replayed {len(keys):,} deliveries: {done:,} done, {len(keys) - done:,} not.")
        if left or done < len(keys):
            raise CommandError("Not all could be processed. Why: manage.py vyte_inbox stats")

    def prune(self, **options: Any) -> None:
        """Delete deliveries, payloads and history older than the settings say."""
        Heartbeat.objects.beat("prune")
        settings = get_settings()
        with progress("Pruning", "rows", verbosity=self.verbosity) as update:
            pruned = retention.prune(update)
        self.say(
            f"Deleted {pruned.deliveries:,} deliveries older than {settings.KEEP_DELIVERIES_DAYS} days, the content "
            f"of {pruned.payloads:,} older than {settings.KEEP_PAYLOADS_DAYS} days, and {pruned.changes:,} changes "
            f"older than {settings.KEEP_HISTORY_DAYS} days."
        )

    def stats(self, **options: Any) -> None:
        """Print the deliveries by status, the oldest open one, the latest failure, and how much is to be dispatched."""
        counts = dict(fresh(Delivery.objects.all()).order_by().values_list("status").annotate(Count("pk")))
        for status in Status:
            self.stdout.write(f"{status.value:<10} {counts.get(status.value, 0):>10,}")
        waiting = fresh(Delivery.objects.all()).open()
        oldest = waiting.aggregate(oldest=Min("received_at"))["oldest"]
        if oldest:
            self.stdout.write(
                f"The oldest that is not done came {timesince(oldest)} ago ({oldest:%Y-%m-%d %H:%M} UTC)."
            )
        for model in message_models():
            count = jobs_of(model).filter(next_attempt_at__isnull=False).count()
            self.stdout.write(f"{count:,} {model.noun}s wait for receivers.")
        trouble = (
            fresh(Delivery.objects.filter(status__in=[Status.FAILED, Status.WAITING]))
            .exclude(error="")
            .first()
        )
        if trouble:
            self.stdout.write(
                f"The latest trouble, delivery {trouble.pk} ({trouble.status}): {trouble.error[:500]}"
            )
        if counts.get(Status.FAILED):
            self.stdout.write("Once the reason is gone: manage.py vyte_inbox replay")

    def say(self, message: str) -> None:
        """Print a message, unless ``--verbosity 0`` is given."""
        if self.verbosity:
            self.stdout.write(message)
