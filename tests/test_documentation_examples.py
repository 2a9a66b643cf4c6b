"""The examples in the documentation that can be run are run here as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from django_vyte.models import ApiKey, ThirdPartyApp, Webhook

DOCS = Path(__file__).parent.parent / "docs"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the quickstart takes for granted, and what its examples are to have led to.
MODELS = """

class Note(models.Model):
    change_id = models.BigIntegerField(unique=True)
    text = models.TextField()
"""
TEST_OF_QUICKSTART = """
from yourapp.models import Note, Project


def test_what_the_quickstart_promises(vyte_sandbox, settle):
    project = Project.objects.create(name="Bridge")
    times = [("2030-01-07T09:00:00Z", "2030-01-07T10:00:00Z")]
    meeting = vyte_sandbox.create_event(title="Kick-off", dates=times, group_ids=[project.vyte_group_id])
    vyte_sandbox.confirm(meeting["_id"])
    settle()
    assert project.vyte_group_id == "project_1"
    assert project.vyte_events.confirmed().get().title == "Kick-off"
    assert Note.objects.get().text == "Kick-off: confirmed"
"""
TEST_OF_SIGNALS = """
from django.core import mail
from django.utils import timezone
from django_vyte.models import EventChange
from yourapp.models import Handled, Score


def test_receivers_that_are_called_twice_do_their_work_once(vyte_sandbox, settle):
    times = [("2030-01-07T09:00:00Z", "2030-01-07T10:00:00Z")]
    meeting = vyte_sandbox.create_event(title="Kick-off", creator="emma@example.com", dates=times)
    vyte_sandbox.confirm(meeting["_id"])
    settle()
    vyte_sandbox.cancel(meeting["_id"])
    settle()
    EventChange.objects.update(told=[], told_at=None, next_attempt_at=timezone.now())
    settle()
    assert Score.objects.get(organiser="emma@example.com").meetings == 1
    assert Handled.objects.count() == 1
    assert len(mail.outbox) == 2
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
"""


def code_in(page: str, *, having: str) -> str:
    """The one block of Python of a page that has this in it."""
    (code,) = (block for block in PYTHON.findall((DOCS / page).read_text()) if having in block)
    return code


def files_in(page: str) -> list[tuple[str, str]]:
    """The blocks of Python that begin with the name of a file, with that name."""
    blocks = PYTHON.findall((DOCS / page).read_text())
    named = [(re.match(r"# (\S+\.py)\n", block), block) for block in blocks]
    return [(match[1], block) for match, block in named if match]


@pytest.fixture
def run(tmp_path):
    """Runs Python with these arguments in a folder of its own; AssertionError when it fails."""
    ours = ("VYTE_", "DJANGO_", "PYTEST_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    variables = {
        "DJANGO_SETTINGS_MODULE": "yourproject.settings_for_tests",
        "VYTE_ENCRYPTION_KEY": Fernet.generate_key().decode(),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**inherited, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def project(tmp_path, run):
    """A new project to which the quickstart and "Test your integration" were applied to the letter."""
    run("-m", "django", "startproject", "yourproject", ".", "--settings", "django.conf.global_settings")
    files = [*files_in("start/quickstart.md"), *files_in("develop/testing.md"), *files_in("use/signals.md")]
    files += [("settings.py", code_in("run/databases.md", having="transaction_mode"))]
    files += [("settings.py", "INSTALLED_APPS += ['yourapp']\n"), ("yourapp/__init__.py", "")]
    files += [("models.py", MODELS), ("test_quickstart.py", TEST_OF_QUICKSTART)]
    files += [("test_signals.py", TEST_OF_SIGNALS)]
    places = {"settings.py": "yourproject", "urls.py": "yourproject", "models.py": "yourapp"}
    for name, code in files:
        path = tmp_path / places.get(name, "") / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write(code)
    return tmp_path


def test_the_quickstart_leads_to_a_project_that_passes_every_check(project, run):
    assert "no issues" in run("manage.py", "check", "--fail-level", "WARNING")


def test_each_example_of_a_test_runs_as_a_file_of_its_own(project, run):
    said = run("-m", "pytest", "-q", "-o", "python_files=test_*.py tests.py")
    count = sum(code.count("def test_") for _, code in files_in("develop/testing.md"))
    assert f"{count + 2} passed" in said
    assert count == len(files_in("develop/testing.md")) - len(["settings", "conftest"])


@pytest.fixture
def team(linked_team):
    """The examples are about a team that hears of what happens at Vyte."""
    return linked_team


def targets(vyte: Any) -> set[str]:
    return {hook["target_url"] for hook in vyte.state.hooks.values()}


def test_an_encryption_key_is_replaced_as_documented(team, settings):
    ThirdPartyApp.objects.create(app_id="app", secret="opens links", name="CRM")
    new, old = Fernet.generate_key().decode(), settings.VYTE["ENCRYPTION_KEYS"]
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [new, *old]}
    exec(code_in("run/security.md", having="row.save()"), {})
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [new]}
    assert ThirdPartyApp.objects.get().secret == "opens links"
    assert len({webhook.token for webhook in Webhook.objects.all()}) == 5
    assert ApiKey.objects.get().key


def test_the_addresses_of_webhooks_are_replaced_as_documented(team, vyte_sandbox):
    commands = re.findall(r"^python manage\.py (.+)$", (DOCS / "run/security.md").read_text(), re.MULTILINE)
    assert [line.split()[0] for line in commands] == ["shell", "vyte_hooks", "vyte_hooks"]
    before = targets(vyte_sandbox)
    exec(commands[0].split('"')[1], {})
    for line in commands[1:]:
        call_command(*line.split(), verbosity=0)
    after = targets(vyte_sandbox)
    assert len(before) == len(after) == 5
    assert not before & after


def test_the_app_that_signs_is_registered_as_documented(team):
    exec(code_in("use/links.md", having="third_parties.create"), {})
    app = ThirdPartyApp.objects.get()
    assert (app.name, app.team) == ("Example CRM", team)
    assert app.creator_token("emma@example.com")
