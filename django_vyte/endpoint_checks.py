"""System checks of what Django refuses before a webhook call reaches its view; docs/run/checks.md explains each id.

A check speaks only where the settings alone prove it, and the middleware that acts on them is installed. What else
may refuse a call, the doctor finds by a request (``ops.doctor.endpoint``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import NoReverseMatch
from django.utils.module_loading import import_string

from django_vyte.conf import get_settings
from django_vyte.public_urls import local_path

TAG = "django_vyte"
# What services that run on Node send, as Vyte's does; it documents none. Empty: no header.
USER_AGENTS = (
    "",
    "node",
    "undici",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "axios/1.7.9",
    "got (https://github.com/sindresorhus/got)",
    "node-superagent/8.1.2",
    "Vyte",
)


@register(TAG)
def check_allowed_hosts(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """W002: ``ALLOWED_HOSTS`` lacks the host of ``PUBLIC_URL``, so that every call is answered 400."""
    site = _site()
    if site is None or not _has(CommonMiddleware) or is_allowed(site.netloc):
        return []
    text = f"ALLOWED_HOSTS lacks the host of VYTE['PUBLIC_URL'], {site.hostname}: webhook calls are answered 400."
    return [Warning(text, hint=f"Add {site.hostname!r} to ALLOWED_HOSTS.", id="django_vyte.W002")]


@register(TAG)
def check_www(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """W003: ``PREPEND_WWW`` redirects every call, as ``PUBLIC_URL`` has no www."""
    site = _site()
    if (
        site is None
        or not _has(CommonMiddleware)
        or not settings.PREPEND_WWW
        or site.netloc.startswith("www.")
    ):
        return []
    text = f"PREPEND_WWW redirects webhook calls from {site.hostname} to www.{site.hostname}: they are answered 301."
    hint = f"Set VYTE['PUBLIC_URL'] to {site.scheme}://www.{site.netloc}{site.path}, then manage.py vyte_hooks register"
    return [Warning(text, hint=hint, id="django_vyte.W003")]


@register(TAG)
def check_https(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """W004: ``SECURE_SSL_REDIRECT`` redirects what a proxy passes on: nothing tells Django that it came by https."""
    site = _site()
    if site is None or site.scheme != "https" or not _has(SecurityMiddleware):
        return []
    if not settings.SECURE_SSL_REDIRECT or settings.SECURE_PROXY_SSL_HEADER or _is_exempt():
        return []
    where = f" to {settings.SECURE_SSL_HOST}" if settings.SECURE_SSL_HOST else ""
    text = f"SECURE_SSL_REDIRECT redirects{where} the webhook calls that a proxy passes on: they are answered 301."
    return [Warning(text, hint=HTTPS_HINT, id="django_vyte.W004")]


HTTPS_HINT = (
    "Set SECURE_PROXY_SSL_HEADER to the header in which your proxy says https, or add r'/webhooks/' to "
    "SECURE_REDIRECT_EXEMPT. If your server tells Django by itself that a call is https, silence this check."
)


@register(TAG)
def check_user_agents(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """W005: ``DISALLOWED_USER_AGENTS`` has a pattern that a program on Node matches, so that calls are answered 403."""
    if not _has(CommonMiddleware):
        return []
    refused = [
        pattern.pattern
        for pattern in settings.DISALLOWED_USER_AGENTS
        if any(agent and pattern.search(agent) for agent in USER_AGENTS)
    ]
    if not refused:
        return []
    text = f"DISALLOWED_USER_AGENTS may refuse webhook calls with 403: {', '.join(refused)}"
    hint = "Take out or narrow these patterns: Vyte runs on Node and documents no user agent."
    return [Warning(text, hint=hint, id="django_vyte.W005")]


def _site() -> SplitResult | None:
    """The parts of ``PUBLIC_URL``; None where E004 says that it is no URL."""
    try:
        site = urlsplit(get_settings().PUBLIC_URL)
    except ValueError:
        return None
    return site if site.hostname else None


def _has(wanted: type) -> bool:
    """Whether a middleware or a subclass of it is installed."""
    for path in settings.MIDDLEWARE:
        try:
            middleware = import_string(path)
        except ImportError:
            continue
        if isinstance(middleware, type) and issubclass(middleware, wanted):
            return True
    return False


def is_allowed(host: str) -> bool:
    """Whether ``ALLOWED_HOSTS`` lets a request with this ``Host`` in."""
    request = HttpRequest()
    request.META = {"HTTP_HOST": host, "HTTP_X_FORWARDED_HOST": host}
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _is_exempt() -> bool:
    try:
        path = local_path("django_vyte:webhook", "token")
    except NoReverseMatch:
        return False
    # As SecurityMiddleware sees it.
    seen = f"{settings.FORCE_SCRIPT_NAME or ''}{path}".lstrip("/")
    return any(re.search(pattern, seen) for pattern in settings.SECURE_REDIRECT_EXEMPT)
