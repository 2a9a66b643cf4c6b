"""Whether a request is sent again, and when."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from django_vyte.exceptions import VyteAPIError
from django_vyte.http.errors import AttemptFailure

if TYPE_CHECKING:
    from django_vyte.http.call import ApiCall

SAFE_TO_REPEAT = frozenset({"GET", "PUT", "DELETE"})
_PASSING = frozenset({429, 500, 502, 503, 504})


def is_worth_repeating(outcome: AttemptFailure | VyteAPIError, call: ApiCall) -> bool:
    """Whether asking once more may help and does no harm."""
    if isinstance(outcome, AttemptFailure):
        return outcome.nothing_sent or (call.repeatable and outcome.passing)
    return call.repeatable and outcome.status_code in _PASSING


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: full jitter under a ceiling that doubles from 0.5 to 8."""
    return random.uniform(0, min(8.0, 0.5 * 2 ** (attempt - 1)))  # noqa: S311
