"""``Observations``: what the trial meeting of ``vyte_probe --write`` showed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django_vyte.exceptions import VyteError


@dataclass(slots=True)
class Observations:
    """Filled in while a ``Trial`` makes, changes, confirms and cancels the meeting; None is what was not observed."""

    responses: list[dict[str, Any]] = field(default_factory=list)
    """The meeting in Vyte's response to each step."""
    after_cancelling: dict[str, Any] | None = None
    """The meeting as retrieved after its cancellation."""
    is_listed_after_cancelling: bool | None = None
    removed_by: list[str] = field(default_factory=list)
    """The HTTP methods that removed an invitee."""
    naive: dt.timedelta | None = None
    """How much later than UTC Vyte read a time without an offset."""
    was_called_about: bool = False
    """Whether the webhook calls about creating, confirming and cancelling it came."""
    failures: dict[str, VyteError] = field(default_factory=dict)
    """The steps that failed, by name."""
