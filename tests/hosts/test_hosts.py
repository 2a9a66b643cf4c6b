"""The story in each host project; ``tox run -e hosts`` has those that need more than Python, too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = Path(__file__).parent / "settings"
ALL = sorted({path.stem for path in SETTINGS.glob("*.py")} - {"__init__", "base"})
# Need other packages, or a server that runs.
WITH_MORE = {"audit", "cachalot", "cacheops", "gevent", "replica_postgresql"}
HOSTS = (
    ALL
    if os.environ.get("DJANGO_VYTE_TEST_HOSTS") == "all"
    else [name for name in ALL if name not in WITH_MORE]
)


@pytest.mark.parametrize("name", HOSTS)
def test_the_story_is_played(name: str) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.hosts", name]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}"
