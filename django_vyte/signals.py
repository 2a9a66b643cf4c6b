"""What a project listens to. Each signal says what became true in the database, from a Celery worker.

``event_created``, ``event_confirmed``, ``event_updated`` and ``event_cancelled`` carry ``event`` and ``change``;
``user_joined`` carries ``member``. Every receiver is called on its own: one that raises is called again later and
keeps none of the others waiting. A worker that dies may leave a receiver called twice: ``change.pk`` tells.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django.dispatch import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


logger = logging.getLogger(__name__)


class ToldSignal(Signal):
    """A signal whose receivers are called one by one, so that only those that failed are called again."""

    def tell(self, sender: object, already: Collection[str], **named: Any) -> tuple[list[str], list[str]]:
        """Call every receiver not named in ``already``; the names of those that heard, and what went wrong."""
        told: list[str] = []
        failed: list[str] = []
        receivers, coroutines = self._live_receivers(sender)
        calls = [(name_of(each), each) for each in receivers]
        calls += [(name_of(each), async_to_sync(each)) for each in coroutines]
        for name, call in calls:
            if name in already:
                continue
            try:
                call(signal=self, sender=sender, **named)
            except Exception as error:
                logger.exception("The receiver %s failed and will be called again.", name)
                failed.append(f"{name}: {type(error).__name__}: {error}")
            else:
                told.append(name)
        return told, failed


def name_of(receiver: Callable[..., object]) -> str:
    """What a receiver is called in the history: its module and qualified name."""
    return f"{receiver.__module__}.{getattr(receiver, '__qualname__', type(receiver).__qualname__)}"


event_created = ToldSignal()
event_confirmed = ToldSignal()
event_updated = ToldSignal()
event_cancelled = ToldSignal()
user_joined = ToldSignal()
