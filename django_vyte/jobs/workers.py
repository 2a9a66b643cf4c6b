"""Asks Celery's workers which queues they consume, and Celery which queue a task goes to."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import Any

from celery import current_app

from django_vyte.conf import get_settings
from django_vyte.jobs.publishing import DISPATCH, PROCESS

# Seconds to wait for the answers of all workers: first, and again if none came. Some brokers are polled.
FIRST, AGAIN = 1.0, 3.0


def consumed_queues() -> dict[str, set[str]] | None:
    """The queues of each worker that answers, by the worker's name; None where workers cannot be asked.

    They cannot where tasks run eagerly, where messages stay in this process (``memory://``), where the broker has no
    broadcast (as SQS), and where ``worker_enable_remote_control`` is off. Takes a second, or five where none answers.
    """
    if not _can_be_asked():
        return None
    answers: queue.SimpleQueue[dict[str, set[str]]] = queue.SimpleQueue()
    # In a thread, because a broker that hangs would keep the caller for as long as it does.
    # The control is fetched here: another thread may have another current app.
    threading.Thread(
        target=_ask, args=[current_app.control, answers], name="django-vyte-workers", daemon=True
    ).start()
    try:
        return answers.get(timeout=FIRST + AGAIN + 1)
    except queue.Empty:
        return {}


def _ask(control: Any, answers: queue.SimpleQueue[dict[str, set[str]]]) -> None:
    found: dict[str, Any] = {}
    # A broker that fails is reported by ``broker_problem``.
    with suppress(Exception):
        for seconds in (FIRST, AGAIN):
            # https://docs.celeryq.dev/en/stable/userguide/workers.html#inspecting-workers
            found = control.inspect(timeout=seconds).active_queues() or {}
            if found:
                break
    answers.put({worker: {each["name"] for each in queues} for worker, queues in found.items()})


def _can_be_asked() -> bool:
    conf = current_app.conf
    if conf.task_always_eager or not conf.worker_enable_remote_control:
        return False
    transport = current_app.connection_for_write().transport
    return transport.driver_type != "memory" and "fanout" in transport.implements.exchange_type


def wanted_queues() -> set[str]:
    """The queues that messages of this package go to, with the routes of the Celery app."""
    return {queue_of(name, get_settings().QUEUE) for name in (PROCESS, DISPATCH)}


def queue_of(task: str, given: str | None = None) -> str:
    """The queue of a task, as Celery routes it; ``given`` is the queue that is named when it is sent."""
    options: dict[str, Any] = {"queue": given} if given else {}
    found = current_app.amqp.router.route(options, task).get("queue")
    return str(getattr(found, "name", found))
