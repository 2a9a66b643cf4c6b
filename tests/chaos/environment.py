"""What one run has to itself: secrets, database, queue, and the proxies between the site and its servers."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import SplitResult, urlsplit

from django_vyte.loopback import without_proxy
from tests.chaos.proxy import Proxy

PORTS = {"postgres": 5432, "mysql": 3306, "amqp": 5672, "redis": 6379}


@dataclass(frozen=True)
class Servers:
    """The database and the broker, as this machine has them; ``name`` is what this run calls its own."""

    database: SplitResult
    broker: SplitResult
    name: str


def prepare(folder: Path, vyte: str, crm: str, api_key: str) -> Servers:
    """What a run on servers needs; SystemExit with a sentence when it is not told which they are."""
    database, broker = (urlsplit(os.environ.get(f"DEMO_{what}_URL", "")) for what in ("DATABASE", "BROKER"))
    if database.scheme not in PORTS or broker.scheme not in PORTS:
        raise SystemExit(
            "Set DEMO_DATABASE_URL and DEMO_BROKER_URL to servers, as tox.ini does for the story."
        )
    name = f"django_vyte_chaos_{secrets.token_hex(4)}"
    configure(folder, name, vyte, api_key, VYTE_PUBLIC_URL=crm, DEMO_QUEUE=name, DEMO_SWEEP_SECONDS="3")
    return Servers(urlsplit(os.environ["DEMO_DATABASE_URL"]), broker, name)


def configure(folder: Path, name: str, vyte: str, api_key: str, **more: str) -> None:
    """Set the variables that the settings read, for this process and those it starts, and set Django up.

    The database on the server that ``DEMO_DATABASE_URL`` names is called ``name``; without a server it is a file.
    This process goes straight to the servers.
    """
    from cryptography.fernet import Fernet

    server = os.environ.get("DEMO_DATABASE_URL")
    if server:
        more["DEMO_DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
    os.environ |= without_proxy(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "DJANGO_DEBUG": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        "VYTE_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "VYTE_SANDBOX_API_KEY": api_key,
        "VYTE_API_URL": vyte,
        "VYTE_WEB_URL": vyte,
        "DEMO_FOLDER": str(folder),
        **more,
    }
    import django

    django.setup()


def through(server: SplitResult, proxy: Proxy) -> str:
    """The URL of a server by way of a proxy."""
    login, at, _ = server.netloc.rpartition("@")
    return server._replace(netloc=f"{login}{at}127.0.0.1:{proxy.port}").geturl()


def proxy_to(server: SplitResult, random: Random) -> Proxy:
    return Proxy(server.hostname or "127.0.0.1", server.port or PORTS[server.scheme], random)


@contextmanager
def own_broker(servers: Servers) -> Iterator[None]:
    """A queue, or a part of Redis, that goes when the run ends."""
    from example_project.demo.environment import own_queue

    if servers.broker.scheme != "redis":
        with own_queue():
            yield
        return
    import redis

    try:
        yield
    finally:
        with redis.Redis.from_url(servers.broker.geturl()) as server:
            for key in list(server.scan_iter(f"{servers.name}:*")):
                server.delete(key)
