"""The example, run from outside as its users do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MANAGE = Path(__file__).resolve().parents[2] / "example_project" / "manage.py"
KEY = "b25seS1mb3ItY2hlY2tzLW9ubHktZm9yLWNoZWNrcyE="


@pytest.fixture
def manage(tmp_path):
    """Runs ``manage.py`` from another folder, with these variables and no others of the example's."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        ours = ("VYTE_", "DEMO_", "DJANGO_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return subprocess.run(
            [sys.executable, str(MANAGE), *arguments],
            cwd=tmp_path,
            env={**inherited, "DEMO_FOLDER": str(tmp_path), "VYTE_ENCRYPTION_KEY": KEY, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
