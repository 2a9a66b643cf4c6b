"""Outages of the broker and the database, and a wrong clock: when each begins, how it is made, how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.clock import Clock
from tests.chaos.environment import Servers
from tests.chaos.proxy import Proxy
from tests.chaos.services import service

BROKER_SECONDS = 10.0
DATABASE_SECONDS = 4.0
CLOCK_SECONDS = 20.0
AHEAD = 3600.0
END_SECONDS = 180.0


@dataclass
class Outage:
    """Something that begins at ``at``, a part of the run from 0 to 1, and ends ``seconds`` later."""

    name: str
    at: float
    seconds: float
    begin: Callable[[], object]
    end: Callable[[], object]
    problem: str = ""
    thread: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        """Bring it about in a thread of its own: servers take their time to stop and to start."""
        self.thread = threading.Thread(target=self._last, name=self.name)
        self.thread.start()

    def _last(self) -> None:
        try:
            self.begin()
            time.sleep(self.seconds)
        except Exception as error:
            self.problem = f"{self.name}: {error}"
        try:
            self.end()
        except Exception as error:
            self.problem = f"{self.name}: {error}"

    @property
    def over(self) -> bool:
        return self.thread is not None and not self.thread.is_alive()


class Outages:
    """The outages of one run; leaving the ``with`` block waits until those that began are over."""

    def __init__(
        self, servers: Servers, database: Proxy, broker: Proxy, clock: Clock, *, restart_services: bool
    ) -> None:
        self._all = [
            *(restarts(servers) if restart_services else shut_doors(servers, database, broker)),
            Outage(
                f"clock: an hour ahead for {CLOCK_SECONDS:.0f} s, then put back",
                0.25,
                CLOCK_SECONDS,
                lambda: setattr(clock, "ahead", AHEAD),
                lambda: setattr(clock, "ahead", 0.0),
            ),
        ]

    def __enter__(self) -> Outages:
        return self

    def __exit__(self, *error: object) -> None:
        for outage in self._all:
            if outage.thread:
                outage.thread.join(END_SECONDS)

    def follow(self, progress: float) -> None:
        """Begin what is due at this part of the run; TimeoutError for what did not go as planned."""
        for outage in self._all:
            if outage.thread is None and progress >= outage.at:
                outage.start()
            if outage.problem:
                raise TimeoutError(outage.problem)

    @property
    def happened(self) -> list[str]:
        return [outage.name for outage in self._all if outage.over]

    @property
    def all_over(self) -> bool:
        return all(outage.over for outage in self._all)


def shut_doors(servers: Servers, database: Proxy, broker: Proxy) -> list[Outage]:
    """Outages for which a proxy stands, while the servers run on for others."""

    def shut_database() -> None:
        if servers.database.scheme == "postgres":
            terminate_backends()
        database.shut()

    refuses, silent = "refuses all connections", "takes connections and passes nothing on"
    name = "{}: a proxy stands for the outage and {} for {:.0f} s".format
    return [
        Outage(name("broker", refuses, BROKER_SECONDS), 0.15, BROKER_SECONDS, broker.shut, broker.open),
        Outage(
            name("database", refuses, DATABASE_SECONDS), 0.42, DATABASE_SECONDS, shut_database, database.open
        ),
        Outage(name("broker", silent, BROKER_SECONDS), 0.65, BROKER_SECONDS, broker.silence, broker.open),
    ]


def restarts(servers: Servers) -> list[Outage]:
    """Outages for which the servers themselves are stopped and started again."""
    plan = [
        (servers.broker, 0.15, BROKER_SECONDS),
        (servers.database, 0.42, DATABASE_SECONDS),
        (servers.broker, 0.65, BROKER_SECONDS),
    ]
    outages = []
    for server, at, seconds in plan:
        stopped = service(server.scheme)
        name = f"{stopped.name}: stopped for {seconds:.0f} s and started again"
        outages.append(Outage(name, at, seconds, stopped.stop, stopped.start))
    return outages


def terminate_backends() -> None:
    """Have PostgreSQL end every session of this run but this process's own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()
