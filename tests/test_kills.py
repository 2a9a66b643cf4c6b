"""A synchronisation that is killed, in processes of their own; ``python -m tests.chaos.kills`` is the long one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVERS = {
    "postgresql": "postgres://postgres@127.0.0.1:5432/django_vyte",
    "mariadb": "mysql://root@127.0.0.1:3306/django_vyte",
}


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_synchronisation_that_is_killed_is_completed_by_the_next_one_without_history_twice(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DEMO_")}
    server = SERVERS.get(os.environ.get("DJANGO_VYTE_TEST_DATABASE", ""))
    if server:
        environment["DEMO_DATABASE_URL"] = server
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.kills", "--events", "600", "--kills", "4", "--seed", "1"],
        cwd=ROOT,
        env=environment | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing that Vyte said was lost or left stale." in done.stdout
