"""What keeps going wrong with a team, where people look: ``Team.problem``, one line for each kind of work."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from django_vyte import db
from django_vyte.exceptions import VyteError
from django_vyte.models import Team

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """What a line begins with."""

    SYNC = "Synchronising failed:"
    MISSING = "Events may be missing:"
    WEBHOOKS = "Registering webhooks failed:"
    PATROL = "Comparing with Vyte failed:"


def set_problem(team_id: int, kind: Kind, problem: str) -> None:
    """Have this stand as the problem of its kind, or none of the kind when it is empty."""
    line = f"{kind} {' '.join(problem.split())}" if problem else ""
    rows = Team.objects.filter(pk=team_id)
    held = rows.values_list("problem", flat=True).first()
    if held is None or _with(held, kind, line) == held:
        return
    with transaction.atomic():
        row = rows.select_for_update().only("problem").get()
        rows.update(problem=_with(row.problem, kind, line))


def _with(problem: str, kind: Kind, line: str) -> str:
    others = [each for each in problem.splitlines() if not each.startswith(kind)]
    return "\n".join([*others, line] if line else others)


@contextmanager
def recorded(team_id: int, kind: Kind) -> Iterator[None]:
    """Keep what this work fails with, which is raised again, and forget what it failed with once it succeeds."""
    try:
        yield
    except (VyteError, ImproperlyConfigured) as error:
        set_problem(team_id, kind, str(error) or type(error).__name__)
        raise
    except Exception as error:
        db.close_broken_connections()
        # Its text may quote what is mirrored.
        set_problem(team_id, kind, type(error).__name__)
        raise
    set_problem(team_id, kind, "")
