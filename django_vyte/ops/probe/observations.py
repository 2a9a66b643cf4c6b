"""What the probe saw with a meeting of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django_vyte.exceptions import VyteError


@dataclass(slots=True)
class Observations:
    """Filled in while a ``Trial`` makes, changes, confirms and cancels the meeting; None is what was not seen."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    """The meeting as Vyte answered it, after each step."""
    after_cancelling: dict[str, Any] | None = None
    """The meeting as it is retrieved once it is cancelled."""
    is_listed_after_cancelling: bool | None = None
    removed_by: list[str] = field(default_factory=list)
    """The methods that took an invitee off."""
    naive: dt.timedelta | None = None
    """How far from UTC a time without an offset was read."""
    was_called_about: bool = False
    """Whether the webhook calls about making, confirming and cancelling it came."""
    failures: dict[str, VyteError] = field(default_factory=dict)
    """The steps that failed, by name."""
