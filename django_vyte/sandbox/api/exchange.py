"""What an operation of the API gets: the request, the state of the local Vyte, and the organization of the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON, VyteState


@dataclass
class Exchange:
    """A request, the world, and whose key asked. ``owner`` is an organization's id."""

    request: Request
    state: VyteState
    quirks: Quirks
    owner: str

    def body(self) -> Any:
        """The decoded JSON body, None when empty; refused with 400 when it is not JSON."""
        raw = self.request.get_data()
        if not raw:
            return None
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError, ValueError):
            raise Refused(400, "the body is not JSON") from None

    def json_object(self) -> JSON:
        """The decoded body, which must be an object."""
        body = self.body()
        if not isinstance(body, dict):
            raise Refused(400, "the body must be an object")
        return body

    def words(self, name: str) -> list[str]:
        """A query parameter that lists several things: repeated, with commas, or both."""
        return [word for value in self.request.args.getlist(name) for word in value.split(",") if word]

    def required(self, name: str) -> str:
        """A query parameter that must be there; refused with 400 otherwise."""
        value = self.request.args.get(name, "").strip()
        if not value:
            raise Refused(400, f"{name} is required")
        return value


@dataclass(frozen=True)
class Operation:
    """What answers a route. ``open`` needs no key; ``v1`` has ``{}`` as the body of every error."""

    answer: Callable[..., Response]
    open: bool = False
    v1: bool = False


def route(path: str, method: str, answer: Callable[..., Response], **flags: bool) -> Rule:
    """A rule for one operation of the API."""
    return Rule(path, methods=[method], endpoint=Operation(answer, **flags))
