"""Shows lasting failures on a team's page: ``Team.problem`` has one line for each kind of work that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured

from django_vyte import db
from django_vyte.accounts import remedies
from django_vyte.exceptions import VyteError
from django_vyte.models import Team


class Kind(StrEnum):
    """The kinds of work, as the beginnings of their lines."""

    KEY = "The API key is refused by Vyte:"
    SYNC = "Synchronising failed:"
    MISSING = "Events may be missing:"
    WEBHOOKS = "Registering webhooks failed:"
    PATROL = "Comparing with Vyte failed:"


def set_problem(team_id: int, kind: Kind, problem: str) -> None:
    """Replace the line of this kind; an empty problem removes it."""
    line = f"{kind} {' '.join(problem.split())}" if problem else ""
    rows = db.fresh(Team.objects.all()).filter(pk=team_id)
    held = rows.values_list("problem", flat=True).first()
    if held is None or _with(held, kind, line) == held:
        return
    with db.atomic(Team):
        row = rows.select_for_update().only("problem").get()
        rows.update(problem=_with(row.problem, kind, line))


def _with(problem: str, kind: Kind, line: str) -> str:
    others = [each for each in problem.splitlines() if not each.startswith(kind)]
    return "\n".join([*others, line] if line else others)


@contextmanager
def recorded(team_id: int, kind: Kind) -> Iterator[None]:
    """Record an error of this work as its problem and raise it again; clear the problem when the work succeeds."""
    try:
        yield
    except (VyteError, ImproperlyConfigured) as error:
        happened = remedies.about_team(error) if remedies.is_open(error) else str(error)
        set_problem(team_id, kind, happened or type(error).__name__)
        raise
    except Exception as error:
        db.close_interrupted_connections(error)
        # Only the class: the text may quote personal data.
        set_problem(team_id, kind, type(error).__name__)
        raise
    set_problem(team_id, kind, "")
