"""What the commands that work on linked teams have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from django_vyte.accounts import remedies
from django_vyte.client import VyteClient
from django_vyte.models import Team

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from django.core.management.base import OutputWrapper


def add_team_argument(parser: ArgumentParser) -> None:
    """``--team ID``."""
    parser.add_argument("--team", metavar="ID", help="Vyte's id of one linked team; all of them without it")


def check_address() -> None:
    """CommandError when ``VYTE["API_URL"]`` is no address: commands may run without the system checks."""
    try:
        VyteClient("any").close()
    except ValueError as error:
        raise CommandError(f"VYTE['API_URL'] cannot be used: {error}") from None


def chosen(options: dict[str, Any]) -> list[Team]:
    """The team of ``--team``, or every linked team; CommandError when there is none, or Vyte has no address."""
    check_address()
    teams = list(Team.objects.order_by("pk"))
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


def for_each(teams: list[Team], work: Callable[[Team], object], stderr: OutputWrapper) -> None:
    """Do ``work`` for every team, those after a failed one included; CommandError in the end if one failed."""
    failed = 0
    for team in teams:
        try:
            work(team)
        except remedies.FAILURES as error:
            failed += 1
            stderr.write(f"{team}: {remedies.about_team(error)}")
    if failed:
        raise CommandError(
            f"{failed} of {len(teams)} teams failed." if len(teams) > 1 else "Failed: see above."
        )
