"""Asking the doctor's questions: each answers in findings, and one that breaks stops no other.

A service registers its own examination, which is run between the questions about the site and those about its work.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from django_vyte import db
from django_vyte.models.delivery import AccountKey
from django_vyte.ops.doctor.finding import KINDS, Finding, Level, redacted, wrong

logger = logging.getLogger("django_vyte.doctor")


@dataclass(frozen=True, slots=True)
class Subject:
    """The account that a question is about: its name, its id at the service, and what names its deliveries."""

    name: str
    id: str
    key: AccountKey


# Takes the id of the only account to look into, empty for all; answers the subjects that it is the id of.
Examination = Callable[[str], Generator[Finding, None, list[Subject]]]
EXAMINATIONS: dict[str, Examination] = {}


def register(source: str, kinds: dict[str, Level]) -> Callable[[Examination], Examination]:
    """Register the examination of a source, and the kinds of findings that it may come to."""

    def decorate(examination: Examination) -> Examination:
        KINDS.update(kinds)
        EXAMINATIONS[source] = examination
        return examination

    return decorate


def ask(
    question: Callable[..., Iterator[Finding]], *given: Any, about: Subject | None = None
) -> Generator[Finding, None, set[str]]:
    """The findings of a question, without secrets; returns the ids of those that are not ok."""
    found = set()
    try:
        for finding in question(*given):
            if finding.level is not Level.OK:
                found.add(finding.id)
            yield _shown(finding, about)
    except Exception as failure:
        logger.exception("%s failed", question.__qualname__)
        db.close_broken_connections()
        text = f"Could not look into {question.__name__.strip('_')}: {type(failure).__name__}."
        found.add("not_looked_into")
        hint = f"The log of {logger.name} says where it broke."
        yield _shown(wrong("not_looked_into", text, hint), about)
    return found


def _shown(finding: Finding, about: Subject | None) -> Finding:
    shown = dataclasses.replace(finding, text=redacted(finding.text), hint=redacted(finding.hint))
    return dataclasses.replace(shown, about=about.name, team=about.id) if about else shown
