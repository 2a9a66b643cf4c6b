"""Addresses of this site are computed from settings, whoever asks and in whatever language."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_script_prefix, include, path, set_script_prefix, set_urlconf
from django.utils import translation

from django_vyte.public_urls import path_of, public_url, view_of

urlpatterns = i18n_patterns(path("vyte/", include("django_vyte.urls")))
VIEW = "django_vyte:webhook"


@pytest.fixture
def in_languages(settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.LANGUAGE_CODE = "en"
    settings.LANGUAGES = [("en", "English"), ("fr", "French"), ("de", "German")]


@pytest.fixture
def at(settings):
    """Sets where the site is."""

    def at(public_url: str, script_name: str | None = None) -> None:
        settings.VYTE = {**settings.VYTE, "PUBLIC_URL": public_url}
        settings.FORCE_SCRIPT_NAME = script_name

    return at


def test_the_language_of_whoever_asks_makes_no_difference(in_languages, settings):
    for language in ("fr", "de", "en"):
        with translation.override(language):
            assert public_url(VIEW, "t") == "https://crm.example.com/en/vyte/webhooks/t/"
            assert translation.get_language() == language
    settings.LANGUAGE_CODE = "fr"
    assert public_url(VIEW, "t") == "https://crm.example.com/fr/vyte/webhooks/t/"


def test_without_any_language_the_address_is_the_same(in_languages):
    with translation.override(None):
        assert public_url(VIEW, "t") == "https://crm.example.com/en/vyte/webhooks/t/"


def test_the_urlconf_and_the_script_prefix_of_a_request_make_no_difference():
    set_urlconf("tests.empty_urls")
    set_script_prefix("/seen/by/a/request/")
    try:
        assert public_url(VIEW, "t") == "https://crm.example.com/vyte/webhooks/t/"
        assert get_script_prefix() == "/seen/by/a/request/"
    finally:
        set_urlconf(None)
        set_script_prefix("/")


def test_a_thread_that_knows_no_script_prefix_has_the_same_address(at):
    at("https://example.com", "/crm")
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(public_url, VIEW, "t").result()
    assert there == public_url(VIEW, "t") == "https://example.com/crm/vyte/webhooks/t/"


@pytest.mark.parametrize(
    ("site", "script_name", "root"),
    [
        ("https://example.com", None, ""),
        ("https://example.com", "", ""),
        ("https://example.com/", "/", ""),
        ("https://example.com", "/crm", "/crm"),
        ("https://example.com", "crm/", "/crm"),
        ("https://example.com/crm", None, "/crm"),
        ("https://example.com/crm", "/crm", "/crm"),
        ("https://example.com/crm/", "/crm/", "/crm"),
        ("https://example.com/sites", "/sites/crm", "/sites/crm"),
        ("https://example.com/sites/crm", "/crm", "/sites/crm"),
        ("https://example.com/sites", "/crm", "/sites/crm"),
        ("https://example.com/acrm", "/crm", "/acrm/crm"),
    ],
)
def test_a_path_in_front_of_the_site_is_in_the_address_once(at, site, script_name, root):
    at(site, script_name)
    url = f"https://example.com{root}/vyte/webhooks/t/"
    assert public_url(VIEW, "t") == url
    assert path_of(url) == "/vyte/webhooks/t/"


def test_without_a_public_url_the_setting_is_named(at):
    at("")
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        public_url(VIEW, "t")
    assert view_of("https://crm.example.com/vyte/webhooks/t/") is None
    assert view_of("/vyte/webhooks/t/") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com/en/vyte/webhooks/t/",
        "https://crm.example.com/fr/vyte/webhooks/t/",
        "HTTPS://CRM.example.com:443/de/vyte/webhooks/t",
    ],
)
def test_a_view_is_found_in_the_path_of_any_language(in_languages, url):
    match = view_of(url)
    assert match is not None
    assert (match.view_name, match.kwargs) == (VIEW, {"token": "t"})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://other.example.com/vyte/webhooks/t/",
        "http://crm.example.com/vyte/webhooks/t/",
        "https://crm.example.com:8443/vyte/webhooks/t/",
        "https://crm.example.com:port/vyte/webhooks/t/",
        "https://[crm/vyte/webhooks/t/",
        "https://crm.example.com/elsewhere/t/",
        "https://crm.example.com",
    ],
)
def test_an_address_elsewhere_leads_to_no_view(url):
    assert view_of(url) is None


def test_without_the_view_the_include_is_named(settings):
    settings.ROOT_URLCONF = "tests.empty_urls"
    with pytest.raises(ImproperlyConfigured, match=r'include\("django_vyte.urls"\) to ROOT_URLCONF'):
        public_url(VIEW, "t")
