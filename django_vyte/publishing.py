"""Handing messages to a broker that may be down or hang, without making anyone wait for it."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

# Messages kept while the broker is slow; what does not fit is found in the database by the sweep.
WAITING_ROOM = 1000
# One complaint about the broker in this many seconds.
QUIET = 60
# How long the end of a process waits for messages that are still on their way.
LAST_SECONDS = 2


class Publisher:
    """Publishes from one daemon thread a process: a web request drops its message off and goes on."""

    def __init__(self, publish: Callable[..., None]) -> None:
        self._publish = publish
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[Any, ...]] = queue.Queue(WAITING_ROOM)
        self._pid = 0
        self._complained_at = -QUIET * 1.0

    def send(self, *message: Any, at_once: bool) -> None:
        """Publish ``message``, in this thread when ``at_once``; a failure is logged and not raised."""
        if at_once:
            self._try(message)
            return
        self._start()
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self._complain("the broker does not take messages fast enough")

    def _start(self) -> None:
        """Start the thread once a process: a forked worker inherits this object, but not its thread."""
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():
                self._waiting = queue.Queue(WAITING_ROOM)
                threading.Thread(target=self._run, name="django-vyte-publisher", daemon=True).start()
                atexit.register(self.flush)
                self._pid = os.getpid()

    def flush(self, seconds: float = LAST_SECONDS) -> bool:
        """Wait until every message was handed over or failed, but not longer; whether none is left."""
        waiting = self._waiting
        with waiting.all_tasks_done:
            return waiting.all_tasks_done.wait_for(lambda: not waiting.unfinished_tasks, seconds)

    def _run(self) -> None:
        while True:
            self._try(self._waiting.get())
            self._waiting.task_done()

    def _try(self, message: tuple[Any, ...]) -> None:
        try:
            self._publish(*message)
        except Exception as error:
            self._complain(f"{type(error).__name__}: {error}")

    def _complain(self, reason: str) -> None:
        now = time.monotonic()
        if now - self._complained_at >= QUIET:
            self._complained_at = now
            logger.error(
                "Celery's broker took no message (%s). Nothing is lost: the sweep catches up.", reason
            )
