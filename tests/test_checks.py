"""What a project hears when it is set up wrongly."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.checks import run_checks

from django_vyte import checks
from django_vyte.models import Member

KEY = "rDhJxHjWqz5HkTjPOGcc7WjQb8kDPaCzHnQvSBq3hFg="


def messages() -> dict[str, str]:
    return {str(m.id): f"{m.msg} {m.hint}" for m in run_checks(tags=["django_vyte"])}


def test_a_project_set_up_rightly_hears_nothing():
    assert messages() == {}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("TIMEOUTS", "TIMEOUT"),
        ("api_url", "API_URL"),
        ("PUBLIC_ULR", "PUBLIC_URL"),
        ("ENCRYPTION_KEY", "ENCRYPTION_KEYS"),
    ],
)
def test_a_misspelt_key_is_an_error_that_suggests_the_right_one(settings, given, meant):
    settings.VYTE = {**settings.VYTE, given: "x"}
    assert f"Did you mean {meant!r}?" in messages()["django_vyte.E002"]


def test_a_key_that_resembles_none_is_answered_with_all_of_them(settings):
    settings.VYTE = {**settings.VYTE, "ZZZZZZ": 1}
    assert "PUBLIC_URL" in messages()["django_vyte.E002"]


def test_vyte_must_be_a_dictionary(settings):
    settings.VYTE = ["no"]
    assert "django_vyte.E001" in messages()


@pytest.mark.parametrize("keys", [[], [""], ["short"], [KEY, "x" * 44], [7], None, 7])
def test_missing_and_malformed_encryption_keys_are_errors_that_show_no_key(settings, keys):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": keys}
    text = messages()["django_vyte.E003"]
    assert KEY not in text
    assert "x" * 44 not in text


@pytest.mark.parametrize(
    "url", ["", "http://crm.example.com", "crm.example.com", "ftp://localhost", "https://"]
)
def test_a_public_url_that_vyte_cannot_call_is_an_error(settings, url):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": url}
    assert "https" in messages()["django_vyte.E004"]


@pytest.mark.parametrize(
    "url", ["https://crm.example.com", "http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"]
)
def test_https_and_http_on_this_machine_are_fine(settings, url):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": url}
    assert messages() == {}


def test_urls_without_the_endpoint_are_an_error(settings):
    settings.ROOT_URLCONF = "tests.empty_urls"
    assert 'include("django_vyte.urls")' in messages()["django_vyte.E005"]


def test_a_project_without_rest_framework_hears_how_to_add_it(settings):
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "rest_framework"]
    assert "INSTALLED_APPS" in messages()["django_vyte.E006"]


def test_a_project_without_time_zones_hears_how_to_switch_them_on(settings):
    settings.USE_TZ = False
    assert "USE_TZ = True" in messages()["django_vyte.E007"]


def test_sqlite_in_a_file_wants_immediate_transactions(settings, monkeypatch):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}
    project = SimpleNamespace(DATABASES={"default": database}, USE_TZ=True, VYTE=settings.VYTE)
    monkeypatch.setattr(checks, "settings", project)
    assert "IMMEDIATE" in messages()["django_vyte.W001"]
    database["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
    assert messages() == {}


def test_sqlite_that_is_not_written_to_may_be_as_it_is(settings, monkeypatch):
    written = {"ENGINE": "django.db.backends.postgresql", "NAME": "crm"}
    other = {"ENGINE": "django.db.backends.sqlite3", "NAME": "other.sqlite3"}
    databases = {"default": written, "other": other}
    monkeypatch.setattr(
        checks, "settings", SimpleNamespace(DATABASES=databases, USE_TZ=True, VYTE=settings.VYTE)
    )
    assert messages() == {}


@pytest.mark.parametrize("timeout", [0, -1, "5", [5, 20], (5,), (5, 20, 30), (5, None)])
def test_a_timeout_that_is_none_is_an_error(settings, timeout):
    settings.VYTE = {**settings.VYTE, "TIMEOUT": timeout}
    assert "Seconds" in messages()["django_vyte.E008"]


@pytest.mark.parametrize("timeout", [1, 2.5, (3, 20), (0.5, 20.0)])
def test_one_number_or_two_are_a_timeout(settings, timeout):
    settings.VYTE = {**settings.VYTE, "TIMEOUT": timeout}
    assert messages() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEADLINE", 5), ("LIST_DEADLINE", 0.5), ("CIRCUIT_FAILURES", 0), ("CIRCUIT_SECONDS", 60)],
)
def test_limits_may_be_whole_numbers_and_the_circuit_none(settings, name, value):
    settings.VYTE = {**settings.VYTE, name: value}
    assert messages() == {}


def test_an_invitee_is_deleted_by_post_or_delete(settings):
    settings.VYTE = {**settings.VYTE, "DELETE_INVITEE_METHOD": "PATCH"}
    assert "'POST' or 'DELETE'" in messages()["django_vyte.E008"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_URL", "127.0.0.1:8900"),
        ("API_URL", None),
        ("API_URL", "http://api.vyte.in"),
        ("WEB_URL", "http://10.0.0.1:8900"),
        ("WEB_URL", "www.vyte.in"),
        ("RETRIES", "3"),
        ("RETRIES", -1),
        ("DEADLINE", 0),
        ("DEADLINE", None),
        ("DEADLINE", float("nan")),
        ("LIST_DEADLINE", float("inf")),
        ("CIRCUIT_FAILURES", -1),
        ("CIRCUIT_FAILURES", 2.5),
        ("CIRCUIT_SECONDS", "10"),
        ("LEASE_SECONDS", "300"),
        ("MAX_ATTEMPTS", 0),
        ("KEEP_DELIVERIES_DAYS", True),
        ("KEEP_PAYLOADS_DAYS", 0),
        ("HOOKS_PATH", "hooks"),
    ],
)
def test_a_value_that_would_fail_later_is_an_error_now(settings, name, value):
    settings.VYTE = {**settings.VYTE, name: value}
    assert f"VYTE[{name!r}]" in messages()["django_vyte.E008"]


@pytest.mark.parametrize(
    "url", ["https://example.com/crm", "https://example.com/a/b/", "http://localhost:8000/crm"]
)
def test_a_public_url_may_have_the_path_below_which_the_web_server_has_the_site(settings, url):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": url}
    assert messages() == {}


def test_a_public_url_with_the_path_of_the_endpoint_is_an_error(settings):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "https://crm.example.com/vyte/webhooks"}
    assert "has a path" in messages()["django_vyte.E004"]


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com/?a=1",
        "https://crm.example.com/crm?a",
        "https://crm.example.com/#top",
        "https://crm.example.com?",
        "https://very:secret@crm.example.com",
        "https://crm.example.com/a b",
        "https://crm.example.com/\n",
        "https://crm.example.com:port",
        "https://[crm",
    ],
)
def test_a_public_url_that_holds_anything_else_is_an_error_that_shows_no_password(settings, url):
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": url}
    assert "secret" not in messages()["django_vyte.E004"]


def test_a_project_without_vyte_hears_that_it_is_missing(settings):
    del settings.VYTE
    assert "is missing" in messages()["django_vyte.E001"]


def test_an_outbox_model_that_could_not_be_dispatched_is_found(monkeypatch):
    assert checks.check_outbox_models(None) == []
    monkeypatch.delattr(Member, "noun")
    (message,) = checks.check_outbox_models(None)
    assert (message.id, message.obj) == ("django_vyte.E009", Member)
