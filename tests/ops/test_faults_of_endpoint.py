"""What keeps a call from the webhooks is named, with who refuses it and what to change."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.checks import run_checks
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import include, path

from django_vyte.accounts import subscriptions
from django_vyte.endpoint_checks import USER_AGENTS
from django_vyte.models import Delivery
from django_vyte.ops.doctor import run_checks as run_doctor
from django_vyte.views import WebhookView
from tests.ops.faults import MIDDLEWARE, Fault, Site, with_settings, with_vyte

pytestmark = pytest.mark.django_db
urlpatterns = i18n_patterns(path("vyte/", include("django_vyte.urls")))
GetResponse = Callable[[HttpRequest], HttpResponse]
HERE = __name__


# Middleware of projects


def login_required(get_response: GetResponse) -> GetResponse:
    return lambda request: HttpResponseRedirect("/accounts/login/?next=/")


def maintenance(get_response: GetResponse) -> GetResponse:
    return lambda request: HttpResponse("Back soon.", status=503)


def read_only(get_response: GetResponse) -> GetResponse:
    return lambda request: HttpResponse(status=503) if request.method == "POST" else get_response(request)


def breaks(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        raise KeyError(f"secret={request.path}")

    return middleware


def elsewhere(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = "tests.empty_urls"
        return get_response(request)

    return middleware


def not_used(get_response: GetResponse) -> GetResponse:
    raise MiddlewareNotUsed


def not_loaded(get_response: GetResponse) -> GetResponse:
    raise LookupError("No key in the environment.")


def forbids_afterwards(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        get_response(request)
        return HttpResponse(status=451)

    return middleware


class AsynchronousGuard:
    """One that only knows async, as the whole site may."""

    sync_capable, async_capable = False, True

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    async def __call__(self, request):
        if request.headers.get("Authorization") is None:
            return HttpResponse(status=401)
        return await self.get_response(request)


class AsynchronousPasser(AsynchronousGuard):
    async def __call__(self, request):
        return await self.get_response(request)


class ViewGuard:
    """One that looks at the view first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        raise PermissionDenied


class StrictTokens(ViewGuard):
    """Like CSRF protection, without the exemption of API views."""

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        return HttpResponse(status=403) if request.method == "POST" else None


def with_middleware(name: str, at: int = len(MIDDLEWARE)) -> Callable[[Site], None]:
    added = [*MIDDLEWARE[:at], f"{HERE}.{name}", *MIDDLEWARE[at:]]
    return with_settings(MIDDLEWARE=added)


def refused_view(site: Site) -> None:
    site.monkeypatch.setattr(WebhookView, "initial", lambda *args, **kwargs: 1 // 0)


def registered_in_french(site: Site) -> None:
    """Where no middleware puts the language into effect."""
    site.settings.ROOT_URLCONF = HERE
    site.settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    site.settings.LANGUAGE_CODE = "en"
    site.settings.MIDDLEWARE = [each for each in MIDDLEWARE if "Locale" not in each]
    for webhook in site.team.webhooks.all():
        french = webhook.target_url.get_secret_value().replace("/vyte/", "/fr/vyte/")
        webhook.target_url = french
        webhook.save(update_fields=["target_url"])
        site.vyte.state.hooks[webhook.vyte_id]["target_url"] = french


COMMON = "django.middleware.common.CommonMiddleware"
FAULTS = [
    Fault(
        "ALLOWED_HOSTS without the host",
        with_settings(ALLOWED_HOSTS=["www.example.com"]),
        "calls_refused",
        "Add 'crm.example.com' to ALLOWED_HOSTS.",
        f"answered 400 Bad Request by {COMMON}",
    ),
    Fault(
        "PREPEND_WWW",
        with_settings(PREPEND_WWW=True, ALLOWED_HOSTS=["*"]),
        "calls_redirected",
        "Set VYTE['PUBLIC_URL'] to https://www.crm.example.com, then manage.py vyte_hooks register",
        f"301 Moved Permanently by {COMMON}, to https://www.crm.example.com",
    ),
    Fault(
        "SECURE_SSL_REDIRECT without a proxy header",
        with_settings(SECURE_SSL_REDIRECT=True),
        "calls_redirected_behind_proxy",
        "Set SECURE_PROXY_SSL_HEADER",
        "301 Moved Permanently by django.middleware.security.SecurityMiddleware",
    ),
    Fault(
        "SECURE_SSL_HOST",
        with_settings(SECURE_SSL_REDIRECT=True, SECURE_SSL_HOST="secure.example.com"),
        "calls_redirected_behind_proxy",
        "Set SECURE_PROXY_SSL_HEADER",
        "to https://secure.example.com",
    ),
    Fault(
        "a user agent that a Node service has",
        with_settings(DISALLOWED_USER_AGENTS=[re.compile("axios|curl", re.IGNORECASE)]),
        "user_agents_refused",
        "Take out or narrow these patterns",
        f"A call of 'axios/1.7.9' is answered 403 Forbidden by {COMMON}",
    ),
    Fault(
        "every user agent",
        with_settings(DISALLOWED_USER_AGENTS=[re.compile(".")]),
        "user_agents_refused",
        "Take out or narrow these patterns",
    ),
    Fault(
        "a login for every page",
        with_middleware("login_required"),
        "calls_redirected",
        f"Have {HERE}.login_required let paths with /webhooks/ through",
        f"302 Found by {HERE}.login_required, to another path",
    ),
    Fault(
        "maintenance",
        with_middleware("maintenance", at=0),
        "calls_refused",
        f"Have {HERE}.maintenance let paths",
        f"503 Service Unavailable by {HERE}.maintenance",
    ),
    Fault(
        "read-only mode, which lets a HEAD through",
        with_middleware("read_only"),
        "calls_refused",
        f"Have {HERE}.read_only let paths",
        "A POST to the webhooks is answered 503",
    ),
    Fault(
        "a middleware that raises",
        with_middleware("breaks", at=3),
        "calls_fail",
        "Mend what raises that.",
        f"500 Internal Server Error by {HERE}.breaks (KeyError in {HERE}, line ",
    ),
    Fault(
        "a middleware that cannot be loaded",
        with_middleware("not_loaded", at=2),
        "calls_fail",
        "Mend what raises that.",
        f"by {HERE}.not_loaded (LookupError in ",
    ),
    Fault(
        "a middleware that does not exist",
        with_middleware("no_such_thing"),
        "calls_fail",
        "Mend what raises that.",
        "(ImportError in django.utils.module_loading",
    ),
    Fault(
        "a middleware that looks at the view",
        with_middleware("StrictTokens", at=5),
        "calls_refused",
        f"Have {HERE}.StrictTokens let paths",
        "A POST to the webhooks is answered 403 Forbidden",
    ),
    Fault(
        "a middleware that forbids the view by raising",
        with_middleware("ViewGuard", at=1),
        "calls_refused",
        f"Have {HERE}.ViewGuard let paths",
    ),
    Fault(
        "a middleware that only knows async",
        with_middleware("AsynchronousGuard", at=4),
        "calls_refused",
        f"Have {HERE}.AsynchronousGuard let paths",
        "401 Unauthorized",
    ),
    Fault(
        "a middleware that changes the answer",
        with_middleware("forbids_afterwards", at=4),
        "calls_refused",
        f"Have {HERE}.forbids_afterwards let paths",
        "451 Unavailable For Legal Reasons",
    ),
    Fault(
        "a middleware that chooses another URLconf",
        with_middleware("elsewhere", at=3),
        "calls_refused",
        "Does a middleware set request.urlconf",
        "404 Not Found",
    ),
    Fault(
        "a view that raises",
        refused_view,
        "calls_fail",
        "Mend what raises that.",
        "500 Internal Server Error (ZeroDivisionError",
    ),
    Fault(
        "webhooks registered at a language's path that nobody activates",
        registered_in_french,
        "calls_refused",
        "manage.py vyte_hooks register",
        "404 Not Found",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_the_endpoint_is_named_with_its_remedy(site, fault):
    fault.check(site)
    assert not Delivery.objects.exists()


def raises_on_exceptions(site: Site) -> None:
    site.settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    refused_view(site)


def test_where_exceptions_are_propagated_the_doctor_goes_on(site):
    raises_on_exceptions(site)
    assert set(site.examine()) == {"calls_fail"}


@pytest.mark.parametrize(
    "harmless",
    [
        with_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")),
        with_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_SCHEME", "secure")),
        with_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=["/webhooks/"]),
        with_settings(SECURE_SSL_REDIRECT=True, SILENCED_SYSTEM_CHECKS=["django_vyte.W004"]),
        with_settings(USE_X_FORWARDED_HOST=True),
        with_settings(ALLOWED_HOSTS=[".example.com"]),
        with_settings(DISALLOWED_USER_AGENTS=[re.compile("Googlebot")]),
        with_settings(DEBUG=True),
        with_settings(ATOMIC_REQUESTS=True),
        with_settings(FORCE_SCRIPT_NAME="/crm"),
        with_middleware("not_used", at=0),
        with_middleware("not_used", at=4),
        with_middleware("AsynchronousPasser", at=4),
        with_settings(MIDDLEWARE=[*MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]),
        with_settings(MIDDLEWARE=[]),
    ],
)
def test_what_refuses_no_call_is_not_complained_about(site, harmless):
    harmless(site)
    found = site.examine()
    assert set(found) <= {"webhooks_missing", "webhooks_stale"}, found


def test_after_a_middleware_that_is_not_used_the_right_one_is_named(site):
    site.settings.MIDDLEWARE = [f"{HERE}.maintenance", f"{HERE}.not_used", *MIDDLEWARE]
    assert f"by {HERE}.maintenance" in site.examine()["calls_refused"]["text"]
    site.settings.MIDDLEWARE = [f"{HERE}.not_used", *MIDDLEWARE, f"{HERE}.not_used", f"{HERE}.maintenance"]
    assert f"by {HERE}.maintenance" in site.examine()["calls_refused"]["text"]


def test_nothing_is_logged_about_a_knock_and_no_token_is_shown(site, caplog):
    with_middleware("breaks")(site)
    text = str(site.examine())
    assert not caplog.records
    assert "secret" not in text
    tokens = [webhook.token.get_secret_value() for webhook in site.team.webhooks.all()]
    assert tokens
    assert not [token for token in tokens if token in text]


def test_before_a_team_is_linked_the_address_is_tried_all_the_same(site):
    site.team.delete()
    with_middleware("maintenance")(site)
    assert set(site.examine()) == {"no_team", "calls_refused"}
    site.settings.MIDDLEWARE = MIDDLEWARE
    assert set(site.examine()) == {"no_team"}


@pytest.mark.parametrize("broken", [with_vyte(PUBLIC_URL=""), with_settings(ROOT_URLCONF="tests.empty_urls")])
def test_without_an_address_nothing_is_called_fine(site, broken):
    broken(site)
    found = site.examine()
    assert "webhooks_not_compared" in found
    assert not {"calls_refused", "check_crashed"} & set(found)
    assert "endpoint" not in {each.id for each in run_doctor()}


# System checks


def checks() -> set[str]:
    return {str(each.id) for each in run_checks(tags=["django_vyte"])}


@pytest.mark.parametrize(
    ("plant", "id"),
    [
        (with_settings(ALLOWED_HOSTS=["www.example.com"]), "W002"),
        (with_settings(PREPEND_WWW=True), "W003"),
        (with_settings(SECURE_SSL_REDIRECT=True), "W004"),
        (with_settings(SECURE_SSL_REDIRECT=True, SECURE_SSL_HOST="secure.example.com"), "W004"),
        (with_settings(DISALLOWED_USER_AGENTS=[re.compile("node")]), "W005"),
    ],
)
def test_what_the_settings_alone_prove_is_a_system_check_too(site, plant, id):
    assert checks() == set()
    plant(site)
    assert checks() == {f"django_vyte.{id}"}
    site.settings.MIDDLEWARE = []
    assert checks() == set()


@pytest.mark.parametrize("url", ["", "https://[", "crm.example.com", "https://"])
def test_without_a_host_only_that_is_checked(site, url):
    site.configure(PUBLIC_URL=url)
    site.settings.ALLOWED_HOSTS = []
    assert checks() == {"django_vyte.E004"}


def test_a_pattern_is_judged_by_what_a_middleware_really_answers(site):
    for agent in filter(None, USER_AGENTS):
        site.settings.DISALLOWED_USER_AGENTS = [re.compile(re.escape(agent))]
        assert checks() == {"django_vyte.W005"}
        url = site.team.webhooks.first().target_url.get_secret_value()
        path = url.removeprefix("https://crm.example.com")
        assert Client(headers={"host": "crm.example.com", "user-agent": agent}).head(path).status_code == 403


# Over the network


@pytest.fixture
def public_site(site, live_server) -> Site:
    """One that listens at its PUBLIC_URL."""
    site.settings.ALLOWED_HOSTS = ["localhost"]
    site.configure(PUBLIC_URL=live_server.url)
    subscriptions.register(site.team)
    site.vyte.requests.clear()
    return site


@pytest.mark.django_db(transaction=True)
def test_over_the_network_the_site_is_called_when_that_is_asked_for(public_site):
    assert set(public_site.examine("--network")) == {"webhooks_stale"}
    assert "network" in {each.id for each in run_doctor(network=True)}
    assert "network" not in {each.id for each in run_doctor()}
    assert not Delivery.objects.exists()


def elsewhere_answers(
    status: int, body: bytes = b"<h1>Hello</h1>", **headers: str
) -> Callable[..., HttpResponse]:
    """Stands for what is in front of Django."""
    return lambda request: HttpResponse(body, status=status, headers=headers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answer", "id", "text"),
    [
        (elsewhere_answers(404), "calls_refused", "a POST to http://localhost is answered 404 Not Found."),
        (elsewhere_answers(200), "calls_refused", "answered 200 OK"),
        (elsewhere_answers(401), "calls_refused", "answered 401 Unauthorized"),
        (
            elsewhere_answers(302, Location="https://login.example.com/x?token=y"),
            "calls_redirected",
            "to https://login",
        ),
        (elsewhere_answers(500), "calls_fail", "500 Internal Server Error"),
    ],
)
def test_what_stands_in_front_of_django_is_found_out(public_site, monkeypatch, answer, id, text):
    monkeypatch.setattr("django.test.testcases.LiveServerThread.static_handler", None, raising=False)
    monkeypatch.setattr(
        "django.core.handlers.wsgi.WSGIHandler.get_response", lambda handler, request: answer(request)
    )
    found = public_site.examine("--network")[id]
    assert "Over the network" in found["text"]
    assert text in found["text"]
    assert "in front of Django" in found["hint"]


def test_an_address_where_nobody_listens_is_named(site, free_port):
    site.configure(PUBLIC_URL=f"http://127.0.0.1:{free_port}")
    site.settings.ALLOWED_HOSTS = ["127.0.0.1"]
    found = site.examine("--network")["site_unreachable"]
    assert found["text"] == "http://127.0.0.1 cannot be called over the network: ConnectionError."
    assert "DNS, certificate, firewall" in found["hint"]


def test_without_an_address_nobody_is_called(site):
    site.configure(PUBLIC_URL="")
    assert "network" not in {each.id for each in run_doctor(network=True)}
