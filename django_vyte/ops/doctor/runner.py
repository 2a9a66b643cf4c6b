"""Runs all checks of the doctor: settings, broker and tables first, then accounts, then addresses and pending work.

Checks whose failure makes others pointless come first; without its tables, nothing else is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django_vyte.ops.doctor import backlog, site, workers
from django_vyte.ops.doctor.finding import Finding, Level, wrong
from django_vyte.ops.doctor.registry import (
    ACCOUNT_CHECKS,
    NETWORK_CHECKS,
    QUICK_CHECKS,
    SITE_CHECKS,
    CheckedAccount,
    run_account_check,
    run_check,
)


def run_checks(account_id: str = "", *, network: bool = False) -> Iterator[Finding]:
    """Yield the findings about the site and all accounts, or only the account with this id at its service.

    Writes nothing. A service gets a few requests for each account, and no more once it cannot be reached. With
    ``network`` this site is called at its public address, too.
    """
    yield from run_check(site.settings, site.FOUND_BY_REQUEST)
    broker = yield from run_check(site.broker)
    if (yield from run_check(site.tables)):
        # Every other check reads these tables.
        return
    yield from run_check(site.database)
    # Without a broker nobody can be asked.
    unattended = bool((yield from run_check(workers.workers)) if not broker else ())
    yield from run_check(workers.schedule)
    accounts: list[CheckedAccount] = []
    for check in ACCOUNT_CHECKS.values():
        accounts += yield from run_account_check(check, account_id)
    for site_check in (*SITE_CHECKS, *(NETWORK_CHECKS if network else ())):
        yield from run_check(site_check)
    linked = [account.linked_at for account in accounts if account.linked_at]
    yield from run_check(workers.heartbeats, min(linked, default=None))
    if not account_id:
        yield from _check_work(None, unattended=unattended)
        return
    wanted = [account for account in accounts if account.id == account_id]
    for account in wanted:
        yield from _check_work(account, unattended=unattended)
    if not wanted:
        names = ", ".join(f"{account.id} ({account.name})" for account in accounts)
        yield wrong("unknown_account", f"No account {account_id} is linked.", f"Linked are: {names}")


def summary() -> list[Finding]:
    """What is wrong as far as settings and tables tell, errors first; empty where nothing is. For a page's notice.

    Sends no request: not to Vyte, the broker or this site's own address, so it misses what only ``run_checks`` finds.
    Takes a few milliseconds and at most 30 queries, however many teams and rows there are, and never raises.

    Each ``Finding`` has a stable ``id`` (docs/run/doctor.md), a ``level`` (``Level.ERROR`` or ``Level.WARNING``), and
    two texts in English for people who run the site: ``text`` says what is wrong, ``hint`` what to do. ``team`` is the
    ``vyte_id`` of the team that it is about, empty for what concerns the whole site; ``about`` is that team's name.
    No text holds a secret.
    """
    checks: tuple[Callable[..., Iterator[Finding]], ...] = (
        site.settings,
        workers.schedule,
        workers.heartbeats,
        *QUICK_CHECKS.values(),
        backlog.deliveries,
        backlog.receivers,
        backlog.pruning,
    )
    found = [finding for check in checks for finding in run_check(check)]
    return sorted(
        (each for each in found if each.level is not Level.OK), key=lambda each: each.level is not Level.ERROR
    )


def _check_work(account: CheckedAccount | None, *, unattended: bool) -> Iterator[Finding]:
    """The pending work of one account, or of all; sooner overdue if it is known that no worker takes it."""
    overdue = backlog.UNATTENDED if unattended else backlog.OVERDUE
    for check in (backlog.deliveries, backlog.receivers):
        yield from run_check(check, account.key if account else None, overdue, about=account)
    if account is None:
        yield from run_check(backlog.not_installed)
    yield from run_check(backlog.pruning)
