"""Objects that Vyte's documentation prints, carried over as JSON.

``events/NAME.json`` are events, ``calls/NAME.json`` webhook calls, ``requests/NAME.json`` bodies to send.
The documentation prints some events in several states; ``NAME.STATE.json`` are those variants.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

FIRST_STATE = (
    "meeting-for-project",
    "meeting-without-dates",
    "first-created-event.confirmed",
    "retrieved-event",
    "second-created-event",
    "event-object",
    "cancelled-appointment",
)
"""The events a Sandbox starts with: of every event the latest state that is printed."""


def published(name: str) -> Any:
    """One published object, freshly read: ``published("events/event-object")``, ``published("users")``."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def published_events() -> dict[str, dict[str, Any]]:
    """Every published event in every printed state, by name."""
    return {path.stem: published(f"events/{path.stem}") for path in sorted(FOLDER.glob("events/*.json"))}


def published_calls() -> dict[str, dict[str, Any]]:
    """Every published webhook call, exactly as printed, by name."""
    return {path.stem: published(f"calls/{path.stem}") for path in sorted(FOLDER.glob("calls/*.json"))}
