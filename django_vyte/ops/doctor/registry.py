"""Runs single checks of the doctor, and registers the checks of each service's accounts.

A check that raises becomes a finding of its own (``check_crashed``), so that the others still run.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from django_vyte import db
from django_vyte.models.delivery import AccountKey
from django_vyte.ops.doctor.finding import KINDS, Finding, Level, redacted, wrong

logger = logging.getLogger("django_vyte.doctor")


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """The account that a check is about: its name, its id at the service, and the key of its deliveries.

    ``linked_at`` is since when there is something to sweep and to prune, None where that is unknown.
    """

    name: str
    id: str
    key: AccountKey
    linked_at: dt.datetime | None = None

    def named(self, finding: Finding) -> Finding:
        """The finding, as one about this account."""
        return dataclasses.replace(finding, about=self.name, team=self.id)


# Takes the service's id of the account to check, empty for all; returns all accounts that are linked.
AccountCheck = Callable[[str], Generator[Finding, None, list[CheckedAccount]]]
ACCOUNT_CHECKS: dict[str, AccountCheck] = {}
# Finds what this site's own tables tell about the accounts of a service: no request, a few queries for all of them.
QuickCheck = Callable[[], Iterator[Finding]]
QUICK_CHECKS: dict[str, QuickCheck] = {}

# Checks about the site as a whole; those that send requests over the network run when asked for.
SiteCheck = Callable[[], Iterator[Finding]]
SITE_CHECKS: list[SiteCheck] = []
NETWORK_CHECKS: list[SiteCheck] = []


def register_check(source: str, kinds: dict[str, Level]) -> Callable[[AccountCheck], AccountCheck]:
    """Register the check of a source's accounts; ``kinds`` are the ids of its findings, with their levels."""

    def decorate(check: AccountCheck) -> AccountCheck:
        KINDS.update(kinds)
        ACCOUNT_CHECKS[source] = check
        return check

    return decorate


def register_site_check(check: SiteCheck, kinds: dict[str, Level]) -> None:
    """Register a check about the site as a whole; ``kinds`` are the ids of its findings, with their levels."""
    KINDS.update(kinds)
    SITE_CHECKS.append(check)


def register_quick_check(source: str) -> Callable[[QuickCheck], QuickCheck]:
    """Register what ``doctor.summary`` shows of a source's accounts; its findings say which account they are about."""

    def decorate(check: QuickCheck) -> QuickCheck:
        QUICK_CHECKS[source] = check
        return check

    return decorate


def run_check(
    check: Callable[..., Iterator[Finding]], *arguments: Any, about: CheckedAccount | None = None
) -> Generator[Finding, None, set[str]]:
    """Yield the findings of a check, without secrets; returns the ids of those that are not ok."""
    ids = set()
    try:
        for finding in check(*arguments):
            if finding.level is not Level.OK:
                ids.add(finding.id)
            yield _for_output(finding, about)
    except Exception as error:
        ids.add("check_crashed")
        yield _for_output(_crashed(check, error), about)
    return ids


def run_account_check(check: AccountCheck, account_id: str) -> Generator[Finding, None, list[CheckedAccount]]:
    """Yield the findings of a service's checks; returns its accounts, none when the checks raised."""
    try:
        return (yield from check(account_id))
    except Exception as error:
        yield _crashed(check, error)
        return []


def _crashed(check: Callable[..., object], error: Exception) -> Finding:
    """The finding for a check that raised, which is logged."""
    logger.error("%s failed", check.__qualname__, exc_info=error)
    db.close_broken_connections()
    text = f"The check of {check.__name__.strip('_')} failed with {type(error).__name__}."
    return wrong("check_crashed", text, f"The traceback is in the log of {logger.name}.")


def _for_output(finding: Finding, about: CheckedAccount | None) -> Finding:
    """The finding with secrets masked and the account it is about."""
    masked = dataclasses.replace(finding, text=redacted(finding.text), hint=redacted(finding.hint))
    return about.named(masked) if about else masked
