"""The scenario of a run: faults and kills, then none until all rows are done, then calls without faults or errors."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from random import Random

from tests.chaos.outages import Outages
from tests.chaos.report import Report
from tests.chaos.vyte import SHARE

SHORTEST = 80.0
"""Seconds that the outages and some quiet between them take."""
CALLS_A_SECOND = 12
FRAGILE = 1 / 300
"""The share of packets between this site and its database after which the connection is cut."""
KILLS_END = 0.85
"""The part of the time after which no process is killed, so that one in a wrong state stays there to be seen."""
CALM_CALLS = 15
"""How many calls come for each worker when all is well."""
QUIET_SECONDS = 300.0
COMPLAINT = re.compile(r"\b(ERROR|CRITICAL)\b")
BEGAN = time.monotonic()


def chaos_phase(report: Report, outages: Outages, calls: int, random: Random) -> None:
    """Kills, outages, API faults and cut connections, while events change at Vyte."""
    started, outbox = time.monotonic(), report.vyte.outbox
    seconds = max(SHORTEST, calls / CALLS_A_SECOND)
    report.api_faults.share, report.database.fragile = SHARE, FRAGILE
    while len(outbox) < calls or not (outages.all_over and report.syncs.all_over):
        progress = (time.monotonic() - started) / seconds
        while len(outbox) < min(calls, calls * progress):
            report.driver.step(progress)
        if progress < KILLS_END:
            report.site.kill_sometimes(random)
        report.site.supervise()
        outages.follow(progress)
        report.syncs.follow(progress)
        time.sleep(0.05)
    report.api_faults.share = report.database.fragile = 0.0
    report.api_faults.clear()
    report.outages = outages.happened
    report.minutes_of_chaos = (time.monotonic() - started) / 60
    say(f"{len(outbox)} calls, {report.site.kills.total()} kills; all is well from here on")


def settle_phase(report: Report) -> None:
    """Wait until no row and no webhook call is left; then replay failed deliveries, and wait again."""
    from django_vyte.inbox.replay import reopen
    from django_vyte.models import Delivery

    started = time.monotonic()
    _wait_for_quiet(report)
    report.minutes_to_quiet = (time.monotonic() - started) / 60
    report.calls = len(report.vyte.outbox)
    report.given_up = sum(call.given_up for call in report.vyte.outbox)
    if report.given_up:
        report.violations.append(f"Vyte gave up {report.given_up} calls.")
    if report.violations:
        return
    report.replayed = len(reopen(Delivery.objects.filter(status=Delivery.Status.FAILED)))
    _wait_for_quiet(report)
    say("quiet")


def calm_phase(report: Report) -> None:
    """More calls without faults: the first let each process find its dead connections, the rest may log no error."""
    _stay_calm(report)
    logs = {child: child.log.stat().st_size for child in report.site.children}
    _stay_calm(report)
    report.calls = len(report.vyte.outbox)
    for child, size in logs.items():
        said = child.log.read_bytes()[size:].decode(errors="replace")
        complaints = [line for line in said.splitlines() if COMPLAINT.search(line)]
        if complaints:
            count, first = len(complaints), complaints[0]
            report.violations.append(f"All was well, and {child.name} logged {count} errors: {first}")


def _stay_calm(report: Report) -> None:
    outbox = report.vyte.outbox
    enough = len(outbox) + CALM_CALLS * sum(child.kind == "worker" for child in report.site.children)
    while len(outbox) < enough:
        report.driver.step(1.0)
        time.sleep(0.05)
    _wait_for_quiet(report)


def _wait_for_quiet(report: Report) -> None:
    from tests.chaos.invariants import rows_left

    def is_quiet() -> bool:
        report.site.supervise()
        return not any(call.waiting for call in report.vyte.outbox) and not rows_left()

    try:
        wait_for("quiet", QUIET_SECONDS, is_quiet)
    except TimeoutError as error:
        report.violations.append(str(error))


def wait_for(what: str, seconds: float, condition: Callable[[], bool]) -> None:
    """Ask until the condition holds; TimeoutError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} seconds in vain for {what}.")
        time.sleep(0.25)


def say(what: str) -> None:
    """A line with the seconds since the beginning."""
    print(f"{time.monotonic() - BEGAN:4.0f} s  {what}", flush=True)
