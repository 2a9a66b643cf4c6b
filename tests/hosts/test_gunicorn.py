"""A web process that is told to stop publishes what it still holds."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUESTS = 10

pytestmark = pytest.mark.skipif(
    os.environ.get("DJANGO_VYTE_TEST_HOSTS") != "all", reason="needs gunicorn and gevent: tox run -e hosts"
)


@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["", "preload"])
@pytest.mark.parametrize("kind", ["sync", "gthread", "gevent"])
def test_messages_in_flight_are_published_when_the_server_stops(
    kind: str, preload: list[str], tmp_path: Path
) -> None:
    published = tmp_path / "published"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "tests.hosts.publishing_site:application",
            "--workers",
            "1",
        ]
        process = subprocess.Popen(
            [*command, "--worker-class", kind, "--bind", f"fd://{listener.fileno()}", *preload],
            cwd=ROOT,
            env={**os.environ, "PUBLISHED": str(published)},
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            for number in range(REQUESTS):
                connection = HTTPConnection(*listener.getsockname(), timeout=30)
                connection.request("GET", f"/{number}")
                assert connection.getresponse().status == 200
                connection.close()
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=30)
        finally:
            process.kill()
    assert published.read_text().split() == [f"/{number}" for number in range(REQUESTS)], log
    assert "Traceback" not in log
