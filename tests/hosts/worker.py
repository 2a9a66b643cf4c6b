"""A worker: takes messages off Celery's broker in memory and runs their tasks in threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import Empty
from typing import Any

from celery import current_app
from django.db import connections

from django_vyte.jobs import publishing
from django_vyte.models import Delivery


class Worker:
    """``ran`` are the names of the tasks that ran; ``early`` is what was published before its rows were there."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.early: list[object] = []
        self.alias = ""
        self._publish = publishing.publisher._publish
        publishing.publisher._publish = self.publish

    def publish(self, message: publishing.Message) -> None:
        """Another connection than the one that stored a call must see it once a worker is asked to process it."""
        if message.task == publishing.PROCESS:
            in_thread(partial(self._look_for, message.args[0]))
        self._publish(message)

    def _look_for(self, keys: list[int]) -> None:
        if Delivery.objects.using(self.alias).filter(pk__in=keys).count() < len(set(keys)):
            self.early.append(keys)

    def work(self) -> None:
        """Run tasks until there are no messages left."""
        while message := self._next():
            name, arguments = message
            self.ran.append(name)
            in_thread(partial(current_app.tasks[name], *arguments))

    def _next(self) -> tuple[str, list[Any]] | None:
        assert publishing.publisher.flush(10)
        with current_app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
            try:
                message = queue.get_nowait()
            except Empty:
                return None
            message.ack()
            return message.headers["task"], message.payload[0]


def in_thread(function: Callable[[], object]) -> None:
    """Run a function with database connections of its own, and raise what it raises."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
