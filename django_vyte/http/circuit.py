"""Circuit breaker: after several failed calls in a row, nothing is sent to a host for some seconds.

Then a single call is let through as a trial, which closes the circuit or opens it again. All threads of the process
share the circuit of a host. https://martinfowler.com/bliki/CircuitBreaker.html
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django_vyte.exceptions import VyteError, VyteUnavailable
from django_vyte.http import clock
from django_vyte.http.call import ApiCall
from django_vyte.http.timeouts import Timeouts

logger = logging.getLogger("django_vyte.http")


class Circuit:
    """The circuit breaker of one host; ``host`` is shown in messages."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._lock = Lock()
        self._failed = 0
        self._open_until: float | None = None

    @contextmanager
    def watch(self, call: ApiCall, timeouts: Timeouts) -> Iterator[None]:
        """Make a call in this context: its outcome is counted. Raises ``VyteUnavailable`` while the circuit is open."""
        if not timeouts.circuit_failures:
            yield
            return
        trial = self._admit(call, timeouts.circuit_seconds)
        alive: bool | None = None
        try:
            yield
            alive = True
        except VyteError as error:
            alive = not error.is_outage if call.attempts and not call.local_error else None
            raise
        except GeneratorExit:  # the caller stopped reading a stream, whose response had begun
            alive = True
            raise
        finally:
            self._count(alive, trial, timeouts)

    def _admit(self, call: ApiCall, seconds: float) -> bool:
        """Whether this call is the trial of an open circuit; ``VyteUnavailable`` when the next trial is not due.

        The next one is due ``seconds`` later even if this one never ends, so that a trial that hangs blocks nobody.
        """
        with self._lock:
            if self._open_until is None:
                return False
            left = self._open_until - clock.monotonic()
            if left <= 0:
                self._open_until = clock.monotonic() + seconds
                return True
            failed = self._failed
        raise VyteUnavailable(
            f"{call.what}: not sent, because the last {failed} calls to {self.host} failed. "
            f"Try again in {left:.1f} seconds.",
            left,
        )

    def _count(self, alive: bool | None, trial: bool, timeouts: Timeouts) -> None:
        """Count an outcome; ``None`` is a call that says nothing about the host."""
        if alive and not self._failed:
            return
        with self._lock:
            was_open = self._open_until is not None
            if alive:
                self._failed, self._open_until = 0, None
            elif alive is not None:
                self._failed += 1
                if trial or (not was_open and self._failed >= timeouts.circuit_failures):
                    self._open_until = clock.monotonic() + timeouts.circuit_seconds
            elif trial and was_open:
                self._open_until = clock.monotonic()
            failed, is_open = self._failed, self._open_until is not None
        if is_open and not was_open:
            logger.warning(
                "%s: %d calls in a row failed; none is sent for %g s",
                self.host,
                failed,
                timeouts.circuit_seconds,
            )
        elif was_open and not is_open:
            logger.info("%s answers again", self.host)


class Circuits:
    """The circuit breaker of each host."""

    def __init__(self) -> None:
        self._by_origin: dict[str, Circuit] = {}

    def of(self, origin: str) -> Circuit:
        """The circuit breaker of an origin: scheme, host and port."""
        circuit = self._by_origin.get(origin)
        return circuit or self._by_origin.setdefault(origin, Circuit(origin.partition("://")[2]))
