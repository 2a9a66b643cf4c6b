"""What callers of lists need to know without a client: whether a list is cut, and a callback that does nothing."""

from __future__ import annotations

# A longer list is not suspected of having been cut at a multiple of 100.
_LONGEST_CUT = 10_000


def is_probably_cut(count: int, limit: int | None) -> bool:
    """Whether a list of so many events is as long as its limit, or has a length that servers cut at."""
    return count > 0 and (count in (limit, 50, 250) or (count % 100 == 0 and count <= _LONGEST_CUT))


def ignore(count: object) -> None:
    """The callback that does nothing."""
