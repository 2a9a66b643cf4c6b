"""A whole run is searched for the keys and secrets used in it: database, logs, admin pages, reprs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from django_vyte import links
from django_vyte.accounts import linking
from django_vyte.conf import get_settings
from django_vyte.exceptions import VyteError
from django_vyte.models import Delivery, Event, ThirdPartyApp

pytestmark = pytest.mark.django_db(transaction=True)
APP_SECRET = "mols1p5ay6comkzj73ca"
APP_ID = "569c2e2fa28cc30300778c4c"
CREATOR = "jane@acme.com"


@pytest.fixture
def secrets(vyte_sandbox, settle, caplog, monkeypatch) -> dict[str, str]:
    """Every secret of a run that did everything, with what went wrong in it too; the logs are in ``caplog``."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("django_vyte.http.clock.sleep", lambda seconds: None)
    monkeypatch.setenv("VYTE_API_KEY", vyte_sandbox.api_key)
    call_command("vyte_link_team", verbosity=0)
    app = ThirdPartyApp.objects.create(app_id=APP_ID, name="superapp", secret=APP_SECRET)
    made = vyte_sandbox.create_event(
        title="Kick-off", creator=CREATOR, dates=[("2027-01-05T10:00Z", "2027-01-05T11:00Z")]
    )
    vyte_sandbox.join(email="new@acme.com", full_name="New Person", extid="1")
    settle()
    event = Event.objects.get(title="Kick-off")
    event.confirm()
    event.cancel()
    settle()
    team = event.team
    for webhook in team.webhooks.all():
        path = reverse("django_vyte:webhook", args=[webhook.token.get_secret_value()])
        assert Client().get(path).status_code == 405
        assert Client().post(path, b"x" * 2_000_000, content_type="application/json").status_code == 413
    with team.client() as client:
        client.third_parties.token(email=CREATOR, secret=APP_SECRET)
        vyte_sandbox.faults.add(
            status=503, body=f"key {vyte_sandbox.api_key} secret={APP_SECRET}".encode(), times=None
        )
        for fails in (client.auth.test, lambda: client.third_parties.token(email=CREATOR, secret=APP_SECRET)):
            with pytest.raises(VyteError) as caught:
                fails()
            logging.getLogger("tests").error("It failed: %s %r", caught.value, caught.value)
        vyte_sandbox.update_event(made["_id"], title="Kick-off, again")
        settle()
        vyte_sandbox.faults.clear()
    found = {
        "API key": vyte_sandbox.api_key,
        "app secret": APP_SECRET,
        "creator token": links.creator_token(app.secret.get_secret_value(), CREATOR),
        "encryption key": get_settings().ENCRYPTION_KEYS[0],
    }
    for webhook in team.webhooks.all():
        found[f"token of {webhook.action}"] = webhook.token.get_secret_value()
    key_store = vyte_sandbox.state.events[made["_id"]]["key_store"]
    keys = key_store["hash"].values() if isinstance(key_store, dict) else [key_store]
    found |= {f"key_store {number}": key for number, key in enumerate(keys)}
    return found


def leaks(secrets: dict[str, str], text: str) -> list[str]:
    """The names of the secrets that ``text`` shows."""
    return [name for name, secret in secrets.items() if secret in text]


def test_no_secret_is_readable_in_the_database(secrets):
    assert len(secrets) >= 10
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            for row in cursor.fetchall():
                assert leaks(secrets, repr(row)) == [], model


def test_no_secret_is_in_the_logs_at_debug(secrets, caplog):
    logged = "\n".join(
        f"{record.getMessage()} {record.args!r} {record.exc_text}"
        for record in caplog.get_records("setup")
        # The local Vyte is the other side: it may log what it was asked.
        if not record.name.startswith(("werkzeug", "django_vyte.sandbox"))
    )
    assert "answered" in logged
    assert leaks(secrets, logged) == []


def test_no_secret_is_in_a_repr(secrets):
    shown = [repr(get_settings())]
    for model in apps.get_app_config("django_vyte").get_models():
        for row in model._default_manager.all():
            shown += [repr(row), str(row)]
    team = Event.objects.first().team
    shown += [repr(team.client()), repr(team.client().events), repr(vars(team))]
    assert len(shown) > 20
    assert leaks(secrets, "\n".join(shown)) == []


def pages(browser: Client) -> Iterator[tuple[str, str]]:
    """Every page of the admin that links lead to, with its content."""
    waiting, seen = ["/admin/"], set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = browser.get(path, follow=True)
        assert answer.status_code == 200, path
        yield path, answer.content.decode()
        for link in re.findall(r'href="(/admin/[^"?#]*)', answer.content.decode()):
            if link not in seen and link not in waiting and "logout" not in link and "jsi18n" not in link:
                waiting.append(link)


def test_no_secret_is_on_an_admin_page(secrets):
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("root"))
    visited = 0
    for path, content in pages(browser):
        assert leaks(secrets, content) == [], path
        visited += 1
    assert visited > 30
    assert Delivery.objects.exists()


def test_a_key_that_vyte_refuses_is_not_shown(vyte_sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(VyteError) as caught:
        linking.link("a-wrong-key-that-somebody-pasted")
    shown = f"{caught.value} {caught.value!r} {caplog.text}"
    assert "a-wrong-key-that-somebody-pasted" not in shown
