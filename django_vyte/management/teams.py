"""Shared by commands that work on linked teams: the option ``--team``, and running one function for each team."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from django_vyte.accounts import remedies
from django_vyte.client import VyteClient
from django_vyte.db import fresh
from django_vyte.models import Team


def add_team_argument(parser: ArgumentParser) -> None:
    """Add the option ``--team ID``."""
    parser.add_argument("--team", metavar="ID", help="Vyte's id of one linked team; all of them without it")


def check_address() -> None:
    """CommandError when ``VYTE["API_URL"]`` is no URL: commands may run without the system checks."""
    try:
        VyteClient("any").close()
    except ValueError as error:
        raise CommandError(f"VYTE['API_URL'] cannot be used: {error}") from None


def chosen(options: dict[str, Any]) -> list[Team]:
    """The team of ``--team``, or all linked teams; CommandError when there is none, or ``API_URL`` is no URL."""
    check_address()
    teams = list(fresh(Team.objects.all()).order_by("pk"))
    if not teams:
        raise CommandError("No team is linked. Link one: manage.py vyte_link_team")
    wanted = options["team"]
    if not wanted:
        return teams
    found = [team for team in teams if team.vyte_id == wanted]
    if not found:
        known = ", ".join(f"{team.vyte_id} ({team})" for team in teams)
        raise CommandError(f"No team {wanted} is linked. Linked are: {known}")
    return found


def for_each(teams: list[Team], function: Callable[[Team], object], stderr: OutputWrapper) -> None:
    """Call ``function`` with every team, also after one failed; CommandError at the end if any did."""
    failed = 0
    for team in teams:
        try:
            function(team)
        except remedies.REQUEST_ERRORS as error:
            failed += 1
            stderr.write(f"{team}: {remedies.about_team(error)}")
    if failed:
        raise CommandError(
            f"{failed} of {len(teams)} teams failed." if len(teams) > 1 else "Failed: see above."
        )
