"""Rate limits: when a service asks one thread to wait, all threads of the process wait."""

from __future__ import annotations

from threading import Lock

from django_vyte.http import clock

# Seconds that are believed at most: a Retry-After of years is a mistake of the server.
LONGEST_HOLD = 3600.0

# The host, and a digest of the credential: the credential itself is kept in clients only.
Holder = tuple[str, bytes]


class Limits:
    """Until when no request with a given credential is to be sent to a host."""

    def __init__(self) -> None:
        self._until: dict[Holder, float] = {}
        self._lock = Lock()

    def hold(self, holder: Holder, seconds: float) -> None:
        """Have nothing sent for ``seconds``, an hour at most. A longer wait that is known already stays."""
        now = clock.monotonic()
        with self._lock:
            for expired in [each for each, until in self._until.items() if until <= now]:
                del self._until[expired]
            until = now + min(seconds, LONGEST_HOLD)
            if until > now:
                self._until[holder] = max(until, self._until.get(holder, 0.0))

    def left(self, holder: Holder) -> float:
        """Seconds still to wait; 0 for none."""
        until = self.until(holder)
        return max(0.0, until - clock.monotonic()) if until else 0.0

    def until(self, holder: Holder) -> float:
        """When the wait ends, in the time of ``clock.monotonic``; 0 for none."""
        return self._until.get(holder, 0.0)
