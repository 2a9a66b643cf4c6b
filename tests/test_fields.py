"""Secrets are encrypted in the database and never silently wrong."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, transaction

from django_vyte.exceptions import DecryptionError
from django_vyte.models import ApiKey, Team, ThirdPartyApp

SECRET = "i2xthzol66q9zucx04ta"
pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> ThirdPartyApp:
    return ThirdPartyApp.objects.create(app_id="a1", name="superapp", secret=SECRET)


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM django_vyte_thirdpartyapp")
        return str(cursor.fetchone()[0])


def use_keys(settings, *keys: str) -> None:
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": list(keys)}


def test_a_secret_is_plain_in_python_and_unreadable_in_the_database(app):
    assert ThirdPartyApp.objects.get().secret == SECRET
    assert SECRET not in stored()


def test_bulk_writes_and_updates_encrypt_too(app):
    ThirdPartyApp.objects.update(secret="other")
    assert "other" not in stored()
    assert ThirdPartyApp.objects.get().secret == "other"


def test_an_older_key_still_decrypts_and_the_newest_encrypts(app, settings):
    old, new = settings.VYTE["ENCRYPTION_KEYS"][0], Fernet.generate_key().decode()
    use_keys(settings, new, old)
    assert ThirdPartyApp.objects.get().secret == SECRET
    app.save()
    use_keys(settings, new)
    assert ThirdPartyApp.objects.get().secret == SECRET


def test_a_key_that_cannot_decrypt_raises_with_the_remedy_and_shows_nothing(app, settings):
    use_keys(settings, Fernet.generate_key().decode())
    with pytest.raises(DecryptionError, match="vyte_link_team") as caught:
        ThirdPartyApp.objects.get()
    assert stored() not in str(caught.value)


def test_without_a_key_nothing_is_stored_in_plain(settings):
    use_keys(settings)
    with pytest.raises(ImproperlyConfigured, match="generate_key"), transaction.atomic():
        ThirdPartyApp.objects.create(app_id="a2", name="x", secret=SECRET)
    assert not ThirdPartyApp.objects.exists()


def test_an_encrypted_column_cannot_be_searched(app):
    with pytest.raises(FieldError, match="encrypted"):
        ThirdPartyApp.objects.filter(secret=SECRET).exists()
    assert ThirdPartyApp.objects.filter(secret__isnull=False).exists()


def test_a_fixture_carries_the_sealed_secret_and_loads_again(app):
    text = serializers.serialize("json", [app])
    assert SECRET not in text
    app.delete()
    for loaded in serializers.deserialize("json", text):
        loaded.save()
    assert ThirdPartyApp.objects.get().secret == SECRET


def test_no_repr_shows_a_secret(app):
    team = Team.objects.create(vyte_id="t", name="ACME")
    key = ApiKey.objects.create(team=team, key=SECRET, hint=SECRET[-4:])
    for shown in (repr(app), str(app), repr(key), str(key), repr(team), repr(team.client())):
        assert SECRET not in shown


def test_a_very_long_and_a_unicode_secret_come_back_as_they_were(app):
    for secret in ("x" * 5000, "ключ 🔑", ""):
        app.secret = secret
        app.save()
        assert ThirdPartyApp.objects.get().secret == secret
