"""Runs the example with several workers, injects faults and kills, and checks what must hold afterwards."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random

import requests

from example_project.demo.processes import run
from tests.chaos.clock import Clock
from tests.chaos.command import exit_code_of
from tests.chaos.driver import Driver
from tests.chaos.environment import own_broker, prepare, proxy_to, through
from tests.chaos.outages import Outages
from tests.chaos.processes import Site
from tests.chaos.report import Report
from tests.chaos.scenario import calm_phase, chaos_phase, say, settle_phase, wait_for
from tests.chaos.syncs import Syncs
from tests.chaos.vyte import make_vyte

START_SECONDS = 90.0


def main() -> int:
    """The exit code: 0, or 1 when something was lost, left stale or left undone."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000, help="webhook calls that Vyte makes")
    parser.add_argument("--events", type=int, default=50, help="meetings that they are about")
    parser.add_argument("--workers", type=int, default=4, help="Celery workers")
    parser.add_argument("--seed", type=int, help="what happens at Vyte, which faults and which kills")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report there, too")
    parser.add_argument(
        "--restart-services", action="store_true", help="stop the machine's own servers instead of a proxy"
    )
    options = parser.parse_args()
    if options.seed is None:
        options.seed = secrets.randbelow(10**6)
    return exit_code_of(lambda: run_scenario(options).violations)


def run_scenario(options: argparse.Namespace) -> Report:
    """One run from beginning to end; its report is printed before all of it is taken down."""
    folder = Path(tempfile.mkdtemp(prefix="django-vyte-chaos-"))
    say(f"Seed {options.seed}, logs in {folder}")
    randoms = {
        what: Random(f"{options.seed} {what}")
        for what in ("driver", "api_faults", "kills", "network", "syncs")
    }
    api_key = secrets.token_hex(16)
    sandbox, api_faults, recorder = make_vyte(api_key, randoms["api_faults"])
    with ExitStack() as stack:
        vyte = stack.enter_context(sandbox.serve()).url
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        crm = f"http://127.0.0.1:{listener.getsockname()[1]}"
        servers = prepare(folder, vyte, crm, api_key)
        from example_project.demo.environment import own_database

        stack.enter_context(own_database())
        stack.enter_context(own_broker(servers))
        database = stack.enter_context(proxy_to(servers.database, randoms["network"]))
        broker = stack.enter_context(proxy_to(servers.broker, randoms["network"]))
        site = stack.enter_context(Site(folder, options.workers, listener))
        run("migrate", "--run-syncdb", "--verbosity", "0")
        run("vyte_link_team", stdin=api_key)
        proxied = {"DEMO_DATABASE_URL": through(servers.database, database)}
        environment = {**os.environ, **proxied, "DEMO_BROKER_URL": through(servers.broker, broker)}
        site.start(environment)
        wait_for("web servers and workers", START_SECONDS, lambda: is_up(site, crm))

        driver = Driver(sandbox, randoms["driver"], options.events)
        syncs = stack.enter_context(Syncs(environment, randoms["syncs"]))
        report = Report(
            folder, options.seed, servers, sandbox, driver, api_faults, recorder, site, database, syncs
        )
        clock = Clock(folder / "clock")
        outages = stack.enter_context(
            Outages(servers, database, broker, clock, restart_services=options.restart_services)
        )
        sandbox.courier.start()
        stack.callback(sandbox.courier.stop)
        chaos_phase(report, outages, options.calls, randoms["kills"])
        settle_phase(report)
        check_invariants(report, vyte, api_key)
        if not report.violations:
            calm_phase(report)
            check_invariants(report, vyte, api_key)
        text = report.text()
        print(text, flush=True)
        if options.report:
            options.report.write_text(text + "\n")
    return report


def check_invariants(report: Report, vyte: str, api_key: str) -> None:
    """Add to the report every invariant that does not hold."""
    from tests.chaos import invariants

    report.violations += [
        *report.syncs.violations,
        *invariants.every_accepted_call_is_stored(report.recorder),
        *invariants.nothing_is_stuck(),
        *invariants.mirror_matches_vyte(invariants.listed(vyte, api_key), report.driver.deleted),
        *invariants.joined_members_are_dispatched(report.driver),
        *invariants.every_change_is_dispatched(),
        *invariants.history_is_consistent(),
        *invariants.no_secret_is_logged(report.folder, [api_key, os.environ["VYTE_ENCRYPTION_KEY"]]),
        *invariants.all_kinds_of_faults_came(report.api_faults),
    ]


def is_up(site: Site, crm: str) -> bool:
    """Whether web servers answer and every worker takes messages."""
    try:
        answers = requests.get(f"{crm}/accounts/login/", timeout=5).ok
    except requests.RequestException:
        return False
    return answers and all(
        b" ready." in child.log.read_bytes() for child in site.children if child.kind == "worker"
    )


if __name__ == "__main__":
    sys.exit(main())
