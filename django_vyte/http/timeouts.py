"""Time limits: for an attempt, for a whole call, for the waits between attempts, and for the circuit breaker."""

from __future__ import annotations

from dataclasses import dataclass

from django_vyte.http import clock

# Seconds a call waits at most before one attempt; where the service asks for more, the call fails instead.
LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The limits of one client; times in seconds."""

    timeout: float | tuple[float, float]
    """For each attempt: one number, or (connect, read)."""
    retries: int
    """How often a request is sent again at most."""
    deadline: float
    """For a whole call, waits and retries included."""
    list_deadline: float
    """The same for a call whose response is streamed."""
    circuit_failures: int
    """After so many failed calls in a row nothing is sent to the host for a while; 0 for no circuit breaker."""
    circuit_seconds: float
    """How long nothing is sent then."""

    @property
    def connect_and_read(self) -> tuple[float, float]:
        """``timeout`` as two numbers."""
        return self.timeout if isinstance(self.timeout, tuple) else (self.timeout, self.timeout)


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
