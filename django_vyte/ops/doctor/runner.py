"""Runs all checks of the doctor: the site first, then the accounts of each service, then pending work.

Checks whose failure makes others pointless come first; without its tables, nothing else is checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from django_vyte.ops.doctor import backlog, site
from django_vyte.ops.doctor.finding import Finding
from django_vyte.ops.doctor.registry import ACCOUNT_CHECKS, CheckedAccount, run_check


def run_checks(account_id: str = "") -> Iterator[Finding]:
    """Yield the findings about the site and all accounts, or only the account with this id at its service.

    Writes nothing. A service gets a few requests for each account, and no more once it cannot be reached.
    """
    yield from run_check(site.settings)
    yield from run_check(site.broker)
    if (yield from run_check(site.tables)):
        # Every other check reads these tables.
        return
    accounts: list[CheckedAccount] = []
    for check in ACCOUNT_CHECKS.values():
        accounts += yield from check(account_id)
    # With an unknown ``account_id`` there is no account whose work to check.
    if accounts or not account_id:
        only = accounts[0] if account_id else None
        for check_work in (backlog.deliveries, backlog.receivers):
            yield from run_check(check_work, only.key if only else None, about=only)
    yield from run_check(backlog.pruning)
