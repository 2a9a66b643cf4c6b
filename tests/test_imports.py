"""Imports run one way: no circle, whether at run time or for the type checker alone, and contracts that bite."""

from __future__ import annotations

import ast
import graphlib
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# An import that each contract forbids, and where.
BROKEN = {
    "The core knows no service": ("inbox/claims.py", "from django_vyte.models.team import Team"),
    "Services do not import each other": (
        "../tests/clinic/source.py",
        "from django_vyte.models import Event",
    ),
    "The package imports no service of the tests": ("sync/webhook.py", "from tests.clinic import mirror"),
    "Models import no client": ("models/event.py", "from django_vyte.client import VyteClient"),
    "Layers: an import goes down only": (
        "mirror/writing.py",
        "from django_vyte.sync.event import sync_event",
    ),
}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in (ROOT / "django_vyte").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "migrations" not in parts:
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path: Path, known: set[str]) -> set[str]:
    """The modules of the package that a module imports anywhere, for the type checker included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{each.name}" for each in node.names]
            found |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found & known


def test_no_modules_import_each_other_in_a_circle():
    known = modules()
    graph = {name: imported(path, set(known)) - {name} for name, path in known.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(known)


@pytest.mark.skipif(not find_spec("importlinter"), reason="import-linter is in the lint environment")
@pytest.mark.parametrize("contract", BROKEN)
def test_a_contract_that_is_broken_on_purpose_fails(contract, tmp_path):
    for name in ("django_vyte", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = BROKEN[contract]
    path = tmp_path / "django_vyte" / file
    path.write_text(f"{path.read_text()}\n\n{line}\n")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert f"{contract} BROKEN" in answer.stdout
