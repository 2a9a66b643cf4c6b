"""The example's settings and migrations, asked from outside as its users do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MANAGE = Path(__file__).resolve().parents[2] / "example_project" / "manage.py"
KEY = "b25seS1mb3ItY2hlY2tzLW9ubHktZm9yLWNoZWNrcyE="
PRODUCTION = {
    "DJANGO_DEBUG": "0",
    "DJANGO_SECRET_KEY": "only for this test, which wants fifty characters or more",
    "DJANGO_ALLOWED_HOSTS": "crm.example.com",
    "VYTE_PUBLIC_URL": "https://crm.example.com",
}


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


def test_it_is_fit_to_deploy(manage):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_its_migrations_are_complete(manage):
    done = manage("makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


def test_in_production_it_does_not_start_with_the_key_of_development(manage):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, "DJANGO_SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_without_an_encryption_key_it_says_how_to_make_one(manage):
    done = manage("check", VYTE_ENCRYPTION_KEY="")
    assert done.returncode != 0
    assert "Fernet.generate_key()" in done.stderr
