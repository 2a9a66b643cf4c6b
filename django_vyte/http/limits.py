"""What Vyte asked one key to wait, kept in mind for all threads of the process."""

from __future__ import annotations

from threading import Lock

from django_vyte.http import clock

# A date years ahead in Retry-After is a mistake, not a wish.
LONGEST_HOLD = 3600.0

Holder = tuple[str, bytes]  # the host, and a digest of the key: the key itself is kept in clients only


class Limits:
    """Until when a key is not to send anything to a host."""

    def __init__(self) -> None:
        self._until: dict[Holder, float] = {}
        self._lock = Lock()

    def hold(self, holder: Holder, seconds: float) -> None:
        """Send nothing more for ``seconds``, an hour at most."""
        now = clock.monotonic()
        with self._lock:
            for expired in [each for each, until in self._until.items() if until <= now]:
                del self._until[expired]
            until = now + min(seconds, LONGEST_HOLD)
            if until > now:
                self._until[holder] = max(until, self._until.get(holder, 0.0))

    def left(self, holder: Holder) -> float:
        """Seconds that are still to wait; 0 when none are."""
        until = self.until(holder)
        return max(0.0, until - clock.monotonic()) if until else 0.0

    def until(self, holder: Holder) -> float:
        """The moment, of ``monotonic``, until which to wait; 0 when there is none."""
        return self._until.get(holder, 0.0)
