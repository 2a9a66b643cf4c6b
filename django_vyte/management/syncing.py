"""Syncs a team for a command: a progress bar, a summary line, warnings on stderr."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand

from django_vyte.management.progress import progress
from django_vyte.models import Team
from django_vyte.sync.team import SyncSummary, sync_team


def sync_and_report(command: BaseCommand, team: Team, *, verbosity: int, **limits: Any) -> SyncSummary:
    """Mirror a team, print the result, and announce the changes to receivers; raises VyteError.

    ``limits`` are ``group``, ``since`` and ``dry_run`` of ``sync_team``.
    """
    with progress(str(team), "events", verbosity=verbosity) as bar:
        summary = sync_team(team, progress=bar, expect=bar.expect, **limits)
    if verbosity:
        command.stdout.write(f"{team}: {summary_line(summary, limits.get('since'))}")
        for example in summary.mirrored.examples:
            command.stdout.write(f"  {example}")
    for warning in summary.warnings:
        command.stderr.write(f"{team}: warning: {warning}")
    return summary


def summary_line(summary: SyncSummary, since: dt.datetime | None = None) -> str:
    """``7 events: 0 new, 0 changed, 7 unchanged. 2 are gone from Vyte and cancelled here.``

    The counts add up to the number of events that Vyte listed; those that are gone are not listed.
    """
    counted = summary.mirrored
    counts = [(counted.created, "new"), (counted.changed, "changed"), (counted.unchanged, "unchanged")]
    rare = [(counted.stale, "known here in a newer state"), (len(counted.problems), "unreadable")]
    if since:
        looked_at = sum(count for count, _ in counts + rare)
        rare.append((summary.listed - looked_at, "older"))
    counts += [(count, name) for count, name in rare if count]
    noun = "event" if summary.listed == 1 else "events"
    line = f"{summary.listed:,} {noun}: " + ", ".join(f"{count:,} {name}" for count, name in counts) + "."
    if summary.is_dry_run:
        return f"{line} Nothing was written: a dry run."
    if summary.vanished:
        verb = "is" if summary.vanished == 1 else "are"
        return f"{line} {summary.vanished:,} {verb} gone from Vyte and cancelled here."
    return line if counted.created or counted.changed or counted.changes else f"{line} Nothing was written."
