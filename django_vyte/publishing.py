"""Handing messages to a broker that may be down or hang, without making anyone wait for it."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import sys
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
        self._complained_at = -QUIET * 1.0
        self._begin()
        if sys.platform != "win32":
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """A process of its own: a forked worker inherits neither the thread nor what it held."""
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[Any, ...]] = queue.Queue(WAITING_ROOM)
        self._thread: threading.Thread | None = None

    def send(self, *message: Any, at_once: bool) -> None:
        """Publish ``message``, in this thread when ``at_once``; a failure is logged and not raised."""
        if at_once:
            self._try(message)
            return
        try:
            self._start()
            self._waiting.put_nowait(message)
        except queue.Full:
            self._complain("the broker does not take messages fast enough")
        except RuntimeError as error:
            self._complain(f"no thread could be started: {error}")

    def _start(self) -> None:
        """Start the thread, once a process."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="django-vyte-publisher", daemon=True)
                thread.start()
                atexit.register(self.flush)
                self._thread = thread

    def flush(self, seconds: float = LAST_SECONDS) -> bool:
        """Wait until every message was handed over or failed, but not longer; whether none is left."""
        waiting = self._waiting
        if self._thread is None:
            return True
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
                "Celery's broker took no message (%s). Nothing is lost: the sweep catches up once the broker is back; "
                "manage.py vyte_inbox process works without it.",
                reason,
            )
