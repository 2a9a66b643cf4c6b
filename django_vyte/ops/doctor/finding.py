"""One thing that was looked into, and how to say it without a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.timesince import timesince

from django_vyte.conf import get_settings
from django_vyte.exceptions import mask
from django_vyte.redaction import TOKEN

if TYPE_CHECKING:
    import datetime as dt

# An address, which is shown without who logs in and without what follows the host.
ADDRESS = re.compile(r"(\w[\w+.-]*://)(?:\S*@)?([^/\s]*)(?:/\S*)?")
# How much of what somebody else wrote is repeated.
EXCERPT = 300


class Level(StrEnum):
    """``warning`` is what costs time or care, ``error`` what keeps the mirror from being true."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


# Everything that can be wrong, besides what the system checks find.
KINDS = {
    "broker_unreachable": Level.WARNING,
    "database_unreachable": Level.ERROR,
    "migrations_unapplied": Level.ERROR,
    "secrets_unreadable": Level.ERROR,
    "no_team": Level.ERROR,
    "unknown_team": Level.ERROR,
    "no_active_key": Level.ERROR,
    "key_unreadable": Level.ERROR,
    "key_refused": Level.ERROR,
    "key_of_another_team": Level.ERROR,
    "vyte_unreachable": Level.ERROR,
    "vyte_fails": Level.ERROR,
    "webhooks_not_compared": Level.ERROR,
    "webhooks_missing": Level.ERROR,
    "public_url_changed": Level.ERROR,
    "webhooks_stale": Level.WARNING,
    "never_patrolled": Level.WARNING,
    "patrol_overdue": Level.WARNING,
    "events_may_be_missing": Level.WARNING,
    "sync_failed": Level.WARNING,
    "registering_failed": Level.WARNING,
    "comparing_failed": Level.WARNING,
    "other_problem": Level.WARNING,
    "deliveries_failed": Level.ERROR,
    "deliveries_idle": Level.ERROR,
    "deliveries_behind": Level.WARNING,
    "deliveries_failing": Level.WARNING,
    "receivers_given_up": Level.ERROR,
    "receivers_idle": Level.ERROR,
    "receivers_behind": Level.WARNING,
    "receivers_failing": Level.WARNING,
    "not_pruned": Level.WARNING,
    "not_looked_into": Level.ERROR,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` says what was found, ``hint`` the next step, a command or a setting; it is empty where all is well.

    ``about`` is the name of a team, ``team`` its id at Vyte; without one, it is about the site.
    """

    id: str
    level: Level
    text: str
    hint: str = ""
    about: str = "site"
    team: str = ""


def fine(question: str, text: str) -> Finding:
    """Nothing is wrong there."""
    return Finding(question, Level.OK, text)


def wrong(kind: str, text: str, hint: str) -> Finding:
    """Something to see to; ``kind`` is one of ``KINDS``."""
    return Finding(kind, KINDS[kind], text, hint)


def redacted(text: str) -> str:
    """``text`` without what is named like a secret, without encryption keys, and with addresses up to their host."""
    keys = map(str, get_settings().ENCRYPTION_KEYS)
    return ADDRESS.sub(r"\1\2", TOKEN.sub(r"\1***", mask(text, keys)))


def excerpt(text: str) -> str:
    """The beginning of an error that somebody else worded, in one line."""
    # What is cut off first could be what a secret is known by.
    return redacted(" ".join(text.split()))[:EXCERPT]


def since(when: dt.datetime) -> str:
    """How long ago that is: ``2 hours, 5 minutes``."""
    return timesince(when, timezone.now()).replace("\xa0", " ")
