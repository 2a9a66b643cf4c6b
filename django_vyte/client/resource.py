"""What every resource of the client stands on."""

from __future__ import annotations

from typing import TypeVar, Unpack

from django_vyte.client.decoding import decoded
from django_vyte.http import Http, Options

T = TypeVar("T")


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
