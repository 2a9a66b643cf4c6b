"""The doctor's check of the address that Vyte calls: a request through all middleware, and over the network if asked.

A POST has a token that is nobody's, so that it is answered 404 by the view and leaves nothing behind; a HEAD has the
token of a webhook.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from django_vyte import endpoint_checks as checks
from django_vyte.accounts.subscriptions import token_in
from django_vyte.db import fresh
from django_vyte.exceptions import DecryptionError
from django_vyte.models import Webhook
from django_vyte.ops.doctor.finding import Finding, Level, fine, wrong
from django_vyte.ops.doctor.knock import Answer, Door
from django_vyte.ops.doctor.registry import NETWORK_CHECKS, register_site_check
from django_vyte.public_urls import public_url

VIEW = "django_vyte:webhook"
NOBODY = "nobody-s-token"
REGISTER = "manage.py vyte_hooks register"
# Seconds to connect, and to wait for an answer, over the network.
TIMEOUT = (5, 10)
KINDS = {
    "calls_refused": Level.ERROR,
    "calls_redirected": Level.ERROR,
    "calls_fail": Level.ERROR,
    "calls_redirected_behind_proxy": Level.WARNING,
    "user_agents_refused": Level.WARNING,
    "site_unreachable": Level.ERROR,
}


def endpoint() -> Iterator[Finding]:
    """Whether a call gets through to the view, at each address that Vyte was told."""
    found = [finding for url, token in _addresses() for finding in _refusals(url, token)]
    if not found and _address(NOBODY):
        yield fine("endpoint", "A call that reaches Django gets through all middleware to the webhooks.")
    yield from found


def network() -> Iterator[Finding]:
    """Whether a call over the network gets through to the view."""
    url, token = next(iter(_addresses()), ("", None))
    if not url:
        return
    attempts = [("POST", _with_token(url, token, NOBODY), 404), ("HEAD", url, 200 if token else 404)]
    for method, address, expected in attempts:
        try:
            response = requests.request(
                method,
                address,
                data=b"[]" if method == "POST" else None,
                headers={"Content-Type": "application/json", "User-Agent": "node"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as error:
            yield wrong(
                "site_unreachable",
                f"{_origin(url)} cannot be called over the network: {type(error).__name__}.",
                "Does VYTE['PUBLIC_URL'] lead to this site from outside? Look at DNS, certificate, firewall, proxy.",
            )
            return
        is_view = method == "HEAD" or response.headers.get("Content-Type", "").startswith("application/json")
        if response.status_code != expected or not is_view:
            answer = Answer(response.status_code, location=response.headers.get("Location", ""))
            text = f"Over the network, a {method} to {_origin(url)} is answered {_said(answer)}."
            hint = "Does what stands in front of Django pass on paths with /webhooks/, whatever the method and caller?"
            yield wrong(_kind(answer), text, hint)
            return
    yield fine("network", f"A call to {_origin(url)} gets through to the webhooks over the network.")


register_site_check(endpoint, KINDS)
NETWORK_CHECKS.append(network)


def _addresses() -> list[tuple[str, str | None]]:
    """Each address to try, with the token in it: the present one, and others of this site that Vyte was told.

    Without a webhook, the present one with nobody's token. Empty where the settings give none, as E004 and E005 say.
    """
    present = _address(NOBODY)
    if not present:
        return []
    try:
        rows = fresh(Webhook.objects.order_by("pk")).values_list("token", "target_url")[:50]
        told = [(token.get_secret_value(), url.get_secret_value()) for token, url in rows]
    except (DecryptionError, ImproperlyConfigured):
        # The check of secrets reports this.
        told = []
    shapes: dict[str, tuple[str, str | None]] = {}
    for token, target_url in told:
        urls = [_with_token(present, NOBODY, token), *([target_url] if token_in(target_url) == token else [])]
        for url in urls:
            shapes.setdefault(_with_token(url, token, NOBODY).rstrip("/"), (url, token))
    return list(shapes.values()) or [(present, None)]


def _address(token: str) -> str:
    try:
        return public_url(VIEW, token)
    except ImproperlyConfigured:
        return ""


def _with_token(url: str, token: str | None, other: str) -> str:
    return url.replace(token, other) if token else url


def _refusals(url: str, token: str | None) -> Iterator[Finding]:
    """The first thing that keeps a call from the view; nothing when it gets through."""
    expected, knock = 200 if token else 404, Door().knock
    is_post_kept = _gets_through(answer := knock("POST", _with_token(url, token, NOBODY), body=b"[]"), 404)
    if not is_post_kept or not _gets_through(answer := knock("HEAD", url), expected):
        text = f"A {'HEAD' if is_post_kept else 'POST'} to the webhooks is answered {_said(answer)}."
        yield wrong(_kind(answer), text, _remedy(answer, url))
        return
    refused = {
        agent: answer
        for agent in filter(None, checks.USER_AGENTS)
        if not _gets_through(answer := knock("HEAD", url, user_agent=agent), expected)
    }
    if refused:
        answer = next(iter(refused.values()))
        text = f"A call of {', '.join(map(repr, refused))} is answered {_said(answer)}."
        hint = "Let callers through whatever their user agent: Vyte runs on Node and documents none."
        yield wrong("user_agents_refused", text, _hint_of(checks.check_user_agents(None)) or hint)
    answer = knock("HEAD", url, secure=False)
    if not _gets_through(answer, expected) and "django_vyte.W004" not in settings.SILENCED_SYSTEM_CHECKS:
        text = f"A call that a proxy passes on by http is answered {_said(answer)}."
        yield wrong("calls_redirected_behind_proxy", text, checks.HTTPS_HINT)


def _gets_through(answer: Answer, expected: int) -> bool:
    return answer.from_view and answer.status == expected


def _kind(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return "calls_redirected"
    return "calls_fail" if answer.error or answer.status == 500 else "calls_refused"


def _said(answer: Answer) -> str:
    """The status, who gave it and why: ``301 Moved Permanently by some.Middleware, to https://www.example.com``."""
    statuses = {status.value: status.phrase for status in HTTPStatus}
    text = f"{answer.status} {statuses.get(answer.status, '')}".strip()
    text += f" by {answer.by}" if answer.by else ""
    text += f", to {_origin(answer.location) or 'another path'}" if answer.location else ""
    return f"{text} ({answer.error})" if answer.error else text


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else ""


def _remedy(answer: Answer, url: str) -> str:
    """What to change: the setting where it is known, else the middleware that refused."""
    site = urlsplit(url)
    if answer.status == 400 and not checks.is_allowed(site.netloc):
        return f"Add {site.hostname!r} to ALLOWED_HOSTS."
    if answer.status == 301 and (www := _hint_of(checks.check_www(None))):
        return www
    if answer.error:
        return "Mend what raises that. A call that fails is not stored, and Vyte documents no retry."
    if answer.status == 404 and not answer.by:
        return f"Does a middleware set request.urlconf, or has the path changed? Then {REGISTER}"
    if answer.by:
        return f"Have {answer.by} let paths with /webhooks/ through: a call has its token, no cookie and no login."
    return "Find what answers that, and have it let paths with /webhooks/ through."


def _hint_of(messages: list[CheckMessage]) -> str:
    return next((str(message.hint) for message in messages), "")
