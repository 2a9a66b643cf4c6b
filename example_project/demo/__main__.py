"""Starts everything, and serves until Ctrl-C or plays the story."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from example_project.demo.environment import Addresses, own_database, own_queue, prepare
from example_project.demo.meetings import plan
from example_project.demo.processes import DemoError, Processes, run

WORKER = (
    "-m",
    "celery",
    "-A",
    "example_project",
    "worker",
    "--beat",
    "--concurrency",
    "2",
    "--loglevel",
    "INFO",
)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXAMPLE = '{"webhook_shape": "object"}'


def main() -> int:
    """The exit code: 0, or 1 when a process died or a step of the story failed."""
    parser = argparse.ArgumentParser(prog="python -m example_project.demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="play the story and exit")
    parser.add_argument(
        "--quirks", type=switches, metavar="JSON", default={}, help="switches of the local Vyte, as an object"
    )
    options = parser.parse_args()
    for number in SIGNALS:
        # What somebody chose to ignore, as nohup does, stays ignored; only Ctrl-C always stops.
        if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop_once)
    try:
        with tempfile.TemporaryDirectory(prefix="django-vyte-demo-") as folder:
            return show(Path(folder), check=options.check, quirks=options.quirks)
    except KeyboardInterrupt:
        # With a terminal that was closed there is nobody to tell.
        with suppress(OSError):
            print("\nStopped.", flush=True)
        return 130 if options.check else 0


def switches(text: str) -> dict[str, Any]:
    """An object in JSON; ArgumentTypeError for anything else."""
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is no object in JSON, such as {EXAMPLE}")
    return given


def stop_once(number: int, frame: object) -> None:
    """Unwind, and let no further signal disturb that: a terminal and tox both send one."""
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def show(folder: Path, *, check: bool, quirks: dict[str, Any]) -> int:
    addresses = prepare(folder)
    with own_database(), own_queue(), Processes(folder) as processes:
        try:
            start(addresses, folder, processes, quirks, with_meetings=not check)
            if check:
                from example_project.demo.story import play

                return play(addresses, processes)
            introduce(addresses, folder)
            while True:
                processes.check()
                time.sleep(0.5)
        except DemoError as trouble:
            print(f"{processes.tails()}\n\nFAILED: {trouble}", file=sys.stderr)
            return 1


def start(
    addresses: Addresses, folder: Path, processes: Processes, quirks: dict[str, Any], *, with_meetings: bool
) -> None:
    """Database, local Vyte and web server; then the team is linked, with meetings to look at, and a worker begins."""
    manage = "example_project/manage.py"
    vyte = processes.start("local Vyte", manage, "vyte_sandbox", "--port", addresses.vyte.rpartition(":")[2])
    run("migrate", "--verbosity", "0")
    processes.wait_for(f"the {vyte.name}", lambda: answers(f"{addresses.vyte}/_sandbox/state"))
    if quirks:
        adapt(addresses, quirks)
    if with_meetings:
        plan(addresses.vyte)
    web = processes.start(
        "web server", manage, "runserver", "--noreload", addresses.crm.removeprefix("http://")
    )
    linked = run("vyte_link_team", stdin=os.environ["VYTE_SANDBOX_API_KEY"])
    # The demo itself takes the next step that the command names in the end.
    print(linked.partition("Next: ")[0], flush=True)
    run("crm_demo_data")
    # Only now: its receivers look for the projects that meetings are about.
    worker = processes.start("worker", *WORKER, "--schedule", str(folder / "beat"))
    processes.wait_for(f"the {web.name}", lambda: answers(f"{addresses.crm}/accounts/login/"))
    processes.wait_for(f"the {worker.name}", lambda: " ready." in worker.output())


def adapt(addresses: Addresses, quirks: dict[str, Any]) -> None:
    """Set the switches of the local Vyte, and this site as ``vyte_probe`` then says."""
    answer = requests.post(f"{addresses.vyte}/_sandbox/quirks", json=quirks, timeout=10)
    if not answer.ok:
        raise DemoError(f"The local Vyte does not take these switches: {answer.text}")
    probed = run("vyte_probe", "--json", "--verbosity", "0", stdin=os.environ["VYTE_SANDBOX_API_KEY"])
    settings = json.loads(probed)["settings"]
    os.environ |= {f"VYTE_{name}": value for name, value in settings.items()}
    print(f"Switches: {json.dumps(quirks)}\nSettings, as vyte_probe says: {json.dumps(settings)}", flush=True)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def introduce(addresses: Addresses, folder: Path) -> None:
    print(
        f"""The CRM        {addresses.crm}/         log in as emma, password demo
Its admin      {addresses.crm}/admin/   log in as admin, password demo
Local Vyte     {addresses.vyte}/
Logs           {folder}/*.log

Ctrl-C stops everything.""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
