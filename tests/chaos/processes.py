"""The processes of the site: started, killed without warning, and started again as a supervisor would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent.parent
KILL_SECONDS = 4.0
STOP_SECONDS = 8.0
WEB_SERVERS = 2
# Workers die most often; now and then it is a web server or the scheduler.
ODDS = {"worker": 8, "web": 2, "beat": 1}


class Child:
    """A process in a group of its own, whose output is added to ``name``.log."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name, self.kind = name, name.partition("-")[0]
        self.log = folder / f"{name}.log"
        self._command, self._environment = [sys.executable, *command], environment
        self._descriptors = tuple(int(part) for part in command[2:3]) if self.kind == "web" else ()
        self._start()

    def _start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._descriptors,
            )

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        """SIGKILL the process with all it has forked."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self) -> None:
        self.kill()
        self._start()

    def terminate(self) -> None:
        if self.exit_code is None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.1, deadline - time.monotonic()))
        self.kill()


class Site:
    """Web servers, workers and the scheduler; leaving the ``with`` block stops them."""

    def __init__(self, folder: Path, workers: int, listener: socket.socket) -> None:
        self.children: list[Child] = []
        self.kills: Counter[str] = Counter()
        self.stopped: list[str] = []
        self._folder, self._workers, self._listener = folder, workers, listener
        self._next_kill = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start all of them. They find database and broker by ``environment``."""
        celery = ["-m", "celery", "-A", "example_project"]
        web = ["-m", "tests.chaos.web", str(self._listener.fileno()), str(self._listener.getsockname()[1])]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        for number in range(1, WEB_SERVERS + 1):
            self._add(f"web-{number}", web, environment)
        for number in range(1, self._workers + 1):
            name = f"{environment['DEMO_QUEUE']}-{number}@localhost"
            worker = [*celery, "worker", "--concurrency", "1", "--hostname", name, *quiet]
            self._add(f"worker-{number}", worker, environment)
        beat = [
            *celery,
            "beat",
            "--schedule",
            str(self._folder / "schedule"),
            "--pidfile=",
            "--loglevel",
            "INFO",
        ]
        self._add("beat", beat, environment)

    def _add(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        self.children.append(Child(name, command, self._folder, environment))

    def kill_sometimes(self, random: Random) -> None:
        """SIGKILL one process when it is time for it, and start it again."""
        if time.monotonic() < self._next_kill:
            return
        self._next_kill = time.monotonic() + KILL_SECONDS * random.uniform(0.5, 1.5)
        kind = random.choices(list(ODDS), weights=list(ODDS.values()))[0]
        random.choice([child for child in self.children if child.kind == kind]).restart()
        self.kills[kind] += 1

    def supervise(self) -> None:
        """Start again what has stopped by itself, and note that."""
        for child in self.children:
            if child.exit_code is not None:
                self.stopped.append(f"{child.name} (exit code {child.exit_code})")
                child.restart()

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *error: object) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait(deadline)
