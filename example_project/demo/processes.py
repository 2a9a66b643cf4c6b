"""Starting the processes of the demo, noticing when one dies, and stopping all of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = float(os.environ.get("DEMO_STOP_SECONDS", "4"))
WAIT_SECONDS = 30
GUARD = Path(__file__).with_name("guard.py")
T = TypeVar("T")


class DemoError(Exception):
    """What stops the demo, in a sentence."""


class Process:
    """A child process in a group of its own, with its output in a file."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name.replace(' ', '-')}.log"
        with self.log.open("wb") as output:
            self._child = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def group(self) -> int:
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        return self._child.poll()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def tail(self, lines: int = 15) -> str:
        """The last lines of its output, indented under its name."""
        last = self.output().splitlines()[-lines:] or ["(nothing)"]
        return "\n".join([f"--- {self.name}, the last lines of its log", *(f"    {line}" for line in last)])

    def ask_to_stop(self) -> None:
        if self.exit_code is None:
            self._child.terminate()

    def stop(self, deadline: float) -> None:
        """Wait until the deadline, then kill whatever is left of the group."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()


class Guard:
    """A process that outlives this one, and stops what it has not stopped itself: see guard.py."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(GUARD), str(folder), str(STOP_SECONDS)],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def started(self, group: int) -> None:
        self._tell(f"+{group}")

    def stopped(self, group: int) -> None:
        self._tell(f"-{group}")

    def _tell(self, line: str) -> None:
        assert self._process.stdin
        # Somebody may have killed the guard alone.
        with suppress(BrokenPipeError):
            print(line, file=self._process.stdin, flush=True)

    def leave(self) -> None:
        self._process.communicate()


class Processes:
    """All children of the demo; leaving the ``with`` block stops them, and so does the death of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Process] = []
        self._tox = os.getppid() if "TOX_ENV_NAME" in os.environ else None

    def __enter__(self) -> Processes:
        self._guard = Guard(self._folder)
        return self

    def __exit__(self, *error: object) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running:
            process.ask_to_stop()
        for process in self._running:
            process.stop(deadline)
            self._guard.stopped(process.group)
        self._guard.leave()

    def start(self, name: str, *command: str) -> Process:
        process = Process(name, list(command), self._folder)
        self._guard.started(process.group)
        self._running.append(process)
        return process

    def check(self) -> None:
        """Raise DemoError when a process has died, or tox, which started this one."""
        if self._tox not in (None, os.getppid()):
            raise DemoError("tox is gone.")
        for process in self._running:
            if process.exit_code is not None:
                raise DemoError(f"The {process.name} has stopped with exit code {process.exit_code}.")

    def tails(self) -> str:
        return "\n".join(process.tail() for process in self._running)

    def wait_for(self, what: str, condition: Callable[[], T]) -> T:
        """Ask until ``condition`` holds and answer what it answered; DemoError after WAIT_SECONDS."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (answer := condition()):
            self.check()
            if time.monotonic() > deadline:
                raise DemoError(f"Waited {WAIT_SECONDS} seconds in vain for {what}.")
            time.sleep(0.05)
        return answer


def run(*command: str, stdin: str = "") -> str:
    """Run ``manage.py`` to its end and answer what it printed; DemoError when it fails."""
    manage = str(ROOT / "example_project" / "manage.py")
    done = subprocess.run(
        [sys.executable, manage, *command], cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DemoError(
            f"manage.py {' '.join(command)} exited with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout
