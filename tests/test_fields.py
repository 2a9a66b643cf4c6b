"""Secrets are encrypted in the database, masked in Python, and never silently wrong."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.db.models.signals import post_save, pre_save
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from django.template import Context, Template
from django.utils.encoding import smart_str
from rest_framework.serializers import ModelSerializer

from django_vyte import links
from django_vyte.client import VyteClient
from django_vyte.encryption import Secret
from django_vyte.exceptions import DecryptionError
from django_vyte.fields import EncryptedTextField
from django_vyte.models import ApiKey, Team, ThirdPartyApp
from tests.clinic.models import Practice

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
    read = ThirdPartyApp.objects.get()
    assert str(read.secret) == "***"
    with pytest.raises(DecryptionError, match="vyte_link_team") as caught:
        read.secret.get_secret_value()
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


FORMS: dict[str, Any] = {
    "str": str,
    "repr": repr,
    "f-string": lambda secret: f"{secret} {secret!r} {secret:>20}",
    "%": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
    "smart_str": lambda secret: smart_str(secret, strings_only=True),
    "pickle": lambda secret: repr(pickle.dumps(secret)),
    "vars": lambda secret: repr([vars(ThirdPartyApp.objects.get()), ThirdPartyApp(secret=SECRET).__dict__]),
    "template": lambda secret: Template("{{ s }}{{ s.get_secret_value }}").render(Context({"s": secret})),
    "values": lambda secret: repr([*ThirdPartyApp.objects.values(), *ThirdPartyApp.objects.values_list()]),
    "annotation": lambda secret: repr(ThirdPartyApp.objects.annotate(x=F("secret")).values_list("x").get()),
    "model_to_dict": lambda secret: repr(model_to_dict(Practice(token=secret, signing_key=secret))),
    "an instance": lambda secret: repr(pickle.dumps(ThirdPartyApp.objects.get())),
    "a form": lambda secret: str(
        modelform_factory(Practice, fields="__all__")(instance=Practice(token=secret))
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_no_way_of_writing_a_value_shows_a_secret(app, form):
    for secret in (app.secret, ThirdPartyApp.objects.get().secret, ThirdPartyApp(secret=SECRET).secret):
        written = FORMS[form](secret)
        assert written
        assert SECRET not in written


@pytest.mark.parametrize("dump", [json.dumps, lambda value: json.dumps(value, cls=DjangoJSONEncoder)])
def test_json_refuses_a_secret(app, dump):
    with pytest.raises(TypeError, match="Secret"):
        dump(app.secret)


def test_a_serializer_of_rest_framework_shows_the_mask(app):
    class AppSerializer(ModelSerializer):
        class Meta:
            model = ThirdPartyApp
            fields = "__all__"

    assert "***" in str(AppSerializer(app).data)
    assert SECRET not in str(AppSerializer(app).data)


def audited(instance: models.Model) -> list[str]:
    """What apps that log changes read of a row: each field as text, as a fixture, and the row's JSON."""
    secret_or_not = [field for field in instance._meta.concrete_fields if field.attname in vars(instance)]
    texts = [smart_str(getattr(instance, field.attname)) for field in secret_or_not]
    texts += [field.value_to_string(instance) for field in secret_or_not if field.value_from_object(instance)]
    return [*texts, serializers.serialize("json", [instance]), repr(vars(instance))]


def test_what_reads_every_field_in_a_signal_finds_no_secret(vyte_sandbox, monkeypatch):
    from django.core.management import call_command

    seen: list[str] = []

    def receiver(instance, **kwargs):
        if instance._meta.app_label == "django_vyte":
            seen.extend(audited(instance))

    for signal in (pre_save, post_save):
        signal.connect(receiver)
    try:
        monkeypatch.setenv("VYTE_API_KEY", vyte_sandbox.api_key)
        call_command("vyte_link_team", verbosity=0)
        row = ApiKey.objects.get()
        row.status = ApiKey.Status.REVOKED
        row.save()
        call_command("vyte_link_team", verbosity=0)
        ThirdPartyApp.objects.create(app_id="a1", name="superapp", secret=SECRET)
        team = Team.objects.get()
    finally:
        for signal in (pre_save, post_save):
            signal.disconnect(receiver)
    secrets = {vyte_sandbox.api_key, SECRET}
    for webhook in team.webhooks.all():
        secrets |= {webhook.token.get_secret_value(), webhook.target_url.get_secret_value()}
    assert len(secrets) == 12
    assert len(seen) > 20
    everything = "\n".join(seen)
    assert [secret for secret in secrets if secret in everything] == []


def test_no_column_of_the_package_keeps_a_secret_in_another_way(app):
    held = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("django_vyte").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    assert sorted(held) == [
        "django_vyte.ApiKey.key", "django_vyte.ThirdPartyApp.secret",
        "django_vyte.Webhook.target_url", "django_vyte.Webhook.token",
    ]  # fmt: skip


def test_a_secret_equals_its_text_and_nothing_else(app):
    secret = ThirdPartyApp.objects.get().secret
    assert secret == SECRET == app.secret == Secret(SECRET)
    assert hash(secret) == hash(SECRET)
    assert {secret: 1}[SECRET] == 1
    for other in ("x", "", None, 5, b"x", "\ud800", "é", Secret("x")):
        assert secret != other
    assert [bool(Secret("")), bool(secret)] == [False, True]


def test_copies_and_pickles_are_the_same_secret(app):
    for secret in (app.secret, ThirdPartyApp.objects.get().secret):
        for other in (copy.copy(secret), copy.deepcopy(secret), pickle.loads(pickle.dumps(secret))):
            assert (str(other), other.get_secret_value()) == ("***", SECRET)
    assert pickle.loads(pickle.dumps(ThirdPartyApp.objects.get())).secret == SECRET
    assert copy.deepcopy(app).secret == SECRET


def test_the_mask_never_becomes_the_secret(app):
    with pytest.raises(ValueError, match="not a secret"):
        app.secret = str(app.secret)
    with pytest.raises(ValueError, match="not a secret"):
        ThirdPartyApp.objects.update(secret=f"{app.secret}")


def test_every_way_of_writing_encrypts(app):
    app.secret = "second"
    ThirdPartyApp.objects.bulk_update([app], ["secret"])
    assert "second" not in stored()
    assert ThirdPartyApp.objects.get().secret == "second"
    app.refresh_from_db()
    ThirdPartyApp.objects.update(secret=app.secret)
    assert ThirdPartyApp.objects.get().secret == "second"
    ThirdPartyApp.objects.update_or_create(app_id="a1", defaults={"secret": "third"})
    assert ThirdPartyApp.objects.get().secret == "third"
    app.full_clean()


@pytest.mark.parametrize("expression", [Concat(Value("a"), Value("b")), F("name")])
def test_an_expression_is_not_stored_in_plain(app, expression):
    app.secret = expression
    with pytest.raises(FieldError, match="not an expression"):
        app.save()


def test_client_and_links_take_the_masked_secret(app, vyte_sandbox):
    assert links.creator_token(app.secret, "a@b.c") == links.creator_token(SECRET, "a@b.c")
    assert VyteClient(Secret(vyte_sandbox.api_key)).auth.test()["_id"] == vyte_sandbox.team_id
