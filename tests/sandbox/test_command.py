from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest
import requests
from django.core.management import CommandError, call_command

from django_vyte.sandbox import Sandbox


@contextmanager
def served(*options):
    """The command in a process of its own, until the end of the block sends it a signal."""
    command = [sys.executable, "-m", "django", "vyte_sandbox", "--port", "0", *map(str, options)]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings"),
        "VYTE_SANDBOX_API_KEY": "fixed-key",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def url_of(process):
    return re.search(r"http://[\w.:]+", process.stdout.readline())[0]


def test_it_serves_until_ctrl_c_and_says_how_to_use_it():
    with served() as process:
        said = process.stdout.readline()
        url = re.search(r"http://[\w.:]+", said)[0]
        assert "nothing is kept" in said
        said = [process.stdout.readline() for _ in range(4)]
        headers = {"Authorization": "fixed-key"}
        assert requests.get(f"{url}/v2/auth/test", headers=headers, timeout=5).ok
    assert "API key: fixed-key" in said[0]
    namespace = {"VYTE": {"QUEUE": "q"}}
    exec(said[2].strip(), namespace)
    assert namespace["VYTE"] == {
        "QUEUE": "q", "API_URL": url, "WEB_URL": url, "PUBLIC_URL": "http://127.0.0.1:8000",
    }  # fmt: skip


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_goes_on_from_the_file_it_kept(tmp_path, ending):
    state, seed = tmp_path / "vyte.json", tmp_path / "seed.json"
    seed.write_text('{"users": [{"_id": "u1", "email": "ada@example.com"}]}')
    headers = {"Authorization": "fixed-key"}
    with served("--state", state, "--seed", seed) as process:
        said = process.stdout.readline()
        assert f"kept in {state}" in said
        url = re.search(r"http://[\w.:]+", said)[0]
        assert requests.get(f"{url}/v2/users/u1", headers=headers, timeout=5).ok
        body = {"title": "Kept", "created_by": {"user": "u1"}}
        made = requests.post(f"{url}/v2/events", json=body, headers=headers, timeout=5).json()
        process.send_signal(ending)
        process.wait(timeout=10)
    with served("--state", state, "--seed", seed) as process:
        url = url_of(process)
        event = requests.get(f"{url}/v2/events/{made['_id']}", headers=headers, timeout=5).json()
    assert event["title"] == "Kept"


def test_a_file_that_cannot_be_used_is_said_with_the_remedy(tmp_path):
    path = tmp_path / "vyte.json"
    path.write_text("{")
    with pytest.raises(CommandError, match=r"vyte\.json is no state .*move this one away"):
        call_command("vyte_sandbox", state=str(path), port=0)
    with pytest.raises(CommandError, match=r"vyte\.json is not JSON"):
        call_command("vyte_sandbox", seed=str(path), port=0)


def test_a_taken_port_is_said_kindly():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port}: .*--port"):
            call_command("vyte_sandbox", port=port)


def test_a_missing_werkzeug_is_said_with_the_remedy(monkeypatch):
    for name in list(sys.modules):
        if name.startswith(("django_vyte.sandbox", "werkzeug")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "werkzeug", None)
    with pytest.raises(CommandError, match=r"pip install 'django-vyte\[sandbox\]'"):
        call_command("vyte_sandbox")


@pytest.mark.parametrize("port", ["80000", "-1"])
def test_a_port_that_cannot_be_is_said_kindly(port):
    with pytest.raises(CommandError, match=f"no port {port}: they end at 65535"):
        call_command("vyte_sandbox", f"--port={port}")


@pytest.mark.parametrize(
    "reason",
    [
        OSError(errno.EADDRNOTAVAIL, "not here (while attempting to bind)"),
        OSError(socket.EAI_NONAME, "not here (while attempting to bind)"),
        UnicodeError("not here"),
    ],
)
def test_a_host_that_is_not_here_is_said_kindly(reason, monkeypatch):
    def refuse(*args, **options):
        raise reason

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(CommandError, match=r"^nowhere is no address of this machine \(not here\)\. .*--host"):
        call_command("vyte_sandbox", host="nowhere", port=0)


@pytest.mark.parametrize("host", ["0.0.0.0", ""])
def test_listening_everywhere_gives_an_address_that_can_be_visited(host):
    with Sandbox().serve(host) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert requests.get(server.url, timeout=5).ok
