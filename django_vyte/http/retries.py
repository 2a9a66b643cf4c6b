"""Retries: whether a request is sent again, and how long to wait before."""

from __future__ import annotations

import random

from django_vyte.exceptions import VyteError
from django_vyte.http.call import ApiCall

# Those of the idempotent methods that are used: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
SAFE_TO_REPEAT = frozenset({"GET", "PUT", "DELETE"})


def is_worth_repeating(error: VyteError, call: ApiCall) -> bool:
    """Whether the same request may succeed now, without the risk that it takes effect twice."""
    return error.is_transient and (call.never_connected or call.repeatable)


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: full jitter under a ceiling that doubles from 0.5 to 8.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    return random.uniform(0, min(8.0, 0.5 * 2 ** (attempt - 1)))  # noqa: S311
