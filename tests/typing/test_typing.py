"""What mypy says about uses of the client, with nothing installed but Python: no Django, no stubs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
CONFIGURATION = """
[mypy]
strict = True
no_site_packages = True
[mypy-django_vyte.*]
follow_imports = silent
"""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """File and line of each error in the two files."""
    folder = tmp_path_factory.mktemp("mypy")
    (folder / "mypy.ini").write_text(CONFIGURATION)
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "mypy",
                "--config-file",
                folder / "mypy.ini",
                "--cache-dir",
                folder / "cache",
            ),
            *(FOLDER / "correct_uses.py", FOLDER / "misuses.py"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return [
        (Path(found[1]).name, int(found[2]))
        for found in re.finditer(r"^(.+?):(\d+): error", done.stdout, re.MULTILINE)
    ]


def test_mypy_finds_nothing_wrong_with_correct_uses(findings: list[tuple[str, int]]) -> None:
    assert [found for found in findings if found[0] != "misuses.py"] == []


def test_mypy_finds_each_misuse(findings: list[tuple[str, int]]) -> None:
    lines = (FOLDER / "misuses.py").read_text().splitlines()
    wrong = [number for number, line in enumerate(lines, start=1) if "# wrong: " in line]
    assert len(wrong) == 21
    assert [line for name, line in findings if name == "misuses.py"] == wrong
