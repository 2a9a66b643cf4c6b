"""Base class of the client's resources: sends a request, decodes the answer, warns of lists that may be cut."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, Unpack

from django_vyte.client.decoding import decoded, decoded_items
from django_vyte.client.lists import ignore, is_probably_cut
from django_vyte.exceptions import ProbablyIncomplete, UnexpectedAnswer, VyteAPIError, VyteError
from django_vyte.http import Http, Options, is_write

T = TypeVar("T")

_NOT_THERE = (404, 405)


def warn(warning: ProbablyIncomplete, stacklevel: int = 4) -> None:
    """Warn, at the line that iterates over the list."""
    warnings.warn(warning, stacklevel=stacklevel)


class Resource:
    """A resource of Vyte's API; each method sends one HTTP request, or an alternative spelling of it."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def _read(self, method: str, path: str, answer: type[T], **options: Unpack[Options]) -> T:
        """Send a request, and decode the JSON answer as ``answer``, the expected type."""
        body = self._http.request(method, path, **options)
        try:
            return decoded(body, answer, f"{method} {path}")
        except UnexpectedAnswer as error:
            error.maybe_applied = is_write(method, options.get("repeatable"))
            raise

    def _items(
        self,
        path: str,
        query: Mapping[str, str | int | None],
        *,
        report: Callable[[ProbablyIncomplete], object] = warn,
        counted: Callable[[int], object] = ignore,
    ) -> Iterator[Any]:
        """GET a list, and decode it item by item.

        ``counted`` is called with the number of items before the first one, ``report`` after the last one if Vyte may
        have cut the list short. Raises UnexpectedAnswer before the first item when the answer is cut off or no list.
        """
        pieces = self._http.stream("GET", path, query=query)
        count = yield from decoded_items(pieces, f"GET {path}", counted)
        limit = query.get("limit")
        if is_probably_cut(count, limit if isinstance(limit, int) else None):
            report(ProbablyIncomplete(count, limit if isinstance(limit, int) else None))

    def _send(self, method: str, path: str, **options: Unpack[Options]) -> None:
        """Send a request whose answer has no content but its status."""
        self._http.send(method, path, **options)

    def _either(self, spellings: tuple[str, str], ask: Callable[[str], T]) -> T:
        """The answer to the first spelling of a request, or to the second one when Vyte does not have the first.

        For requests that Vyte's documentation spells in two ways. A 404 or 405 means that Vyte does not have the
        spelling. Raises ``NotFound`` when the first is a 404 and Vyte has neither.
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
        except VyteError as error:
            if (
                isinstance(error, VyteAPIError)
                and error.status_code in _NOT_THERE
                and refusal.status_code == 404
            ):
                error = refusal
            # An attempt of the first spelling may have been done, and its answer lost.
            error.maybe_applied |= refusal.maybe_applied
            raise error from None
