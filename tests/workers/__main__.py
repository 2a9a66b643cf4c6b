"""``python -m tests.workers [--calls N] [--runs N] [POOL …]``: see ``tests.workers``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.environment import own_site, require_server
from tests.benchmarks.full_vyte import full_vyte

POOLS = ("solo", "prefork", "threads", "gevent")


def burst(site: Mapping[str, str], calls: int, url: str, key: str, pool: str, **more: str) -> dict[str, Any]:
    """What became of so many calls with a worker of this pool."""
    environment = {**site, "BENCH_VYTE": url, "DJANGO_SETTINGS_MODULE": "tests.workers.settings", **more}
    command = [sys.executable, "-m", "tests.workers.burst", str(calls), key, pool]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def is_right(found: Mapping[str, Any]) -> bool:
    """Whether all calls were processed, all receivers called, nothing is held, and nobody was killed."""
    return not any(found[name] for name in ("left", "held", "failed", "untold", "killed"))


def main() -> int:
    """Print a line for each run; 1 when one of them left something behind."""
    parser = argparse.ArgumentParser(prog="python -m tests.workers")
    parser.add_argument("--calls", type=int, default=3000, help="calls of a burst")
    parser.add_argument("--runs", type=int, default=20, help="bursts for each pool")
    parser.add_argument("pools", nargs="*", default=POOLS, help=f"of {', '.join(POOLS)}")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_VYTE_TEST_DATABASE", "postgresql")
    require_server("redis")
    wrong = 0
    with own_site() as site:
        # Calls, the seconds that the local Vyte takes about an event, and the soft time limit: one second ends tasks.
        for calls, seconds, limit in ((options.calls, 0.02, ""), (60, 0.4, "3"), (60, 0.7, "1")):
            runs = min(options.runs, 3) if limit else options.runs
            what, more = (
                (f"soft limit {limit} s", {"WORKERS_SOFT_TIME_LIMIT": limit}) if limit else ("burst", {})
            )
            with full_vyte(calls, seconds) as (url, key):
                for pool in options.pools:
                    for run in range(1, runs + 1):
                        found = burst(site, calls, url, key, pool, **more)
                        wrong += not is_right(found)
                        print(f"{what}, {pool}, run {run}: {json.dumps(found)}", flush=True)
    print(f"{wrong} runs left something behind" if wrong else "Nothing was left behind.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
