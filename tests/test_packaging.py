"""The package as others find it: what it claims, what it carries, and what importing it drags in."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import django_vyte

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(code: str) -> str:
    """What ``code`` prints in a fresh Python outside of Django."""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_the_installed_version_is_the_one_in_the_code():
    assert metadata.version("django-vyte") == django_vyte.__version__


def test_the_changelog_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text()
    assert f"## {django_vyte.__version__}" in text or "## Unreleased" in text


def test_the_pytest_plugin_is_announced():
    (plugin,) = metadata.entry_points(group="pytest11", name="django_vyte")
    assert plugin.value == "django_vyte.pytest_plugin"


def test_the_package_says_that_it_is_typed(project):
    assert (ROOT / "django_vyte" / "py.typed").exists()
    assert "Typing :: Typed" in project["project"]["classifiers"]


def test_every_python_and_django_that_is_claimed_is_tested(project):
    claimed = [line.rpartition(" :: ")[2] for line in project["project"]["classifiers"] if line[-1].isdigit()]
    environments = (ROOT / ".ci" / "run").read_text()
    for version in claimed:
        factor = version.replace(".", "")
        assert version == "3" or f"py{factor}" in environments or f"django{factor}" in environments, version


def test_all_is_all_extras(project):
    extras = project["project"]["optional-dependencies"]
    assert extras["all"] == [f"django-vyte[{','.join(sorted(set(extras) - {'all'}))}]"]


def test_every_folder_of_code_is_a_package():
    folders = {path.parent for path in (ROOT / "django_vyte").rglob("*.py")}
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def dragged_in_by(code: str) -> str:
    heavy = ("celery", "django.db.models", "rest_framework", "werkzeug")
    return run(f"{code}; import sys; print(*[name for name in {heavy} if name in sys.modules])")


def test_the_client_needs_no_models_and_no_configured_django():
    assert dragged_in_by("from django_vyte.client import VyteClient; VyteClient('key')") == ""


def test_the_pytest_plugin_costs_those_who_do_not_use_it_nothing():
    assert dragged_in_by("import django_vyte.pytest_plugin") == ""


def test_links_need_no_configured_django():
    code = "from django_vyte import links; print(links.booking_page_url('emma', duration=20))"
    assert run(code) == "https://www.vyte.in/emma/20"
