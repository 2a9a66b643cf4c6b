"""The probe's output: text for an issue, JSON, and the settings of this site to change."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import django

from django_vyte import __version__
from django_vyte.conf import Settings, get_settings
from django_vyte.ops.probe.fact import Fact

# The setting for each position of a fact that has one.
SETTINGS = {
    "hooks_path": ("HOOKS_PATH", {"/hooks": "/hooks", "/v2/hooks": "/v2/hooks"}),
    "join_path": (
        "JOIN_PATH",
        {"organizations": "/organizations/{team_id}/join", "teams": "/teams/{team_id}/join"},
    ),
    "delete_invitee_method": ("DELETE_INVITEE_METHOD", {"POST": "POST", "DELETE": "DELETE"}),
}


def settings_to_change(facts: Sequence[Fact]) -> dict[str, str]:
    """The keys of ``VYTE`` that contradict these facts, with the right value."""
    wanted = {}
    for fact in facts:
        name, by_position = SETTINGS.get(fact.name, ("", {}))
        value = by_position.get(fact.position) if fact.seen else None
        if value is not None and getattr(get_settings(), name) != value:
            wanted[name] = value
    return wanted


def versions() -> dict[str, str]:
    """Versions, and whether the usual API was probed; another URL is private and not shown."""
    usual, used = Settings().API_URL, get_settings().API_URL
    return {
        "django-vyte": __version__,
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "API": usual if used == usual else "another address",
    }


def report(facts: Sequence[Fact]) -> str:
    """Text for an issue: versions and positions, without personal data."""
    lines = [", ".join(f"{name} {value}" for name, value in versions().items())]
    return "\n".join([*lines, *(f"{fact.name}: {fact.shown}" for fact in facts)])


def as_json(facts: Sequence[Fact]) -> dict[str, Any]:
    """The same, with how each fact was seen and the settings to change."""
    return {
        "versions": versions(),
        "facts": [
            {
                "name": fact.name,
                "seen": fact.seen,
                "position": fact.position,
                "how": fact.how,
                "failed": fact.failed,
            }
            for fact in facts
        ],
        "settings": settings_to_change(facts),
        "report": report(facts),
    }
