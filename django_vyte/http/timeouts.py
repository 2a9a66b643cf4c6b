"""How long and how often a call is tried, and the moment by which it has to end."""

from __future__ import annotations

from dataclasses import dataclass

from django_vyte.http import clock

LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The limits of one client; times in seconds.

    ``timeout`` holds for each attempt, one number or (connect, read); ``deadline`` for a whole call and
    ``list_deadline`` for one whose answer is streamed. After ``circuit_failures`` calls in a row that failed,
    0 for no such limit, none is sent for ``circuit_seconds``.
    """

    timeout: float | tuple[float, float]
    retries: int
    deadline: float
    list_deadline: float
    circuit_failures: int
    circuit_seconds: float

    @property
    def connect_and_read(self) -> tuple[float, float]:
        """``timeout`` as two numbers."""
        return self.timeout if isinstance(self.timeout, tuple) else (self.timeout, self.timeout)


class Deadline:
    """When a call has to be over, whatever the server does; ``setting`` is what to raise to wait longer."""

    __slots__ = ("at", "seconds", "setting")

    def __init__(self, seconds: float, setting: str) -> None:
        self.seconds = seconds
        self.setting = setting
        self.at = clock.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then, negative afterwards."""
        return self.at - clock.monotonic()
