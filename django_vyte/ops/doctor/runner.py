"""Runs all checks of the doctor: the site first, then the accounts of each service, then pending work.

Checks whose failure makes others pointless come first; without its tables, nothing else is checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from django_vyte.ops.doctor import backlog, site
from django_vyte.ops.doctor.finding import Finding, wrong
from django_vyte.ops.doctor.registry import ACCOUNT_CHECKS, CheckedAccount, run_account_check, run_check


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
        accounts += yield from run_account_check(check, account_id)
    if not account_id:
        yield from _check_work(None)
        return
    wanted = [account for account in accounts if account.id == account_id]
    for account in wanted:
        yield from _check_work(account)
    if not wanted:
        names = ", ".join(f"{account.id} ({account.name})" for account in accounts)
        yield wrong("unknown_account", f"No account {account_id} is linked.", f"Linked are: {names}")


def _check_work(account: CheckedAccount | None) -> Iterator[Finding]:
    """The pending work of one account, or of all."""
    for check in (backlog.deliveries, backlog.receivers):
        yield from run_check(check, account.key if account else None, about=account)
    if account is None:
        yield from run_check(backlog.not_installed)
    yield from run_check(backlog.pruning)
