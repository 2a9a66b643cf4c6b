"""Mirrors a list of events in batches: memory stays flat, and a run that is killed keeps what it has committed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from django_vyte import mirror
from django_vyte.sync.listing import ListedEvent

# Events a batch, each of which is one transaction.
BATCH = 500


def mirror_batches(
    team_id: int,
    listed: Iterable[ListedEvent],
    to_fetched: Callable[[dt.datetime, Any], mirror.FetchedEvent | None],
    *,
    dry_run: bool = False,
) -> Iterator[mirror.MirrorResult]:
    """Mirror listed events, and yield the result of each batch once it is committed.

    ``to_fetched`` gets the time before an event was asked for and its payload, and says what to mirror; None skips the
    event. A payload is released before the next one is decoded. ``dry_run`` only says what would be written.
    """
    save = mirror.preview if dry_run else mirror.save
    stream = iter(listed)
    for first in stream:
        batch = chain([first], islice(stream, BATCH - 1))
        fetched = (to_fetched(as_of, event) for as_of, event in batch)
        yield save(team_id, (each for each in fetched if each is not None))
