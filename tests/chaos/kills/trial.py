"""SIGKILLs ``vyte_sync`` and ``vyte_inbox process`` at random statements, until others complete their work."""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from django_vyte.sandbox import Sandbox
from tests.chaos.kills.child import run_command
from tests.chaos.scenario import say, wait_for

SYNC = ("vyte_sync",)
DISPATCH = ("vyte_inbox", "process")
STATEMENTS = {SYNC: 40, DISPATCH: 200}
"""The latest statement at which a process is killed: early enough for it to have more to do."""
LATEST_SECONDS = 0.05
"""Seconds from that statement to the kill, at most and rarely: before it, in it, or in the commit that follows."""
EARLY_SHARE = 0.2
"""The share of the kills of a synchronisation that come within ``EARLY_SECONDS``, most of them while Vyte answers."""
EARLY_SECONDS = 1.0
CHANGED_SHARE = 0.05
"""The share of the events that are changed at Vyte each time a synchronisation completes before its kill."""
MOST_DELETED = 40
"""Fewer than one synchronisation looks into."""
QUIET_SECONDS = 240.0
CONTEXT = get_context("forkserver")


@dataclass
class Trial:
    """One site. ``kills_by_statement`` counts the kills of each command by the last statement that it had announced."""

    folder: Path
    vyte: Sandbox
    random: Random
    kills_by_statement: dict[tuple[str, ...], Counter[str]] = field(
        default_factory=lambda: {SYNC: Counter(), DISPATCH: Counter()}
    )
    completed: int = 0
    deleted: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def synchronise(self, kills: int) -> None:
        """Kill that many synchronisations, then complete one. After one that outran its kill, events change at Vyte."""
        from tests.chaos.invariants import every_event_has_a_created_change

        started = time.monotonic()
        while self.kills_by_statement[SYNC].total() < kills:
            if self.kill(SYNC):
                self.violations += every_event_has_a_created_change()
            else:
                self.completed += 1
                self.change_events()
        self.run_to_end(SYNC)
        self.seconds["synchronising"] = time.monotonic() - started
        say(f"{kills} kills of a synchronisation, {self.completed} got through in between; complete")

    def dispatch(self, kills: int) -> None:
        """Kill the process that dispatches signals that many times, then run others until every row is done."""
        from tests.chaos.invariants import rows_left

        started = time.monotonic()
        while self.kills_by_statement[DISPATCH].total() < kills and self.kill(DISPATCH):
            pass

        def is_quiet() -> bool:
            self.run_to_end(DISPATCH)
            return not rows_left()

        wait_for("every signal to be dispatched", QUIET_SECONDS, is_quiet)
        self.seconds["dispatching"] = time.monotonic() - started
        say(f"{self.kills_by_statement[DISPATCH].total()} kills of the dispatch; every signal is dispatched")

    def kill(self, command: tuple[str, ...]) -> bool:
        """Start a process and SIGKILL it at a random moment; False when it got through before that."""
        early = command == SYNC and self.random.random() < EARLY_SHARE
        statements = 1 if early else self.random.randint(1, STATEMENTS[command])
        delay = EARLY_SECONDS * self.random.random() if early else LATEST_SECONDS * self.random.random() ** 3
        last = ""
        with self.started(command) as (process, announced):
            try:
                for _ in range(statements):
                    last = announced.recv()
                until = time.monotonic() + delay
                while announced.poll(max(0.0, until - time.monotonic())):
                    last = announced.recv()
            except EOFError:
                self.reap(process)
                return False
            process.kill()
            process.join()
        self.kills_by_statement[command][last] += 1
        return True

    def run_to_end(self, command: tuple[str, ...]) -> None:
        """Run a process to its end."""
        with self.started(command) as (process, announced), suppress(EOFError):
            while announced.recv():
                pass
        self.reap(process)

    def reap(self, process: BaseProcess) -> None:
        """Wait for a process that was not killed."""
        process.join()
        if process.exitcode:
            self.violations.append(f"{process.name} ended with exit code {process.exitcode}.")

    @contextmanager
    def started(self, command: tuple[str, ...]) -> Iterator[tuple[BaseProcess, Connection]]:
        """A process that runs a command, and what it announces."""
        ours, theirs = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(
            target=run_command,
            name=" ".join(command),
            args=(command, theirs, self.folder / f"{command[0]}.log"),
        )
        process.start()
        theirs.close()
        try:
            with ours:
                yield process, ours
        except KeyboardInterrupt:
            process.kill()
            raise

    def change_events(self) -> None:
        """Events are changed, made and deleted at Vyte."""
        keys = sorted(self.vyte.state.events)
        number = max(1, int(len(keys) * CHANGED_SHARE))
        for key in self.random.sample(keys, number):
            self.vyte.update_event(key, title=f"Réunion 🗓 {self.random.random()}")
            self.vyte.invite(key, (f"guest{self.random.random()}@example.com", "Ana Ñandú"))
        for key in self.random.sample(keys, min(number, (MOST_DELETED - len(self.deleted)) // 4)):
            self.vyte.delete_event(key)
            self.deleted.append(key)
        self.vyte.fill(number)

    def lines(self) -> list[tuple[str, str]]:
        """Name and value of each figure."""
        from django.db import connection

        from django_vyte.models import Event, EventChange
        from tests.chaos.signal_log.models import ReceiverCall

        logged = list(ReceiverCall.objects.values_list("kind", "about"))
        again = len(logged) - len(set(logged))
        return [
            ("environment", f"{connection.vendor}, Python {platform.python_version()}"),
            ("events", f"{Event.objects.count():,}, {len(self.deleted)} of them deleted at Vyte"),
            *(
                self.kills_of(name, command)
                for name, command in (("synchronisation", SYNC), ("dispatch", DISPATCH))
            ),
            ("got through before the last", str(self.completed)),
            ("changes recorded", f"{EventChange.objects.count():,}"),
            ("signals", f"{len(logged):,}; dispatched again: {again:,}"),
            ("seconds", ", ".join(f"{what} {seconds:.0f}" for what, seconds in self.seconds.items())),
        ]

    def kills_of(self, name: str, command: tuple[str, ...]) -> tuple[str, str]:
        """How often a command was killed, and after which statement."""
        kills_by_statement = self.kills_by_statement[command]
        where = ", ".join(f"{times} × {last}" for last, times in kills_by_statement.most_common())
        return f"SIGKILLs of a {name}", f"{kills_by_statement.total()}: {where}"
