"""What ``django.setup()`` loads, in processes of their own: a start does without what only a request to Vyte needs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LATER = (
    "django_vyte.client.types",
    "django_vyte.client.vyte",
    "django_vyte.http",
    "django_vyte.ops.doctor",
    "django_vyte.ops.probe",
    "django_vyte.sandbox",
    "django_vyte.views",
    "requests",
    "rest_framework.serializers",
    "rest_framework.views",
    "urllib3",
    "werkzeug",
)
SETUP = "import django; django.setup()"


def loaded_by(code: str) -> set[str]:
    """Those of LATER that are loaded once this ran with the settings of the tests."""
    report = f"{code}\nimport sys; print(*[name for name in {LATER!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", report],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture(autouse=True)
def settings_without_the_clinic(monkeypatch):
    """Without an app of the tests that has a client of its own."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.startup_settings")


def test_setup_loads_neither_the_client_nor_views():
    assert loaded_by(SETUP) == set()


def test_tasks_links_and_the_mirror_need_no_client():
    assert (
        loaded_by(f"{SETUP}\nfrom django_vyte import actions, links, mirror, models, signals, tasks") == set()
    )


def test_a_call_is_taken_in_without_the_client():
    loaded = loaded_by(f"{SETUP}\nimport django_vyte.urls")
    assert "django_vyte.views" in loaded
    assert not loaded & {"django_vyte.http", "django_vyte.client.types"}


def test_the_first_client_loads_it():
    loaded = loaded_by(f"{SETUP}\nfrom django_vyte.client import VyteClient; VyteClient('key')")
    assert {"django_vyte.client.vyte", "django_vyte.http", "requests"} <= loaded


def test_a_local_vyte_is_served_without_requests():
    assert not loaded_by(f"{SETUP}\nfrom django_vyte.sandbox import Sandbox; Sandbox()") & {
        "requests",
        "urllib3",
    }


def test_the_client_package_has_what_it_names_and_nothing_else():
    from django_vyte import client

    assert [getattr(client, name).__name__ for name in client.__all__] == client.__all__
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        client.Nothing  # noqa: B018
