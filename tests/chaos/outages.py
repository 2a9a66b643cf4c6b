"""When the broker and the database cannot be reached, and how that is brought about."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.proxy import Proxy
from tests.chaos.surroundings import Servers

BROKER_SECONDS = 10.0
DATABASE_SECONDS = 4.0
SERVICES = {"postgres": "postgresql", "mysql": "mariadb", "amqp": "rabbitmq-server", "redis": "redis-server"}


@dataclass
class Outage:
    """Something that begins at ``at``, a part of the run from 0 to 1, and ends ``seconds`` later."""

    name: str
    at: float
    seconds: float
    begin: Callable[[], object]
    end: Callable[[], object]
    began: float | None = None
    over: bool = False


class Outages:
    """The outages of one run, in order; ``happened`` tells those that are over."""

    def __init__(self, servers: Servers, database: Proxy, broker: Proxy, *, restart_services: bool) -> None:
        self._restart = restart_services
        self._all = [
            self._outage("broker", servers.broker.scheme, broker.shut, broker, 0.15, BROKER_SECONDS),
            self._outage(
                "database", servers.database.scheme, database.shut, database, 0.42, DATABASE_SECONDS
            ),
            self._outage("broker", servers.broker.scheme, broker.silence, broker, 0.65, BROKER_SECONDS),
        ]
        if servers.database.scheme == "postgres" and not restart_services:
            self._all[1].begin = lambda: (terminate_backends(), database.shut())

    def _outage(
        self, what: str, scheme: str, begin: Callable[[], object], proxy: Proxy, at: float, seconds: float
    ) -> Outage:
        if self._restart:
            service = SERVICES[scheme]
            return Outage(
                f"{what}: service {service} stopped for {seconds:.0f} s and started again",
                at,
                seconds,
                lambda: control(service, "stop"),
                lambda: control(service, "start"),
            )
        how = (
            "takes connections and passes nothing on" if begin == proxy.silence else "refuses all connections"
        )
        name = f"{what}: a proxy stands for the outage and {how} for {seconds:.0f} s"
        return Outage(name, at, seconds, begin, proxy.open)

    def follow(self, progress: float) -> None:
        """Begin what is due at this part of the run, and end what has lasted."""
        for outage in self._all:
            if outage.began is None and progress >= outage.at:
                outage.began = time.monotonic()
                outage.begin()
            elif outage.began and not outage.over and time.monotonic() >= outage.began + outage.seconds:
                outage.over = True
                outage.end()

    @property
    def happened(self) -> list[str]:
        return [outage.name for outage in self._all if outage.over]

    @property
    def all_over(self) -> bool:
        return all(outage.over for outage in self._all)


def terminate_backends() -> None:
    """Have PostgreSQL end every session of this run but this process's own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def control(service: str, verb: str) -> None:
    subprocess.run(["service", service, verb], check=True)
