"""Time limits: for an attempt, for a whole call, for the waits between attempts, and for the circuit breaker."""

from __future__ import annotations

from dataclasses import dataclass

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

    blind_retries: bool = True
    """Whether a write that may have been done is sent again, where twice has the same effect as once."""

    @property
    def connect_and_read(self) -> tuple[float, float]:
        """``timeout`` as two numbers."""
        return self.timeout if isinstance(self.timeout, tuple) else (self.timeout, self.timeout)
