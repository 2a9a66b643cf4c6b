"""``manage.py vyte_doctor``: report what is wrong and what to do about it; non-zero exit when something is."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_vyte.management.teams import add_team_argument
from django_vyte.ops import doctor
from django_vyte.ops.doctor import Finding, Level

# Exit codes: warnings alone can wait until morning.
ERRORS, WARNINGS = 1, 3


class Command(BaseCommand):
    """Say what is wrong and what to do about it."""

    help = (
        "Say what is wrong with this site, its teams and its work, and what to do about it. Changes nothing."
    )
    # The doctor runs them itself: otherwise an error of theirs would end the command before its report.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)
        parser.add_argument(
            "--network", action="store_true", help="call this site at its public address, too, as Vyte does"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in doctor.run_checks(options["team"] or "", network=options["network"]):
            findings.append(finding)
            if not options["json"]:
                self.show(finding, options["verbosity"])
        levels = [finding.level for finding in findings]
        errors, warnings = levels.count(Level.ERROR), levels.count(Level.WARNING)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(findings, errors, warnings), indent=2))
        if errors or warnings:
            raise CommandError(
                f"Errors: {errors}, warnings: {warnings}. What to do stands above.",
                returncode=ERRORS if errors else WARNINGS,
            )
        if options["verbosity"] and not options["json"]:
            self.stdout.write("Nothing is wrong.")

    def show(self, finding: Finding, verbosity: int) -> None:
        """Print one finding, with the next step below it."""
        if finding.level is Level.OK:
            if verbosity:
                self.write(f"{finding.level:<8} {finding.about}: {finding.text}")
            return
        self.write(f"{finding.level:<8} {finding.about}: {finding.text} [{finding.id}]")
        self.write(f"-> {finding.hint}", indent=9)

    def write(self, text: str, indent: int = 0) -> None:
        """Print a text at once, with further lines indented like the first."""
        self.stdout.write(" " * indent + text.replace("\n", "\n" + " " * 9))
        self.stdout.flush()


def as_json(findings: list[Finding], errors: int, warnings: int) -> dict[str, Any]:
    """All findings, those without a problem included."""
    return {
        "healthy": not errors and not warnings,
        "errors": errors,
        "warnings": warnings,
        "findings": [{**dataclasses.asdict(each), "team": each.team or None} for each in findings],
    }
