"""``Finding``: the result of one check of the doctor. Its texts are for people and hold no secret."""

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

# URLs are shown as scheme and host: login, path and query can hold secrets.
ADDRESS = re.compile(r"(\w[\w+.-]*://)(?:\S*@)?([^/\s]*)(?:/\S*)?")
# Seconds by which clocks may differ.
MAX_SKEW = 60
# Characters of an error text that a finding quotes.
EXCERPT = 300


class Level(StrEnum):
    """``error`` makes mirrored data wrong or stale; ``warning`` does not, or not yet."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


# Ids of findings about any site, with their levels; ``register_check`` adds those of a service. Findings of system
# checks keep the id of the check.
KINDS = {
    "broker_unreachable": Level.WARNING,
    "no_worker": Level.WARNING,
    "queue_not_consumed": Level.ERROR,
    "beat_task_unknown": Level.ERROR,
    "beat_task_missing": Level.WARNING,
    "sweep_overdue": Level.ERROR,
    "prune_overdue": Level.WARNING,
    "database_unreachable": Level.ERROR,
    "database_clock_differs": Level.WARNING,
    "migrations_unapplied": Level.ERROR,
    "unknown_account": Level.ERROR,
    "source_not_installed": Level.WARNING,
    "deliveries_failed": Level.ERROR,
    "deliveries_idle": Level.ERROR,
    "deliveries_behind": Level.WARNING,
    "deliveries_failing": Level.WARNING,
    "receivers_given_up": Level.ERROR,
    "receivers_idle": Level.ERROR,
    "receivers_behind": Level.WARNING,
    "receivers_failing": Level.WARNING,
    "not_pruned": Level.WARNING,
    "check_crashed": Level.ERROR,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` says what was found, ``hint`` the next step: a command or a setting. ``hint`` is empty at level ok.

    ``about`` is the name of an account and ``team`` its id at the service; without it, a finding is about the site.
    """

    id: str
    level: Level
    text: str
    hint: str = ""
    about: str = "site"
    team: str = ""


def fine(check: str, text: str) -> Finding:
    """A finding at level ok; ``check`` is its id."""
    return Finding(check, Level.OK, text)


def wrong(kind: str, text: str, hint: str) -> Finding:
    """A finding with a next step; ``kind`` is one of ``KINDS``."""
    return Finding(kind, KINDS[kind], text, hint)


def clock_finding(kind: str, whose: str, ahead: float) -> Finding:
    """This machine's clock is ``ahead`` of another one by so many seconds, behind it if negative."""
    much = f"{abs(ahead):,.0f} seconds {'ahead of' if ahead > 0 else 'behind'}"
    hint = "Synchronise the clocks of your machines (NTP): what is due and what is newer is decided by time."
    return wrong(kind, f"This machine's clock is {much} {whose}.", hint)


def redacted(text: str) -> str:
    """``text`` without secrets and encryption keys, and with URLs cut after the host."""
    keys = map(str, get_settings().ENCRYPTION_KEYS)
    return ADDRESS.sub(r"\1\2", TOKEN.sub(r"\1***", mask(text, keys)))


def excerpt(text: str) -> str:
    """The beginning of an error text, in one line and without secrets."""
    # Redact first: a text cut in the middle of a secret no longer matches the pattern that hides it.
    return redacted(" ".join(text.split()))[:EXCERPT]


def since(when: dt.datetime) -> str:
    """How long ago that is: ``2 hours, 5 minutes``, or ``40 seconds``."""
    seconds = (timezone.now() - when).total_seconds()
    if seconds < 60:
        return f"{max(seconds, 0):.0f} seconds"
    return timesince(when, timezone.now()).replace("\xa0", " ")
