"""``deliver()`` of the fixture reaches the view as Vyte does, whatever the settings, or says why it does not."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as django_settings
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.test import override_settings
from django.urls import get_script_prefix, include, path
from django.utils import timezone, translation

from django_vyte.accounts import subscriptions
from django_vyte.models import Delivery, Webhook
from django_vyte.sandbox import DeliveryRefused
from django_vyte.sandbox.world.courier import HEADERS

COMMON = "django.middleware.common.CommonMiddleware"
SECURITY = "django.middleware.security.SecurityMiddleware"
LOCALE = "django.middleware.locale.LocaleMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
seen = []


def note(get_response):
    """A middleware of the project: keeps what arrives."""

    def middleware(request):
        seen.append((request, translation.get_language(), timezone.get_current_timezone_name()))
        return get_response(request)

    return middleware


def refuse_programs(get_response):
    return lambda request: HttpResponse("Not you: " + request.path, status=403)


def fail(get_response):
    def middleware(request):
        raise OSError("no disk")

    return middleware


vyte = path("vyte/", include("django_vyte.urls"))
below_a_language = type("urls", (), {"urlpatterns": i18n_patterns(vyte)})
elsewhere = type("urls", (), {"urlpatterns": [path("elsewhere/", include("django_vyte.urls"))]})
nowhere = type("urls", (), {"urlpatterns": [path("other/", include("tests.empty_urls"))]})


@pytest.fixture(autouse=True)
def middleware(settings):
    settings.MIDDLEWARE = [f"{__name__}.note", SECURITY, LOCALE, COMMON, CSRF]
    seen.clear()


@pytest.fixture
def happens(linked_team, vyte_sandbox):
    """Has something happen at Vyte that calls this site, delivered."""

    def happen(**options):
        vyte_sandbox.create_event(title="T")
        return vyte_sandbox.deliver(**options)

    return happen


def refusal_of(happens):
    with pytest.raises(DeliveryRefused) as caught:
        happens()
    assert Webhook.objects.get(action="event.created").token.get_secret_value() not in str(caught.value)
    return caught.value


def test_a_call_looks_like_one_from_outside(happens):
    with translation.override("fr"), timezone.override("Asia/Tokyo"):
        happens()
        assert (translation.get_language(), timezone.get_current_timezone_name()) == ("fr", "Asia/Tokyo")
    ((request, language, zone),) = seen
    assert (request.get_host(), request.is_secure(), request.content_type) == (
        "crm.example.com", True, "application/json",
    )  # fmt: skip
    assert request.headers["User-Agent"] == HEADERS["User-Agent"]
    assert "node" in request.headers["User-Agent"]
    assert (language, zone) == (django_settings.LANGUAGE_CODE, django_settings.TIME_ZONE)


@pytest.mark.parametrize(
    "changes",
    [
        {"SECURE_SSL_REDIRECT": True},
        {"SECURE_SSL_REDIRECT": True, "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")},
        {"FORCE_SCRIPT_NAME": "/crm"},
        {"FORCE_SCRIPT_NAME": "/crm/"},
        {"APPEND_SLASH": False},
        {"ROOT_URLCONF": elsewhere},
        {"ROOT_URLCONF": below_a_language, "LANGUAGE_CODE": "fr"},
        {"USE_X_FORWARDED_HOST": True, "ALLOWED_HOSTS": [".example.com"]},
        {"DEBUG": True},
    ],
    ids=str,
)
def test_the_view_is_reached_under_these_settings(settings, vyte_sandbox, team, changes):
    with override_settings(**changes):
        prefix = get_script_prefix()
        subscriptions.register(team)
        vyte_sandbox.create_event(title="T")
        (call,) = vyte_sandbox.deliver()
        assert (call.status, call.reason, Delivery.objects.count()) == (200, "", 1)
        assert get_script_prefix() == prefix


@pytest.mark.parametrize("script", ["", "/crm"])
def test_what_the_web_server_takes_off_the_path_is_taken_off(linked_team, vyte_sandbox, settings, script):
    settings.FORCE_SCRIPT_NAME = script or None
    settings.VYTE = {**settings.VYTE, "PUBLIC_URL": "https://crm.example.com/crm"}
    for hook in vyte_sandbox.state.hooks.values():
        hook["target_url"] = hook["target_url"].replace(".com/", ".com/crm/")
    vyte_sandbox.create_event(title="T")
    assert [call.status for call in vyte_sandbox.deliver()] == [200]


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"ALLOWED_HOSTS": ["other.example.com"]}, 400, "ALLOWED_HOSTS does not list: add 'crm.example.com'"),
        ({"ALLOWED_HOSTS": ["x.example.com"], "DEBUG": True}, 400, "ALLOWED_HOSTS does not list"),
        ({"PREPEND_WWW": True}, 301, "PREPEND_WWW redirects"),
        ({"DISALLOWED_USER_AGENTS": [re.compile("node")]}, 403, "DISALLOWED_USER_AGENTS"),
        ({"ROOT_URLCONF": nowhere}, 404, "is django_vyte.urls included"),
        ({"ROOT_URLCONF": nowhere, "DEBUG": True}, 404, "is django_vyte.urls included"),
        ({"MIDDLEWARE": [f"{__name__}.refuse_programs"]}, 403, "The answer: Not you: /vyte/webhooks/"),
        ({"MIDDLEWARE": [f"{__name__}.fail"]}, 500, "Your project raised OSError."),
        ({"MIDDLEWARE": [f"{__name__}.fail"], "DEBUG": True}, 500, "Your project raised OSError."),
    ],
    ids=str,
)
def test_a_call_that_is_refused_says_what_refuses_it(happens, settings, changes, status, reason):
    with override_settings(**changes):
        refused = refusal_of(happens)
    assert (refused.status, Delivery.objects.count()) == (status, 0)
    assert reason in refused.reason
    assert str(refused).startswith(f"The call event.created to {refused.url} was refused: status {status}")
    assert refused.url.startswith("https://crm.example.com/vyte/webhooks/")


def test_http_is_redirected_to_https_as_for_vyte(happens, settings, vyte_sandbox):
    settings.SECURE_SSL_REDIRECT = True
    for hook in vyte_sandbox.state.hooks.values():
        hook["target_url"] = hook["target_url"].replace("https", "http")
    assert "SECURE_SSL_REDIRECT redirects to https" in refusal_of(happens).reason


def test_a_webhook_that_is_gone_here_is_named(happens):
    Webhook.objects.all().delete()
    with pytest.raises(DeliveryRefused, match="This site knows no webhook with that token"):
        happens()


def test_the_error_of_the_project_is_the_cause(happens, settings):
    settings.MIDDLEWARE = [f"{__name__}.fail"]
    refused = refusal_of(happens)
    assert isinstance(refused.__cause__, OSError)


def test_all_calls_are_tried_and_counted_before_it_is_raised(happens, vyte_sandbox, settings):
    vyte_sandbox.webhook_mode.duplicate = True
    settings.PREPEND_WWW = True
    refused = refusal_of(happens)
    assert [call.attempts for call in refused.calls] == [1, 1]
    assert "So were 1 more." in str(refused)


def test_a_test_may_expect_a_refusal_and_the_call_is_tried_again(happens, vyte_sandbox, settings):
    with override_settings(PREPEND_WWW=True):
        (call,) = happens(check=False)
        assert (call.status, call.waiting) == (301, True)
    assert vyte_sandbox.deliver() == [call]
    assert (call.status, call.reason, call.attempts) == (200, "", 2)


def test_no_check_is_made_of_a_post_of_one_s_own(linked_team, vyte_sandbox):
    vyte_sandbox.create_event(title="T")
    assert [call.status for call in vyte_sandbox.deliver(lambda *call: 500)] == [500]
    with pytest.raises(DeliveryRefused):
        vyte_sandbox.deliver(lambda *call: 500, check=True)
