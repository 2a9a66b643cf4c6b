"""Runs everything, breaks what can break, and looks at what is left."""

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
from tests.chaos.command import carried_out
from tests.chaos.driver import Driver
from tests.chaos.environment import own_broker, prepare, proxy_to, through
from tests.chaos.outages import Outages
from tests.chaos.processes import Site
from tests.chaos.report import Report
from tests.chaos.scenario import rage, recover, say, settle, wait_for
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
    return carried_out(lambda: endure(options).violations)


def endure(options: argparse.Namespace) -> Report:
    """One run from beginning to end; its report is printed before all of it is taken down."""
    folder = Path(tempfile.mkdtemp(prefix="django-vyte-chaos-"))
    say(f"Seed {options.seed}, logs in {folder}")
    dice = {
        what: Random(f"{options.seed} {what}") for what in ("driver", "weather", "kills", "network", "syncs")
    }
    api_key = secrets.token_hex(16)
    sandbox, weather, courier = make_vyte(api_key, dice["weather"])
    with ExitStack() as stack:
        vyte = stack.enter_context(sandbox.serve()).url
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        crm = f"http://127.0.0.1:{listener.getsockname()[1]}"
        servers = prepare(folder, vyte, crm, api_key)
        from example_project.demo.environment import own_database

        stack.enter_context(own_database())
        stack.enter_context(own_broker(servers))
        database = stack.enter_context(proxy_to(servers.database, dice["network"]))
        broker = stack.enter_context(proxy_to(servers.broker, dice["network"]))
        site = stack.enter_context(Site(folder, options.workers, listener))
        run("migrate", "--run-syncdb", "--verbosity", "0")
        run("vyte_link_team", stdin=api_key)
        proxied = {"DEMO_DATABASE_URL": through(servers.database, database)}
        environment = {**os.environ, **proxied, "DEMO_BROKER_URL": through(servers.broker, broker)}
        site.start(environment)
        wait_for("web servers and workers", START_SECONDS, lambda: is_up(site, crm))

        driver = Driver(sandbox, dice["driver"], options.events)
        syncs = stack.enter_context(Syncs(environment, dice["syncs"]))
        report = Report(
            folder, options.seed, servers, sandbox, driver, weather, courier, site, database, syncs
        )
        clock = Clock(folder / "clock")
        outages = stack.enter_context(
            Outages(servers, database, broker, clock, restart_services=options.restart_services)
        )
        sandbox.courier.start()
        stack.callback(sandbox.courier.stop)
        rage(report, outages, options.calls, dice["kills"])
        settle(report)
        examine(report, vyte, api_key)
        if not report.violations:
            recover(report)
            examine(report, vyte, api_key)
        text = report.text()
        print(text, flush=True)
        if options.report:
            options.report.write_text(text + "\n")
    return report


def examine(report: Report, vyte: str, api_key: str) -> None:
    """Hold what this site has against what Vyte has and said."""
    from tests.chaos import invariants

    report.violations += [
        *report.syncs.violations,
        *invariants.every_call_is_kept(report.courier),
        *invariants.nothing_is_stuck(),
        *invariants.the_mirror_is_true(invariants.listed(vyte, api_key), report.driver.deleted),
        *invariants.members_are_there(report.driver),
        *invariants.every_change_is_told(),
        *invariants.history_is_a_chain(),
        *invariants.no_secret_is_logged(report.folder, [api_key, os.environ["VYTE_ENCRYPTION_KEY"]]),
        *invariants.all_kinds_of_faults_came(report.weather),
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
