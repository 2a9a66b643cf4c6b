"""One site whose processes are killed, and what is found of it."""

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
from tests.chaos.kills.child import live
from tests.chaos.scenario import say, wait_for

SYNC = ("vyte_sync",)
TELL = ("vyte_inbox", "process")
STATEMENTS = {SYNC: 40, TELL: 200}
"""The latest statement at which a process is killed: early enough for it to have more to do."""
LATEST = 0.05
"""Seconds from that statement to the kill, at most and rarely: before it, in it, or in the commit that follows."""
EARLY = 0.2
"""The share of the kills of a synchronisation that come within ``EARLY_SECONDS``, most of them while Vyte answers."""
EARLY_SECONDS = 1.0
NEWS = 0.05
"""The share of the events of which there is news once a synchronisation got through."""
MOST_DELETED = 40
"""Fewer than one synchronisation looks into."""
QUIET_SECONDS = 240.0
CONTEXT = get_context("forkserver")


@dataclass
class Trial:
    """Kills and completes. ``fell`` counts the kills of each command by the last statement that it had announced."""

    folder: Path
    vyte: Sandbox
    random: Random
    fell: dict[tuple[str, ...], Counter[str]] = field(
        default_factory=lambda: {SYNC: Counter(), TELL: Counter()}
    )
    completed: int = 0
    deleted: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def synchronise(self, kills: int) -> None:
        """Have a synchronisation killed so often, and one completed. After one that got through, Vyte has news."""
        from tests.chaos.invariants import every_event_has_its_beginning

        started = time.monotonic()
        while self.fell[SYNC].total() < kills:
            if self.kill(SYNC):
                self.violations += every_event_has_its_beginning()
            else:
                self.completed += 1
                self.make_news()
        self.let_live(SYNC)
        self.seconds["synchronising"] = time.monotonic() - started
        say(f"{kills} kills of a synchronisation, {self.completed} got through in between; complete")

    def tell(self, kills: int) -> None:
        """Have the process that tells the receivers killed so often, and others finish what it began."""
        from tests.chaos.invariants import rows_left

        started = time.monotonic()
        while self.fell[TELL].total() < kills and self.kill(TELL):
            pass

        def is_quiet() -> bool:
            self.let_live(TELL)
            return not rows_left()

        wait_for("the receivers to be told", QUIET_SECONDS, is_quiet)
        self.seconds["telling"] = time.monotonic() - started
        say(f"{self.fell[TELL].total()} kills of what tells the receivers; they are told")

    def kill(self, command: tuple[str, ...]) -> bool:
        """Start a process and SIGKILL it at a random moment; False when it got through before that."""
        early = command == SYNC and self.random.random() < EARLY
        statements = 1 if early else self.random.randint(1, STATEMENTS[command])
        delay = EARLY_SECONDS * self.random.random() if early else LATEST * self.random.random() ** 3
        last = ""
        with self.started(command) as (process, pulse):
            try:
                for _ in range(statements):
                    last = pulse.recv()
                until = time.monotonic() + delay
                while pulse.poll(max(0.0, until - time.monotonic())):
                    last = pulse.recv()
            except EOFError:
                self.bury(process)
                return False
            process.kill()
            process.join()
        self.fell[command][last] += 1
        return True

    def let_live(self, command: tuple[str, ...]) -> None:
        """Run a process to its end."""
        with self.started(command) as (process, pulse), suppress(EOFError):
            while pulse.recv():
                pass
        self.bury(process)

    def bury(self, process: BaseProcess) -> None:
        """Wait for a process that was not killed."""
        process.join()
        if process.exitcode:
            self.violations.append(f"{process.name} ended with exit code {process.exitcode}.")

    @contextmanager
    def started(self, command: tuple[str, ...]) -> Iterator[tuple[BaseProcess, Connection]]:
        """A process that runs a command, and what it announces."""
        ours, theirs = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(
            target=live, name=" ".join(command), args=(command, theirs, self.folder / f"{command[0]}.log")
        )
        process.start()
        theirs.close()
        try:
            with ours:
                yield process, ours
        except KeyboardInterrupt:
            process.kill()
            raise

    def make_news(self) -> None:
        """Events are changed, made and deleted at Vyte."""
        keys = sorted(self.vyte.state.events)
        number = max(1, int(len(keys) * NEWS))
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
        from tests.chaos.signal_log.models import Heard

        heard = list(Heard.objects.values_list("kind", "about"))
        again = len(heard) - len(set(heard))
        return [
            ("surroundings", f"{connection.vendor}, Python {platform.python_version()}"),
            ("events", f"{Event.objects.count():,}, {len(self.deleted)} of them deleted at Vyte"),
            *(
                self.told_of(name, command)
                for name, command in (("synchronisation", SYNC), ("telling", TELL))
            ),
            ("got through before the last", str(self.completed)),
            ("changes recorded", f"{EventChange.objects.count():,}"),
            ("signals", f"{len(heard):,}; told again: {again:,}"),
            ("seconds", ", ".join(f"{what} {seconds:.0f}" for what, seconds in self.seconds.items())),
        ]

    def told_of(self, name: str, command: tuple[str, ...]) -> tuple[str, str]:
        """How often a command was killed, and after which statement."""
        fell = self.fell[command]
        where = ", ".join(f"{times} × {last}" for last, times in fell.most_common())
        return f"SIGKILLs of a {name}", f"{fell.total()}: {where}"
