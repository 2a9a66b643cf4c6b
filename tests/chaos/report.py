"""The figures of a run and what was wrong, as text."""

from __future__ import annotations

import platform
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django_vyte.sandbox import Sandbox
from tests.chaos.driver import Driver
from tests.chaos.environment import Servers
from tests.chaos.processes import WEB_SERVERS, Site
from tests.chaos.proxy import Proxy
from tests.chaos.syncs import Syncs
from tests.chaos.vyte import CallRecorder, RandomFaults

MOST_SHOWN = 40


@dataclass
class Report:
    """What is known of one run; ``minutes_to_quiet`` counts from the moment that nothing goes wrong any more."""

    folder: Path
    seed: int
    servers: Servers
    vyte: Sandbox
    driver: Driver
    api_faults: RandomFaults
    recorder: CallRecorder
    site: Site
    database: Proxy
    syncs: Syncs
    outages: list[str] = field(default_factory=list)
    calls: int = 0
    given_up: int = 0
    minutes_of_chaos: float = 0.0
    minutes_to_quiet: float = 0.0
    replayed: int = 0
    violations: list[str] = field(default_factory=list)

    def text(self) -> str:
        """All of it, readable."""
        return readable(self.lines(), self.violations)

    def lines(self) -> list[tuple[str, str]]:
        """Name and value of each figure."""
        scheme, broker = self.servers.database.scheme, self.servers.broker.scheme
        return [
            ("environment", f"{scheme}, {broker}, Python {platform.python_version()}"),
            ("web server", f"Werkzeug's threaded server in {WEB_SERVERS} processes on one socket"),
            ("local Vyte", "vyte_sandbox's server in the process that watches, which nothing kills"),
            ("seed", str(self.seed)),
            ("logs", str(self.folder)),
            *self.said(),
            *self.suffered(),
            *self.done(),
            ("minutes of chaos", f"{self.minutes_of_chaos:.1f}"),
            ("minutes to quiet", f"{self.minutes_to_quiet:.1f}"),
        ]

    def said(self) -> list[tuple[str, str]]:
        """What happened at Vyte, and how its calls were taken."""
        driver, accepted = self.driver, self.recorder.accepted
        bodies = {attempt.body for attempt in accepted}
        refused = Counter(
            str(each.status or "no answer") for each in self.recorder.attempts if each.status != 200
        )
        events = f"{len(driver.present)} and {len(driver.deleted)} deleted"
        return [
            ("events", f"{events}; {len(driver.joined)} users joined"),
            ("webhook calls", f"{self.calls}, {len(bodies)} different; given up: {self.given_up}"),
            ("accepted with 200", f"{len(accepted)}, {self.recorder.out_of_order()} of them out of order"),
            ("not accepted", f"{refused.total()}: {listed(refused)}; tried again"),
            ("time to a 200", percentiles([attempt.seconds for attempt in accepted])),
        ]

    def suffered(self) -> list[tuple[str, str]]:
        """What went wrong."""
        kills, faults = self.site.kills, self.api_faults.counts
        return [
            ("SIGKILLs", f"{kills.total()}: {listed(kills)}"),
            ("tasks that failed", str(self.failed_tasks())),
            ("stopped by themselves", ", ".join(self.site.stopped) or "none"),
            *(("outage", outage) for outage in self.outages),
            ("broken connections", f"{self.database.broken} to the database, by the proxy, at any moment"),
            ("vyte_sync meanwhile", listed(self.syncs.ended)),
            ("API faults", f"{faults.total()} in {self.api_faults.asked} requests"),
            *((f"  {kind}", str(times)) for kind, times in sorted(faults.items())),
        ]

    def failed_tasks(self) -> int:
        """How often a worker's log says that a task ended in an error, which others made up for."""
        logs = (child.log.read_bytes() for child in self.site.children if child.kind == "worker")
        return sum(log.count(b"raised unexpected") for log in logs)

    def done(self) -> list[tuple[str, str]]:
        """What this site made of it."""
        from django_vyte.models import Delivery, EventChange
        from tests.chaos.signal_log.models import ReceiverCall

        deliveries = Counter(Delivery.objects.values_list("status", flat=True))
        attempts = Counter(Delivery.objects.values_list("attempts", flat=True))
        logged = list(ReceiverCall.objects.values_list("kind", "about"))
        processes, again = (
            ReceiverCall.objects.values("pid").distinct().count(),
            len(logged) - len(set(logged)),
        )
        tries = {f"{count}×": times for count, times in sorted(attempts.items())}
        return [
            ("deliveries", f"{deliveries.total()}: {listed(deliveries)}"),
            ("attempts of a delivery", listed(tries)),
            ("failed, then replayed", str(self.replayed)),
            ("changes recorded", str(EventChange.objects.count())),
            ("signals", f"{len(logged)} in {processes} processes; dispatched again: {again}"),
        ]


def readable(lines: Sequence[tuple[str, str]], violations: Sequence[str]) -> str:
    """Names and values below each other, then the violations or that there are none."""
    width = max(len(name) for name, _ in lines)
    return "\n".join([*(f"{name:<{width}}  {value}" for name, value in lines), "", *verdict(violations)])


def verdict(violations: Sequence[str]) -> list[str]:
    """The violations, the first of them at length."""
    if not violations:
        return ["Nothing that Vyte said was lost or left stale."]
    more = len(violations) - MOST_SHOWN
    rest = [f"  … and {more} more"] if more > 0 else []
    return [f"{len(violations)} VIOLATIONS", *(f"  {each}" for each in violations[:MOST_SHOWN]), *rest]


def listed(counts: dict[str, int] | Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in counts.items()) or "none"


def percentiles(seconds: list[float]) -> str:
    """p50, p95 and p99 in milliseconds."""
    if len(seconds) < 2:
        return "unknown"
    cuts = statistics.quantiles(seconds, n=100)
    return ", ".join(f"p{each} {cuts[each - 1] * 1000:.0f} ms" for each in (50, 95, 99))
