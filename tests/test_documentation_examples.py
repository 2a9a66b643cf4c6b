"""The examples in the documentation that can be run are run here as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from django_vyte.models import ApiKey, ThirdPartyApp, Webhook

DOCS = Path(__file__).parent.parent / "docs"


def code_in(page: str, *, having: str) -> str:
    """The one block of Python of a page that has this in it."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    (code,) = (block for block in blocks if having in block)
    return code


# The examples of "Test your integration" are tests and fixtures.
for _having in ("# conftest", "# test_meetings", "cancelled_there", "link_is_accepted", "vyte_is_down"):
    exec(compile(code_in("testing.md", having=_having), "docs/testing.md", "exec"))


@pytest.fixture(autouse=True)
def settings_of_the_examples(settings: Any) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}


def targets(vyte: Any) -> set[str]:
    return {hook["target_url"] for hook in vyte.state.hooks.values()}


def test_an_encryption_key_is_replaced_as_documented(team, settings):
    ThirdPartyApp.objects.create(app_id="app", secret="opens links", name="CRM")
    new, old = Fernet.generate_key().decode(), settings.VYTE["ENCRYPTION_KEYS"]
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [new, *old]}
    exec(code_in("security.md", having="row.save()"), {})
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [new]}
    assert ThirdPartyApp.objects.get().secret == "opens links"
    assert len({webhook.token for webhook in Webhook.objects.all()}) == 5
    assert ApiKey.objects.get().key


def test_the_addresses_of_webhooks_are_replaced_as_documented(team, vyte_sandbox):
    commands = re.findall(r"^python manage\.py (.+)$", (DOCS / "security.md").read_text(), re.MULTILINE)
    assert [line.split()[0] for line in commands] == ["shell", "vyte_hooks", "vyte_hooks"]
    before = targets(vyte_sandbox)
    exec(commands[0].split('"')[1], {})
    for line in commands[1:]:
        call_command(*line.split(), verbosity=0)
    after = targets(vyte_sandbox)
    assert len(before) == len(after) == 5
    assert not before & after


def test_the_app_that_signs_is_registered_as_documented(team):
    exec(code_in("links.md", having="third_parties.create"), {})
    app = ThirdPartyApp.objects.get()
    assert (app.name, app.team) == ("Example CRM", team)
    assert app.creator_token("emma@example.com")
