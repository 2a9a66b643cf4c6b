"""A host that fails again and again is left alone for a while, by all threads of the process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from django_vyte.exceptions import VyteError, VyteUnavailable
from django_vyte.http import clock

if TYPE_CHECKING:
    from django_vyte.http.call import ApiCall
    from django_vyte.http.timeouts import Timeouts

logger = logging.getLogger("django_vyte.http")


class Circuit:
    """Counts the calls to one host that failed in a row; open, it lets nothing through but a trial now and then.

    ``host`` is shown in messages.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self._lock = Lock()
        self._failed = 0
        self._open_until: float | None = None

    @contextmanager
    def watch(self, call: ApiCall, timeouts: Timeouts) -> Iterator[None]:
        """Do a call in here: its outcome opens or closes the circuit. Raises ``VyteUnavailable`` when it is open."""
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
        except GeneratorExit:  # whoever reads a list left, after it had begun
            alive = True
            raise
        finally:
            self._take(alive, trial, timeouts)

    def _admit(self, call: ApiCall, seconds: float) -> bool:
        """Whether this is a trial of an open circuit.

        The next trial is due ``seconds`` later whatever becomes of this one, so that one that never ends blocks nobody.
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

    def _take(self, alive: bool | None, trial: bool, timeouts: Timeouts) -> None:
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
    """The circuit of each host."""

    def __init__(self) -> None:
        self._by_origin: dict[str, Circuit] = {}

    def of(self, origin: str) -> Circuit:
        """The circuit of ``origin``: scheme, host and port."""
        circuit = self._by_origin.get(origin)
        return circuit or self._by_origin.setdefault(origin, Circuit(origin.partition("://")[2]))
