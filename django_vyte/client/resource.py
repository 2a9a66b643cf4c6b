"""What every resource of the client stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, Unpack

from django_vyte.client.decoding import decoded
from django_vyte.exceptions import VyteAPIError
from django_vyte.http import Http, Options

T = TypeVar("T")

_NOT_THERE = (404, 405)


class Resource:
    """A part of Vyte's API: its methods are a verb, a path and what goes with them."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def _read(self, method: str, path: str, answer: type[T], **options: Unpack[Options]) -> T:
        """Send, and decode the JSON answered; ``answer`` is the type to expect."""
        return decoded(self._http.request(method, path, **options), answer, f"{method} {path}")

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
