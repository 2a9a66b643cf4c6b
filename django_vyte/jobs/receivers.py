"""``OutboxSignal``: a signal whose receivers are called one by one, so that only those that failed are called again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

from asgiref.sync import async_to_sync
from django.dispatch import Signal

from django_vyte.stopping import SoftTimeLimitExceeded

logger = logging.getLogger("django_vyte.signals")


class OutboxSignal(Signal):
    """Sent from a row of the outbox, which keeps the names of the receivers that have taken it in."""

    def dispatch(
        self, sender: object, done: Collection[str], **named: Any
    ) -> Iterator[tuple[str, Exception | None]]:
        """Call every receiver that is not named in ``done``, one at each step; its name, and its exception."""
        receivers, coroutines = self._live_receivers(sender)
        calls = [(name_of(each), each) for each in receivers]
        calls += [(name_of(each), async_to_sync(each)) for each in coroutines]
        for name, call in _numbered(calls):
            if name in done:
                continue
            try:
                call(signal=self, sender=sender, **named)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:
                logger.exception("The receiver %s failed and will be called again.", name)
                yield name, error
            else:
                yield name, None


def _numbered(calls: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The calls with unique names: receivers of one name are numbered in the order they were connected."""
    seen: Counter[str] = Counter()
    for name, call in calls:
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), call


def name_of(receiver: Callable[..., object]) -> str:
    """What a receiver is called in the history: its module and qualified name."""
    return f"{receiver.__module__}.{getattr(receiver, '__qualname__', type(receiver).__qualname__)}"
