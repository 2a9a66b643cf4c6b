"""Fills a local Vyte, has processes that mirror it killed, and looks at what the last one leaves.

``DEMO_DATABASE_URL`` names a database server; without it everything happens on SQLite.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random

from example_project.demo.processes import run
from tests.chaos.command import exit_code_of
from tests.chaos.environment import configure
from tests.chaos.report import readable
from tests.chaos.scenario import say

PROBE = 100
"""Python tries out the folder for temporary files with a file of fewer bytes, and can be killed while it does."""


def main() -> int:
    """The exit code: 0, or 1 when something is missing, stale, twice, or left over."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.kills", description=__doc__)
    parser.add_argument("--events", type=int, default=5000, help="events at Vyte, in the beginning")
    parser.add_argument("--kills", type=int, default=50, help="kills of a synchronisation")
    parser.add_argument("--seed", type=int, help="when which kill comes, and what happens at Vyte")
    options = parser.parse_args()
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    folder = Path(tempfile.mkdtemp(prefix="django-vyte-kills-"))
    say(f"Seed {seed}, logs in {folder}")

    def work() -> list[str]:
        with ExitStack() as stack:
            return run_scenario(stack, folder, options.events, options.kills, seed)

    return exit_code_of(work)


def run_scenario(stack: ExitStack, folder: Path, events: int, kills: int, seed: int) -> list[str]:
    """The violations; they and the figures are printed. What is needed is taken down with ``stack``."""
    from django_vyte.sandbox import Sandbox

    vyte = Sandbox(api_key=secrets.token_hex(16))
    vyte.fill(events)
    url = stack.enter_context(vyte.serve()).url
    spool = folder / "spool"
    spool.mkdir()
    configure(
        folder,
        f"django_vyte_kills_{secrets.token_hex(4)}",
        url,
        vyte.api_key,
        DJANGO_SETTINGS_MODULE="tests.chaos.kills.settings",
        DEMO_BROKER_URL="memory://",
        TMPDIR=str(spool),
    )
    from example_project.demo.environment import own_database
    from tests.chaos import invariants
    from tests.chaos.kills.trial import CONTEXT, Trial

    stack.enter_context(own_database())
    run("migrate", "--run-syncdb", "--verbosity", "0")
    run("vyte_link_team", stdin=vyte.api_key)
    CONTEXT.set_forkserver_preload(["tests.chaos.kills.child"])
    trial = Trial(folder, vyte, Random(seed))
    trial.synchronise(kills)
    trial.dispatch(max(1, kills // 5))
    trial.violations += [
        *(f"{path} was left behind." for path in spool.iterdir() if path.stat().st_size > PROBE),
        *invariants.nothing_is_stuck(),
        *invariants.mirror_matches_vyte(invariants.listed(url, vyte.api_key), trial.deleted),
        *invariants.every_change_is_dispatched(),
        *invariants.history_is_consistent(),
    ]
    print(
        readable([("seed", str(seed)), ("logs", str(folder)), *trial.lines()], trial.violations), flush=True
    )
    return trial.violations


if __name__ == "__main__":
    sys.exit(main())
