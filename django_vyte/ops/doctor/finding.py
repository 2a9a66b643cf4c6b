"""``Finding``: one thing that the doctor looked into, worded without a secret."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.timesince import timesince

from django_vyte.conf import get_settings
from django_vyte.exceptions import mask
from django_vyte.redaction import TOKEN

# An address is shown without its login and without what follows the host.
ADDRESS = re.compile(r"(\w[\w+.-]*://)(?:\S*@)?([^/\s]*)(?:/\S*)?")
# Characters of an error text that are repeated.
EXCERPT = 300


class Level(StrEnum):
    """``warning`` is what costs time or care, ``error`` what keeps the mirror from being true."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


# What can be wrong in any site, whatever its services; a service declares more. System checks have ids of their own.
KINDS = {
    "broker_unreachable": Level.WARNING,
    "database_unreachable": Level.ERROR,
    "migrations_unapplied": Level.ERROR,
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

    ``about`` is the name of an account, ``team`` its id at the service; without one, it is about the site.
    """

    id: str
    level: Level
    text: str
    hint: str = ""
    about: str = "site"
    team: str = ""


def fine(question: str, text: str) -> Finding:
    """A finding that nothing is wrong."""
    return Finding(question, Level.OK, text)


def wrong(kind: str, text: str, hint: str) -> Finding:
    """A finding with a next step; ``kind`` is one of ``KINDS``."""
    return Finding(kind, KINDS[kind], text, hint)


def redacted(text: str) -> str:
    """``text`` without what is named like a secret, without encryption keys, and with addresses up to their host."""
    keys = map(str, get_settings().ENCRYPTION_KEYS)
    return ADDRESS.sub(r"\1\2", TOKEN.sub(r"\1***", mask(text, keys)))


def excerpt(text: str) -> str:
    """The beginning of an error text, in one line and without secrets."""
    # Redacted before it is cut: the cut could take away what marks a secret.
    return redacted(" ".join(text.split()))[:EXCERPT]


def since(when: dt.datetime) -> str:
    """How long ago that is: ``2 hours, 5 minutes``."""
    return timesince(when, timezone.now()).replace("\xa0", " ")
