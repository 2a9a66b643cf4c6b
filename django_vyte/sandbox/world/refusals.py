"""What became of an attempt to deliver a webhook call, and why it was refused, in words that hold no token."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

EXCERPT = 200
"""The most characters of a body that are shown."""

BY_VIEW = {
    400: "The view cannot read the call.",
    404: "This site knows no webhook with that token: another database registered it, or it is deleted here.",
}
"""What it means when the view answers so. It answers JSON; Django and middleware answer pages."""

BY_OTHERS = {
    400: "Django answers so for a host that ALLOWED_HOSTS does not list: add '{host}', the one of PUBLIC_URL.",
    401: "Something before the view wants a login.",
    403: "DISALLOWED_USER_AGENTS, CSRF or another middleware of yours lets no stranger in.",
    404: "No URL leads there: is django_vyte.urls included in ROOT_URLCONF, and do FORCE_SCRIPT_NAME and the path of "
    "PUBLIC_URL fit?",
    405: "Another view answers at this address.",
    411: "The call came without a Content-Length.",
    413: "The call is larger than VYTE['MAX_BODY_BYTES'].",
    429: "A throttle counts Vyte's calls.",
    500: "Your project failed; its log says more.",
    503: "The site is in maintenance, or overloaded.",
}
"""What it means when something else does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered. ``status`` is 0 when it did not answer, and ``body`` then says why.

    ``error`` is the exception behind a 500 where the receiver runs in this process.
    """

    status: int
    body: str = ""
    location: str = ""
    error: BaseException | None = None

    @property
    def accepted(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300


def masked(url: str) -> str:
    """A URL whose last path segment, often a secret, shows its first four characters only."""
    parts = urlsplit(url)
    head, _, last = parts.path.rstrip("/").rpartition("/")
    return f"{parts.scheme}://{parts.netloc}{head}/{last[:4]}…"


def reason_of(answer: Answer, url: str) -> str:
    """Why a call to ``url`` was refused: the status, what likely causes it, and the beginning of the body."""
    if not answer.status:
        return f"no answer ({excerpt(answer.body, url)}). {_unreachable(urlsplit(url))}"
    location = f", a redirect to {_without_token(answer.location, url)}" if answer.location else ""
    body = excerpt(answer.body, url)
    said = f" The answer: {body}" if body else ""
    return f"status {answer.status}{location}. {_cause(answer, url)}{said}"


def excerpt(body: str, url: str) -> str:
    """The beginning of a body as text, without tags and without the token of ``url``."""
    text = re.sub(r"(?is)<(style|script|title)\b.*?</\1>", " ", body[:20_000])
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
    text = _without_token(text, url)
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def _without_token(text: str, url: str) -> str:
    token = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return text.replace(token, f"{token[:4]}…") if len(token) > 4 else text


def _unreachable(url: SplitResult) -> str:
    tls = " A development server speaks no https." if url.scheme == "https" else ""
    return f"Does your site run where VYTE['PUBLIC_URL'] says, at {url.scheme}://{url.netloc}?{tls}"


def _cause(answer: Answer, url: str) -> str:
    """What most likely lies behind a status, in Django's words."""
    if answer.error is not None:
        return f"Your project raised {type(answer.error).__name__}."
    if 300 <= answer.status < 400:
        return _redirected(urlsplit(url), urlsplit(urljoin(url, answer.location)))
    causes = BY_VIEW if answer.body.lstrip().startswith("{") else BY_OTHERS
    return causes.get(answer.status, BY_OTHERS.get(answer.status, "")).format(host=urlsplit(url).hostname)


def _redirected(asked: SplitResult, target: SplitResult) -> str:
    """Which setting redirects so. A POST that is redirected does not arrive."""
    if target.hostname == f"www.{asked.hostname}":
        return "PREPEND_WWW redirects: PUBLIC_URL needs the www."
    if target.hostname != asked.hostname:
        return "SECURE_SSL_HOST, or a middleware, redirects to another host: PUBLIC_URL has to name that one."
    if target.scheme != asked.scheme:
        return (
            "SECURE_SSL_REDIRECT redirects to https: PUBLIC_URL has to begin with https, and "
            "SECURE_PROXY_SSL_HEADER to name what your proxy sends."
        )
    if target.path == asked.path:
        return "SECURE_SSL_REDIRECT redirects in a circle: SECURE_PROXY_SSL_HEADER has to name what your proxy sends."
    if target.path == f"{asked.path}/":
        return "APPEND_SLASH redirects: the address is registered without its last slash."
    if target.path.endswith(asked.path):
        return "A prefix is missing, as of i18n_patterns or FORCE_SCRIPT_NAME: register the webhooks again."
    if "login" in target.path:
        return "A middleware sends strangers to log in: exempt the webhook's path."
    return "A middleware redirects: exempt the webhook's path."
