"""One API call: the request to send, by when it has to be over, and what became of its attempts so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django_vyte.http import clock
from django_vyte.http.service import Service


class Deadline:
    """The moment by which a call has to be over, whatever the server does.

    ``setting`` is the key of the setting that allows more time.
    """

    __slots__ = ("at", "seconds", "setting")

    def __init__(self, seconds: float, setting: str) -> None:
        self.seconds = seconds
        self.setting = setting
        self.at = clock.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then; negative afterwards."""
        return self.at - clock.monotonic()


def is_write(method: str, repeatable: bool | None = None) -> bool:
    """Whether a request changes something: all but a GET, and a GET that creates, which is not ``repeatable``."""
    return method != "GET" or repeatable is False


@dataclass(slots=True)
class ApiCall:
    """A request with its state; the repr hides what may be secret, for debug pages that show local variables."""

    method: str
    path: str = field(repr=False)
    shown: str
    """The path as messages may show it: masked, and of limited length."""
    query: Mapping[str, str | int | None] | None = field(repr=False)
    content: bytes | None = field(repr=False)
    """The JSON to send."""
    repeatable: bool
    """Sending it twice has the same effect as sending it once."""
    secrets: Iterable[str] = field(repr=False)
    """Texts that no message may show."""
    deadline: Deadline
    service: Service = field(repr=False)
    attempts: int = 0
    never_connected: bool = False
    """The last attempt got no connection, so nothing of the request was sent: any method may be sent again."""
    was_sent: bool = False
    """At least a part of the request left in some attempt."""
    maybe_applied: bool = False
    """An attempt may have taken effect at the service, though no response said so."""
    local_error: bool = False
    """The call failed for a reason on this side, which says nothing about the host."""

    @property
    def is_write(self) -> bool:
        """Whether it changes something at the service: all but a GET that may be repeated."""
        return is_write(self.method, self.repeatable)

    @property
    def what(self) -> str:
        """Method and path: how each message begins."""
        return f"{self.method} {self.shown}"
