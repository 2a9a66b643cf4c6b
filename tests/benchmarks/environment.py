"""What a benchmark with a database has to itself: an own database, own keys in Redis, and the processes that use them.

``DJANGO_VYTE_TEST_DATABASE`` names the server, as for the tests; ``BENCH_EVENTS`` is the size of the larger side.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DATABASE = os.environ.get("DJANGO_VYTE_TEST_DATABASE", "sqlite")
EVENTS = int(os.environ.get("BENCH_EVENTS", "3000"))
WORKER = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tests.benchmarks.site.app", "worker"]
ONE_PROCESS = ["--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "CRITICAL"]
SERVERS = {"postgresql": (5432, "psycopg"), "mariadb": (3306, "MySQLdb"), "redis": (6379, "redis")}


class ServerMissing(Exception):
    """A server, or the package that speaks with it, is missing; the message says which."""


def require_server(server: str) -> None:
    """ServerMissing when ``server`` does not listen on this machine, or when nothing here can speak with it."""
    port, package = SERVERS[server]
    if importlib.util.find_spec(package) is None:
        raise ServerMissing(f"needs {package}")
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        raise ServerMissing(f"needs {server}") from None


@contextmanager
def own_site() -> Iterator[dict[str, str]]:
    """The environment of processes that share an empty, migrated database; it goes when the block ends."""
    if DATABASE in SERVERS:
        require_server(DATABASE)
    name = f"django_vyte_bench_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as folder:
        site = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.site.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "BENCH_NAME": name,
            "BENCH_DATABASE": name if DATABASE in SERVERS else str(Path(folder) / "db.sqlite3"),
        }
        try:
            measure(site, "database", "create")
            yield site
        finally:
            measure(site, "database", "drop")


def command(module: str, *arguments: str) -> list[str]:
    """What runs a module of the site."""
    return [sys.executable, "-m", f"tests.benchmarks.site.{module}", *arguments]


def measure(site: Mapping[str, str], module: str, *arguments: str) -> Any:
    """Run a module of the site to its end; the JSON that it prints."""
    done = subprocess.run(command(module, *arguments), env=site, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@contextmanager
def started(site: Mapping[str, str], module: str, *arguments: str) -> Iterator[Any]:
    """A module of the site that runs until the block ends; the JSON in its first line."""
    with subprocess.Popen(
        command(module, *arguments), env=site, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def worker(site: Mapping[str, str]) -> Iterator[float]:
    """One process that works off messages until the block ends; when it began, by ``time.monotonic``.

    There must be a message for it already.
    """
    with subprocess.Popen(
        [*WORKER, *ONE_PROCESS], env=dict(site), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield next(float(line.split()[1]) for line in process.stdout if line.startswith("began "))
        finally:
            process.kill()
