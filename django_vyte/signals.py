"""What a project listens to. Each signal says what became true in the database, from a Celery worker.

``event_created``, ``event_confirmed``, ``event_updated`` and ``event_cancelled`` carry ``event`` and ``change``;
``user_joined`` carries ``member``. Every receiver is called on its own: one that raises is called again later and
keeps none of the others waiting. A worker that dies may leave a receiver called twice: ``change.pk`` tells.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django.dispatch import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


logger = logging.getLogger(__name__)


class ToldSignal(Signal):
    """A signal whose receivers are called one by one, so that only those that failed are called again."""

    def tell(
        self, sender: object, already: Collection[str], **named: Any
    ) -> Iterator[tuple[str, Exception | None]]:
        """Call every receiver not named in ``already``, one at each step; its name, and what went wrong."""
        receivers, coroutines = self._live_receivers(sender)
        calls = [(name_of(each), each) for each in receivers]
        calls += [(name_of(each), async_to_sync(each)) for each in coroutines]
        for name, call in _told_apart(calls):
            if name in already:
                continue
            try:
                call(signal=self, sender=sender, **named)
            except Exception as error:
                logger.exception("The receiver %s failed and will be called again.", name)
                yield name, error
            else:
                yield name, None


def _told_apart(calls: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The calls with names that differ: receivers of one name are numbered in the order they were connected."""
    seen: Counter[str] = Counter()
    for name, call in calls:
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), call


def name_of(receiver: Callable[..., object]) -> str:
    """What a receiver is called in the history: its module and qualified name."""
    return f"{receiver.__module__}.{getattr(receiver, '__qualname__', type(receiver).__qualname__)}"


event_created = ToldSignal()
event_confirmed = ToldSignal()
event_updated = ToldSignal()
event_cancelled = ToldSignal()
user_joined = ToldSignal()
