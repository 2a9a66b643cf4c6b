"""Whatever ends the demo or tox, nothing that it started is left: tried with processes that do not want to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
# The demo with one process in place of those it starts. It says which when that is there.
DEMO = """
import sys
from pathlib import Path
from example_project.demo import __main__ as demo
from example_project.demo.processes import Processes

CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"

def show(folder, **options):
    with Processes(folder) as processes:
        child = processes.start("child", "-c", CHILD)
        processes.wait_for("the child", child.output)
        print(child.group, folder, flush=True)
        processes.wait_for("what never comes", lambda: False)

demo.show = show
sys.argv[1:] = []
sys.exit(demo.main())
"""
# Starts that as tox does, and says where it is.
TOX = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
TOXFILE = """
import os, runpy, signal, sys, time
runpy.run_path("toxfile.py")
os.kill(os.getpid(), int(sys.argv[1]))
time.sleep(600)
"""


def start(*command: str, **variables: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "TOX_ENV_NAME"}
    return subprocess.Popen(
        [sys.executable, "-c", *command],
        cwd=ROOT,
        env={**inherited, "DEMO_STOP_SECONDS": "0.2", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # As in a terminal: whoever runs the tests may ignore them.
        preexec_fn=lambda: [
            signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGHUP)
        ],
    )


def is_running(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(group: int, folder: str) -> None:
    end = time.monotonic() + 20
    while (is_running(group) or Path(folder).exists()) and time.monotonic() < end:
        os.sched_yield()
    assert (is_running(group), Path(folder).exists()) == (False, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_the_demo_leaves_no_process_and_no_folder(number):
    with start(DEMO) as demo:
        group, folder = demo.stdout.readline().split()
        demo.send_signal(number)
        said = demo.stdout.read()
    wait_until_gone(int(group), folder)
    assert (demo.returncode, said) == ((-9, "") if number == signal.SIGKILL else (0, "\nStopped.\n"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_death_of_tox_ends_the_demo(number):
    with start(TOX, DEMO, TOX_ENV_NAME="demo") as tox:
        group, folder = tox.stdout.readline().split()
        tox.send_signal(number)
        wait_until_gone(int(group), folder)


def test_a_terminal_that_is_closed_does_not_stop_what_was_told_to_ignore_it():
    ignoring = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{DEMO}"
    with start(ignoring) as demo:
        group, folder = demo.stdout.readline().split()
        demo.send_signal(signal.SIGHUP)
        demo.send_signal(signal.SIGTERM)
        assert demo.stdout.read() == "\nStopped.\n"
    wait_until_gone(int(group), folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_tox_is_what_ctrl_c_is(number):
    with start(TOXFILE, str(int(number))) as tox:
        pass
    assert tox.returncode == -signal.SIGINT


def test_tox_runs_no_other_tox_which_would_keep_a_second_terminal_waiting():
    assert "\nrequires" not in (ROOT / "tox.ini").read_text()
