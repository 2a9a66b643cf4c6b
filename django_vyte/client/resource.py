"""What every resource of the client stands on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, Unpack

from django_vyte.client.decoding import decoded, decoded_items
from django_vyte.exceptions import ProbablyIncomplete, VyteAPIError
from django_vyte.http import Http, Options

T = TypeVar("T")

_NOT_THERE = (404, 405)
# A list that is longer than this is not taken for one that a server cut.
_LONGEST_CUT = 10_000


def is_probably_cut(count: int, limit: int | None) -> bool:
    """Whether a list of so many events is as long as was asked for, or of a length that servers cut at."""
    return count > 0 and (count in (limit, 50, 250) or (count % 100 == 0 and count <= _LONGEST_CUT))


def warn(warning: ProbablyIncomplete, stacklevel: int = 4) -> None:
    """Warn of the line that asked for the next event."""
    warnings.warn(warning, stacklevel=stacklevel)


def ignore(count: object) -> None:
    """What is called where nobody wants to be told."""


class Resource:
    """A part of Vyte's API: its methods are a verb, a path and what goes with them."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def _read(self, method: str, path: str, answer: type[T], **options: Unpack[Options]) -> T:
        """Send, and decode the JSON answered; ``answer`` is the type to expect."""
        return decoded(self._http.request(method, path, **options), answer, f"{method} {path}")

    def _items(
        self,
        path: str,
        query: Mapping[str, str | int | None],
        *,
        report: Callable[[ProbablyIncomplete], object] = warn,
        counted: Callable[[int], object] = ignore,
    ) -> Iterator[Any]:
        """GET a list, and decode one item after the other.

        ``counted`` is called with their number before the first, ``report`` after the last where Vyte may have cut
        the list short. Raises UnexpectedAnswer before the first when the answer is cut off or no list.
        """
        pieces = self._http.stream("GET", path, query=query)
        count = yield from decoded_items(pieces, f"GET {path}", counted)
        limit = query.get("limit")
        if is_probably_cut(count, limit if isinstance(limit, int) else None):
            report(ProbablyIncomplete(count, limit if isinstance(limit, int) else None))

    def _send(self, method: str, path: str, **options: Unpack[Options]) -> None:
        """Send where the answer says no more than its status: ``OK``, or nothing."""
        self._http.send(method, path, **options)

    def _either(self, spellings: tuple[str, str], ask: Callable[[str], T]) -> T:
        """What ``ask`` answers for the first spelling, or for the second when Vyte has not the first (404, 405).

        For what Vyte's documentation spells in two ways. Raises ``NotFound`` when it is neither.
        """
        first, second = spellings
        try:
            return ask(first)
        except VyteAPIError as error:
            if error.status_code not in _NOT_THERE:
                raise
            refusal = error
        try:
            return ask(second)
        except VyteAPIError as error:
            if error.status_code in _NOT_THERE and refusal.status_code == 404:
                raise refusal from None
            raise
