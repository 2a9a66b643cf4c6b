"""The local Vyte: time to start and to retrieve an event."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.benchmarks.rows import Row, alone, seconds_for

KEY = "fixed-key"
ROUNDS = 5
COMMAND = ["-m", "django", "vyte_sandbox", "--port", "0"]
PROGRAM = """
import sys
from django_vyte.sandbox import Sandbox
with Sandbox(api_key="fixed-key").serve() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def rows() -> Iterator[Row]:
    """From nothing to the first answer, and a retrieve after that."""
    for how, start in (("by command", start_by_command), ("from Python", start_from_python)):
        starts = [seconds_for(start) for _ in range(ROUNDS)]
        name = f"local Vyte: start {how} until the first answer"
        yield alone(name, statistics.median(starts), below=1.0, unit="s")
    with running(COMMAND) as url, requests.Session() as session:
        session.headers["Authorization"] = KEY
        event = session.get(f"{url}/v2/events").json()[0]["_id"]

        def retrieve() -> None:
            session.get(f"{url}/v2/events/{event}").raise_for_status()

        retrieves = [seconds_for(retrieve, 50) for _ in range(20)]
    yield alone("local Vyte: retrieve an event", statistics.median(retrieves), below=0.002, unit="ms")


def start_from_python() -> None:
    """What somebody waits for who starts it in a program."""
    start_and_ask(["-c", PROGRAM])


def start_by_command() -> None:
    """What somebody waits for who types the command."""
    start_and_ask(COMMAND)


def start_and_ask(command: list[str]) -> None:
    """Runs it until it has answered once."""
    with running(command) as url:
        requests.get(f"{url}/v2/auth/test", headers={"Authorization": KEY}, timeout=10).raise_for_status()


@contextmanager
def running(command: list[str]) -> Iterator[str]:
    """A local Vyte in a process of its own: its address."""
    command = [sys.executable, *command]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            found = re.search(r"http://[\w.:]+", process.stdout.readline())
            assert found
            yield found[0]
        finally:
            process.kill()


def environment() -> dict[str, str]:
    """This one, with the settings of the tests."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VYTE_SANDBOX_API_KEY": KEY,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
