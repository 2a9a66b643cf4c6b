"""The machine's own servers, stopped and started as .ci/run starts them: without systemd, by whoever is root."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 90.0
COMMAND_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    """A server that listens on ``port`` of this machine. ``stop`` takes effect before it returns, ``start`` may not."""

    name: str
    port: int
    stop_command: Sequence[str]
    start_command: Sequence[str]

    def stop(self) -> None:
        self._run(self.stop_command)

    def start(self) -> None:
        """Start it and wait until it takes connections; TimeoutError when it does not."""
        self._run(self.start_command)
        deadline = time.monotonic() + START_SECONDS
        while not self.listens():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} does not come back.")
            time.sleep(0.2)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        return True

    def _run(self, command: Sequence[str]) -> None:
        # What goes on in the background keeps no pipe of this process open.
        subprocess.run(
            command,
            check=True,
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def service(scheme: str) -> Service:
    """The server of a URL's scheme. Databases end as in a crash, and Redis forgets what nobody has fetched."""
    if scheme == "postgres":
        newest = max((path.name for path in Path("/usr/lib/postgresql").iterdir()), key=int)
        control = ["pg_ctlcluster", "--skip-systemctl-redirect", newest, "main"]
        return Service("PostgreSQL", 5432, [*control, "stop", "-m", "immediate"], [*control, "start"])
    if scheme == "mysql":
        daemon = ["start-stop-daemon", "--exec", "/usr/sbin/mariadbd", "--pidfile", "/run/mysqld/mysqld.pid"]
        stop = [*daemon, "--stop", "--retry", "KILL/10"]
        return Service("MariaDB", 3306, stop, [*daemon, "--start", "--background", "--", "--user=mysql"])
    if scheme == "amqp":
        return Service("RabbitMQ", 5672, ["rabbitmqctl", "shutdown"], ["rabbitmq-server", "-detached"])
    stop = ["redis-cli", "-h", "127.0.0.1", "shutdown", "nosave"]
    start = ["redis-server", "--daemonize", "yes", "--bind", "127.0.0.1", "--save", ""]
    return Service("Redis", 6379, stop, start)
