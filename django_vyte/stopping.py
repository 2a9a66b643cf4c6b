"""Orders to stop: a task that gets one ends at once, and takes it for no error of the work at hand.

Celery raises its soft time limit as an ``Exception`` wherever the task happens to be; code that goes on after an error
lets it pass with ``except SoftTimeLimitExceeded: raise``. Ctrl-C, SIGTERM and the timeouts of gevent are no
``Exception``: https://docs.celeryq.dev/en/stable/userguide/workers.html#time-limits
"""

from __future__ import annotations

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded

__all__ = ["SoftTimeLimitExceeded", "is_order", "within_soft_limit"]


def is_order(error: BaseException) -> bool:
    """Whether this ends the task, rather than the piece of work during which it was raised."""
    return isinstance(error, SoftTimeLimitExceeded) or not isinstance(error, Exception)


def within_soft_limit(task: Task, seconds: float) -> float:  # type: ignore[type-arg]  # not generic when it runs
    """``seconds``, or half of the soft time limit that this run of ``task`` has, if that is less."""
    asked = (task.request.timelimit or (None, None))[1]
    limit = asked or task.soft_time_limit or task.app.conf.task_soft_time_limit
    return min(seconds, limit / 2) if limit else seconds
