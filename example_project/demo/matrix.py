"""``python -m example_project.demo.matrix``: the story under every switch of the local Vyte, one by one and mixed.

Two stories at a time. Nobody waits for the next try after the outage: a further call brings it forward.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from django_vyte.sandbox.quirks import CHOICES
from example_project.demo.processes import ROOT

SECONDS = 180
QUICKLY = {"DEMO_HURRY": "1", "DEMO_SWEEP_SECONDS": "1", "DEMO_STOP_SECONDS": "0.2"}


@dataclass(frozen=True)
class StoryResult:
    """What became of one story: ``name`` says under which switches it was played."""

    name: str
    passed: bool
    seconds: float
    output: str

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'} {self.seconds:4.0f} s  {self.name}"


def main() -> int:
    """The exit code: 0 when every story ended well."""
    parser = argparse.ArgumentParser(prog="python -m example_project.demo.matrix", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10_000), help="for the same combinations again"
    )
    parser.add_argument(
        "--combinations", type=int, default=20, metavar="N", help="how many (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="stories at a time (default: %(default)s)"
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--only", choices=sorted(CHOICES), metavar="SWITCH", help="this switch alone")
    part.add_argument("--mixed", action="store_true", help="no switch alone, only combinations")
    options = parser.parse_args()
    planned = [] if options.mixed else alone(options.only)
    planned += [] if options.only else combinations(options.combinations, options.seed)
    print(
        f"{len(planned)} stories, {options.jobs} at a time; combinations of seed {options.seed}", flush=True
    )
    started = time.monotonic()
    outcomes = list(play_all(planned, options.jobs))
    return conclude(outcomes, time.monotonic() - started)


def alone(only: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Each position of each switch, by a name; the default ones together, once."""
    found: list[tuple[str, dict[str, Any]]] = [] if only else [("as documented", {})]
    for switch, (_, *others) in CHOICES.items():
        if only in (None, switch):
            found += [(f"{switch} = {json.dumps(position)}", {switch: position}) for position in others]
    return found


def combinations(count: int, seed: int) -> list[tuple[str, dict[str, Any]]]:
    """Positions of all switches, drawn at random: the same for the same seed."""
    rng = random.Random(seed)
    drawn = [{switch: rng.choice(choices) for switch, choices in CHOICES.items()} for _ in range(count)]
    return [(f"combination {number} of seed {seed}", quirks) for number, quirks in enumerate(drawn, 1)]


def play_all(planned: Sequence[tuple[str, dict[str, Any]]], jobs: int) -> Iterator[StoryResult]:
    """Every story, with a line for each that has ended."""
    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(play, name, quirks) for name, quirks in planned]
        try:
            for number, done in enumerate(as_completed(running), 1):
                outcome = done.result()
                print(f"[{number:2}/{len(planned)}] {outcome}", flush=True)
                yield outcome
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def play(name: str, quirks: dict[str, Any]) -> StoryResult:
    """One story in processes of its own."""
    command = [sys.executable, "-m", "example_project.demo", "--check", "--quirks", json.dumps(quirks)]
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **QUICKLY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as story:
        try:
            output, _ = story.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            # Asked to stop, it stops its own processes; killed, it would leave them behind.
            story.terminate()
            output = story.communicate()[0] + f"\nIt did not end within {SECONDS} seconds."
    return StoryResult(
        name, story.returncode == 0, time.monotonic() - started, f"{json.dumps(quirks)}\n{output}"
    )


def conclude(outcomes: Sequence[StoryResult], seconds: float) -> int:
    """A table of all, then what those said that failed; the exit code."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    print("\n" + "\n".join(map(str, sorted(outcomes, key=lambda outcome: (outcome.passed, outcome.name)))))
    for outcome in failed:
        print(f"\n======== {outcome.name}\n{outcome.output}")
    print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} stories passed in {seconds / 60:.1f} minutes.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
