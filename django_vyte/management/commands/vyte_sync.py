"""``manage.py vyte_sync``: mirror all events of the linked teams; the exit code tells whether some may be missing."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from django_vyte.accounts import remedies
from django_vyte.exceptions import UnexpectedAnswer
from django_vyte.management.syncing import sync_and_report
from django_vyte.management.teams import add_team_argument, chosen, for_each
from django_vyte.models import Team
from django_vyte.sync.team import IncompleteReason

FAILED, UNUSABLE = 1, 3
# Exit codes; the lowest one where several apply.
CODES = {IncompleteReason.EMPTY: 4, IncompleteReason.CUT_SHORT: 5, IncompleteReason.UNREADABLE: 6}


class Command(BaseCommand):
    """Mirror every meeting that Vyte lists."""

    help = (
        "Mirror the events that Vyte lists. Unchanged ones are not written; a cut-off answer writes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)
        parser.add_argument("--group", metavar="G", help="only events of this group, such as project_1")
        parser.add_argument(
            "--since",
            type=instant,
            metavar="WHEN",
            help="only events that changed since: 2026-01-31[T09:00[+01:00]]",
        )

        parser.add_argument(
            "--dry-run", action="store_true", help="say what differs from Vyte, and write nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        limits = {name: options[name] for name in ("group", "since", "dry_run")}
        codes: set[int] = set()

        def work(team: Team) -> None:
            try:
                summary = sync_and_report(self, team, verbosity=options["verbosity"], **limits)
            except remedies.REQUEST_ERRORS as error:
                codes.add(UNUSABLE if isinstance(error, UnexpectedAnswer) else FAILED)
                raise
            codes.update(CODES[reason] for reason in summary.incomplete_reasons)

        try:
            for_each(chosen(options), work, self.stderr)
        except CommandError as error:
            raise CommandError(str(error), returncode=min(codes, default=FAILED)) from None
        if codes:
            raise CommandError("Events may be missing here: see above.", returncode=min(codes))


def instant(text: str) -> dt.datetime:
    """An ISO date or datetime; without an offset it is in this site's time zone."""
    try:
        when = parse_datetime(text)
        day = parse_date(text) if when is None else None
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    if day:
        when = dt.datetime.combine(day, dt.time())
    if when is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an ISO date or datetime, such as 2026-01-31T09:00+01:00"
        )
    return when if timezone.is_aware(when) else timezone.make_aware(when)
