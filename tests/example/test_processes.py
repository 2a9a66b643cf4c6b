"""The demo's processes: none is left behind, and one that dies is named."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from example_project.demo.processes import DemoError, Processes, run

# A process with a child, of which neither stops when asked; it says when both are there.
STALLING = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if child := os.fork():
    print("ready", child, flush=True)
while True:
    signal.pause()
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_leaving_stops_processes_that_will_not_and_their_children(tmp_path, monkeypatch):
    monkeypatch.setattr("example_project.demo.processes.STOP_SECONDS", 0.2)
    with Processes(tmp_path) as processes:
        stalling = processes.start("stalling one", "-c", STALLING)
        processes.wait_for("the child", lambda: stalling.output().endswith("\n"))
        child = int(stalling.output().split()[1])
        assert is_alive(child)
    assert stalling.exit_code is not None
    end = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < end:
        os.sched_yield()
    assert not is_alive(child)


def test_a_process_that_dies_is_named_with_its_last_words(tmp_path):
    with Processes(tmp_path) as processes:
        processes.start("worker", "-c", "raise SystemExit('no broker here')")
        with pytest.raises(DemoError, match="The worker has stopped with exit code 1"):
            processes.wait_for("what never comes", lambda: False)
        assert "no broker here" in processes.tails()


def test_waiting_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr("example_project.demo.processes.WAIT_SECONDS", 0)
    with Processes(tmp_path) as processes, pytest.raises(DemoError, match="in vain for what never comes"):
        processes.wait_for("what never comes", lambda: False)


def test_a_command_that_fails_is_trouble_with_what_it_said():
    with pytest.raises(DemoError, match=r"manage\.py no_such_command exited with 1:\n.*Unknown command"):
        run("no_such_command")
