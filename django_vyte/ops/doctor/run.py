"""All questions, in an order in which those that make others pointless come first."""

from __future__ import annotations

from collections.abc import Iterator

from django_vyte.ops.doctor import site, work
from django_vyte.ops.doctor.finding import Finding
from django_vyte.ops.doctor.questions import EXAMINATIONS, Subject, ask


def examine(account_id: str = "") -> Iterator[Finding]:
    """Look into everything, or of the accounts only into the one with this id at its service; findings as they come.

    Writes nothing. Each service is asked a few things for each account, and nothing more once it cannot be reached.
    """
    yield from ask(site.settings)
    yield from ask(site.broker)
    if (yield from ask(site.tables)):
        # Nothing else can be read.
        return
    subjects: list[Subject] = []
    for examination in EXAMINATIONS.values():
        subjects += yield from examination(account_id)
    # Nothing is said of other accounts than the one that was asked for.
    if subjects or not account_id:
        only = subjects[0] if account_id else None
        for question in (work.deliveries, work.receivers):
            yield from ask(question, only.key if only else None, about=only)
    yield from ask(work.pruning)
