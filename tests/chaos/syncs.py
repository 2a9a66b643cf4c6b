"""``manage.py vyte_sync``, started now and then while everything goes wrong."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from random import Random
from time import monotonic

from tests.chaos.processes import ROOT

WHOLE, KILLED, NO_ROOM = "left alone", "killed", "no room for the temporary file"
PLAN = [(0.1, WHOLE), (0.2, NO_ROOM), (0.3, KILLED), (0.4, KILLED), (0.5, WHOLE)]
"""What happens to which one. Beyond the middle there is none: it would make up for calls that were lost."""
LATEST_KILL = 6.0
"""Seconds after its start, at most: half of them go by before Vyte is asked."""
MOST_BYTES = 4096
TRIES = 4
COMMAND = [sys.executable, str(ROOT / "example_project" / "manage.py"), "vyte_sync", "--verbosity", "1"]


class Syncs:
    """Starts them one by one; ``ended`` counts how they went, ``violations`` says what must not have been."""

    def __init__(self, environment: Mapping[str, str], random: Random) -> None:
        self.ended: Counter[str] = Counter()
        self.violations: list[str] = []
        self._environment, self._random = environment, random
        self._plan = list(PLAN)
        self._running: subprocess.Popen[str] | None = None
        self._fate = ""
        self._kill_at = 0.0

    def follow(self, progress: float) -> None:
        """Start what is due, kill what has to die, and see how the last one went."""
        if self._running:
            if self._fate == KILLED and monotonic() > self._kill_at:
                self._running.kill()
            if self._running.poll() is not None:
                self._see(self._running)
                self._running = None
        elif self._plan and progress >= self._plan[0][0]:
            self._start(self._plan.pop(0)[1])

    def _start(self, fate: str) -> None:
        self._fate, self._kill_at = fate, monotonic() + self._random.uniform(0.5, 1) * LATEST_KILL
        self._running = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env={**self._environment, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if fate == NO_ROOM:
            # What it writes to a file beyond the first few bytes is refused, as by a disk that is full.
            resource.prlimit(self._running.pid, resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))

    def _see(self, process: subprocess.Popen[str]) -> None:
        said, code = process.communicate()[0], process.returncode
        self.ended["killed" if code < 0 else f"exit code {code}"] += 1
        if self._fate != NO_ROOM:
            return
        if code == 0:
            self.violations.append(f"vyte_sync had {self._fate}, and was content: {said}")
        elif "TMPDIR" in said:
            self.ended[self._fate] += 1
        elif self.ended[f"exit code {code}"] < TRIES:
            # Vyte may not have answered, so that there was nothing to put into the file.
            self._plan.insert(0, (0.0, NO_ROOM))
        else:
            self.violations.append(f"vyte_sync had {self._fate}, and did not say what to do: {said}")

    def __enter__(self) -> Syncs:
        return self

    def __exit__(self, *error: object) -> None:
        if self._running:
            self._running.kill()
            self._running.communicate()

    @property
    def all_over(self) -> bool:
        return not self._plan and self._running is None
