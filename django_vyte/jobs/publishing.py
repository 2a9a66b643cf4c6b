"""Handing messages to a broker that may be down or hang, without making anyone wait for it.

A message is a hint that there is a row to work on. Losing one costs time until the next sweep, and nothing else.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from celery import current_app, current_task
from django.db import transaction

from django_vyte.conf import get_settings
from django_vyte.stopping import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)

# The tasks that the core itself asks for, by their names in Celery.
PROCESS = "django_vyte.process"
DISPATCH = "django_vyte.tell"
# Messages kept while the broker is slow; what does not fit is found in the database by the sweep.
MOST_WAITING = 1000
# The broker is complained about once in this many seconds.
COMPLAINT_INTERVAL = 60
# Seconds that the end of a process waits for messages that are still to be published.
FLUSH_SECONDS = 2
# Seconds between messages to the broker: under load, many calls share one.
PAUSE = 0.05
# Rows that a message names at most.
MOST_KEYS = 50


class Message(NamedTuple):
    """A task's name and arguments, the seconds after which it runs, and those after which it no longer does."""

    task: str
    args: tuple[Any, ...]
    countdown: float | None = None
    expires: float | None = None


class Publisher:
    """Publishes from one daemon thread a process: a web request drops its message off and goes on."""

    def __init__(self, publish: Callable[[Message], None]) -> None:
        self._publish = publish
        self._complained_at = -COMPLAINT_INTERVAL * 1.0
        self._begin()
        if sys.platform != "win32":
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Start without a mailbox: a forked worker inherits neither the thread nor its messages."""
        self._starting = threading.Lock()
        self._mailbox: _Mailbox | None = None

    def send(self, message: Message, *, at_once: bool) -> None:
        """Publish a message, in this thread when ``at_once``; a failure is logged and not raised."""
        if at_once:
            self._try(message)
            return
        try:
            if not self._started().put(message):
                self._complain("the broker does not take messages fast enough")
        except RuntimeError as error:
            self._complain(f"no thread could be started: {error}")

    def _started(self) -> _Mailbox:
        """The mailbox of this process, whose thread is started with the first message.

        No earlier: what gevent finds locked when it patches ``threading`` would block all of its greenlets.
        """
        with self._starting:
            mailbox, is_new = self._mailbox, self._mailbox is None
            if mailbox is None:
                mailbox = self._mailbox = _Mailbox()
        if is_new:
            try:
                threading.Thread(
                    target=self._run, args=(mailbox,), name="django-vyte-publisher", daemon=True
                ).start()
            except RuntimeError:
                self._mailbox = None
                raise
            atexit.register(self.flush)
        return mailbox

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Wait up to ``seconds`` until every message was published or failed; whether none is left."""
        return self._mailbox is None or self._mailbox.wait_until_done(seconds)

    def _run(self, mailbox: _Mailbox) -> None:
        while True:
            messages = mailbox.take()
            for message in joined(messages):
                self._try(message)
            mailbox.done(len(messages))
            # Messages that arrive during the pause are joined into the next one.
            time.sleep(PAUSE)

    def _try(self, message: Message) -> None:
        try:
            self._publish(message)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            self._complain(f"{type(error).__name__}: {error}")

    def _complain(self, reason: str) -> None:
        now = time.monotonic()
        if now - self._complained_at >= COMPLAINT_INTERVAL:
            self._complained_at = now
            logger.error(
                "Celery's broker took no message (%s). Nothing is lost: the sweep catches up once the broker is back; "
                "manage.py vyte_inbox process works without it.",
                reason,
            )


class _Mailbox:
    """Messages on their way to the publishing thread, of which it may be asked whether all were dealt with.

    ``queue.Queue`` cannot be asked that under gevent: https://github.com/gevent/gevent/issues/2099
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Message] = []
        self._unfinished = 0

    def put(self, message: Message) -> bool:
        """Add a message; False when there are too many."""
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(message)
            self._unfinished += 1
            self._changed.notify_all()
        return True

    def take(self) -> list[Message]:
        """Every message, as soon as there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            messages, self._waiting = self._waiting, []
        return messages

    def done(self, count: int) -> None:
        """So many of the messages taken were dealt with."""
        with self._changed:
            self._unfinished -= count
            self._changed.notify_all()

    def wait_until_done(self, seconds: float) -> bool:
        """Wait up to ``seconds`` until every message was dealt with; whether they were."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._unfinished, seconds)


def joined(messages: Iterable[Message]) -> Iterator[Message]:
    """Fewer messages for the same work: neighbours of one task are joined where a list is its only argument."""
    for joinable, group in groupby(messages, _joinable):
        if joinable is None:
            yield from group
            continue
        keys = [key for message in group for key in message.args[0]]
        for start in range(0, len(keys), MOST_KEYS):
            yield joinable._replace(args=(keys[start : start + MOST_KEYS],))


def _joinable(message: Message) -> Message | None:
    """What messages that can be joined have in common: all but their keys; None for one that cannot be."""
    has_keys = len(message.args) == 1 and isinstance(message.args[0], list)
    return message._replace(args=()) if has_keys else None


def publish(message: Message) -> None:
    """Hand a message to the broker, in the queue of ``VYTE["QUEUE"]``, without Celery's own retries."""
    task, args, countdown, expires = message
    options: dict[str, Any] = {"countdown": countdown, "expires": expires, "queue": get_settings().QUEUE}
    current_app.tasks[task].apply_async(args, retry=False, **options)


publisher = Publisher(publish)


def enqueue(
    task: str,
    *args: Any,
    countdown: float | None = None,
    expires: float | None = None,
    using: str,
) -> None:
    """Have the task of this name run once the transaction on ``using`` is committed; never raises, never waits.

    ``countdown`` and ``expires`` are seconds. Inside a worker, or where tasks run eagerly, the message is published
    by the calling thread, elsewhere in the background.
    """
    send = partial(publisher.send, Message(task, args, countdown, expires), at_once=_at_once())
    # Not robust: ``send`` raises nothing but an order to stop, which a robust hook would take for an error.
    transaction.on_commit(send, using=using)


def enqueue_now(task: str, *args: Any, countdown: float | None = None) -> None:
    """As ``enqueue``, for a message about no row of an open transaction, which may be rolled back."""
    publisher.send(Message(task, args, countdown), at_once=_at_once())


def _at_once() -> bool:
    """Whether the calling thread publishes: in a worker, or where tasks run eagerly."""
    return bool(current_task) or bool(current_app.conf.task_always_eager)


def broker_problem(seconds: float = 2) -> str:
    """Why a message could not be published now, without a password; empty when it could.

    Takes no longer than ``seconds``, whatever hangs. Where tasks run eagerly there is no broker to ask.
    """
    if current_app.conf.task_always_eager:
        return ""
    responses: queue.SimpleQueue[str] = queue.SimpleQueue()
    where = "Its address"

    def connect() -> None:
        try:
            with connection:
                # Each address of a list is tried once.
                tries = max(len(connection.alt) - 1, 0)
                connection.ensure_connection(max_retries=tries, reraise_as_library_errors=False)
        except Exception as error:
            # The library's own text may quote the password of the address.
            responses.put(f"{where} leads to {type(error).__name__}")
        else:
            responses.put("")

    try:
        connection = current_app.connection_for_write()
        where = connection.as_uri()
        threading.Thread(target=connect, name="django-vyte-broker", daemon=True).start()
        return responses.get(timeout=seconds)
    except queue.Empty:
        return f"{where} does not answer within {seconds:.0f} seconds"
    except Exception as error:
        return f"{where} leads to {type(error).__name__}"
