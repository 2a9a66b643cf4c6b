"""Handing messages to a broker that may be down or hang, without making anyone wait for it."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger(__name__)

# Messages kept while the broker is slow; what does not fit is found in the database by the sweep.
WAITING_ROOM = 1000
# One complaint about the broker in this many seconds.
QUIET = 60
# How long the end of a process waits for messages that are still on their way.
LAST_SECONDS = 2
# Seconds between messages to the broker: under load, many calls share one.
PAUSE = 0.05
# Rows that a message names at most.
MOST_KEYS = 50


class Message(NamedTuple):
    """A task, its arguments, and the seconds after which it is to be run, and after which it is not any more."""

    task: Any
    args: tuple[Any, ...]
    countdown: float | None = None
    expires: float | None = None


class Publisher:
    """Publishes from one daemon thread a process: a web request drops its message off and goes on."""

    def __init__(self, publish: Callable[[Message], None]) -> None:
        self._publish = publish
        self._complained_at = -QUIET * 1.0
        self._begin()
        if sys.platform != "win32":
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """A process of its own: a forked worker inherits neither the thread nor what it held."""
        self._lock = threading.Lock()
        self._waiting: queue.Queue[Message] = queue.Queue(WAITING_ROOM)
        self._thread: threading.Thread | None = None

    def send(self, message: Message, *, at_once: bool) -> None:
        """Have a task run, published in this thread when ``at_once``; a failure is logged and not raised."""
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
            messages = [self._waiting.get()]
            with suppress(queue.Empty):
                while True:
                    messages.append(self._waiting.get_nowait())
            for message in joined(messages):
                self._try(message)
            for _ in messages:
                self._waiting.task_done()
            # Those that come meanwhile share the next message.
            time.sleep(PAUSE)

    def _try(self, message: Message) -> None:
        try:
            self._publish(message)
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


def joined(messages: Iterable[Message]) -> Iterator[Message]:
    """The same in fewer messages: neighbours of one task are joined where a list is its only argument."""
    for joinable, group in groupby(messages, _joinable):
        if joinable is None:
            yield from group
            continue
        keys = [key for message in group for key in message.args[0]]
        for start in range(0, len(keys), MOST_KEYS):
            yield joinable._replace(args=(keys[start : start + MOST_KEYS],))


def _joinable(message: Message) -> Message | None:
    """A message less its keys, which those that can be joined have in common; None for one that stays as it is."""
    has_keys = len(message.args) == 1 and isinstance(message.args[0], list)
    return message._replace(args=()) if has_keys else None
