"""All questions, in an order in which those that make others pointless come first."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING, Any

from django_vyte import db
from django_vyte.models import Team
from django_vyte.ops.doctor import site, teams, work
from django_vyte.ops.doctor.finding import Level, fine, redacted, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from django_vyte.ops.doctor.finding import Finding

logger = logging.getLogger(__name__)


def examine(team_id: str = "") -> Iterator[Finding]:
    """Look into everything, or of the teams only into the one with this id at Vyte; what was found, as it is found.

    Asks Vyte two things for each team, and once it cannot be reached nothing more. Writes nothing.
    """
    yield from _asked(site.settings)
    yield from _asked(site.broker)
    if (yield from _asked(site.tables)):
        # Nothing else can be read.
        return
    yield from _asked(site.secrets)
    known = list(Team.objects.order_by("pk"))
    wanted = [team for team in known if team_id in ("", team.vyte_id)]
    yield from _asked(_linked, known, team_id)
    reachable = True
    for team in wanted:
        reachable = yield from _team(team, ask_vyte=reachable)
    # Of another team than the one that was asked for nothing is said.
    if wanted or not team_id:
        only = wanted[0] if team_id else None
        for question in (work.deliveries, work.receivers):
            yield from _asked(question, only)
    yield from _asked(work.pruning)


def _linked(known: list[Team], team_id: str) -> Iterator[Finding]:
    if not known:
        yield wrong("no_team", "No team is linked.", "manage.py vyte_link_team")
    elif team_id and team_id not in {team.vyte_id for team in known}:
        linked = ", ".join(f"{team.vyte_id} ({team})" for team in known)
        yield wrong("unknown_team", f"No team {team_id} is linked.", f"Linked are: {linked}")
    else:
        yield fine("teams", f"Linked teams: {len(known)}.")


def _team(team: Team, *, ask_vyte: bool) -> Generator[Finding, None, bool]:
    """Everything about one team; whether it makes sense to ask Vyte about others."""
    found = yield from _asked(teams.key, team)
    has_key = not found
    if has_key and ask_vyte:
        found = yield from _asked(teams.vyte, team)
        if not found:
            yield from _asked(teams.webhooks, team)
    if has_key:
        yield from _asked(teams.patrol, team)
    yield from _asked(teams.problems, team)
    return ask_vyte and "vyte_unreachable" not in found


def _asked(question: Callable[..., Iterator[Finding]], *about: Any) -> Generator[Finding, None, set[str]]:
    """What a question leads to, fit to be shown; the ids of what is wrong. One that breaks keeps no other waiting."""
    found = set()
    try:
        for finding in question(*about):
            if finding.level is not Level.OK:
                found.add(finding.id)
            yield _shown(finding, *about)
    except Exception as failure:
        logger.exception("%s failed", question.__qualname__)
        db.let_go_of_broken()
        text = f"Could not look into {question.__name__.strip('_')}: {type(failure).__name__}."
        found.add("not_looked_into")
        yield _shown(
            wrong("not_looked_into", text, "The log of django_vyte.doctor says where it broke."), *about
        )
    return found


def _shown(finding: Finding, *about: Any) -> Finding:
    """With the team that it is about, and without a secret."""
    team = next((each for each in about if isinstance(each, Team)), None)
    shown = dataclasses.replace(finding, text=redacted(finding.text), hint=redacted(finding.hint))
    return dataclasses.replace(shown, about=str(team), team=team.vyte_id) if team else shown
