"""``Door``: knocks at an address of this site: a request through the whole of Django, and who refused it.

The request is that of another service as a proxy passes it on: the host of ``PUBLIC_URL``, https, no cookie, no login.
It runs in this process, as ``WSGIHandler`` would run it, and through the same middleware.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from django_vyte.conf import get_settings
from django_vyte.public_urls import path_of, site_defaults
from django_vyte.views import WebhookView

Handler = Callable[..., Any]
# The address of the caller, from a block that is nobody's: https://www.rfc-editor.org/rfc/rfc5737#section-3
CALLER = "203.0.113.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. ``by`` is the middleware that refused, ``error`` what a 500 comes from; else empty.

    ``from_view`` says whether the answer is the webhook view's own.
    """

    status: int
    from_view: bool = False
    by: str = ""
    location: str = ""
    error: str = ""


class Door:
    """The whole of Django, with the middleware loaded once."""

    def __init__(self) -> None:
        self._handler = _WatchedHandler()

    def knock(
        self, method: str, url: str, *, user_agent: str = "", secure: bool = True, body: bytes = b""
    ) -> Answer:
        """Answer a request for a URL below ``PUBLIC_URL``; if not ``secure``, by http from a proxy.

        Never raises for what a middleware or view does.
        """
        handler, errors = self._handler, []

        def note(**kwargs: Any) -> None:
            errors.append(_described(sys.exc_info()[1]))

        with _quiet(), site_defaults(), timezone.override(None):
            got_request_exception.connect(note)
            try:
                response = handler.answer(WSGIRequest(_environ(method, url, user_agent, secure, body)))
            except Exception as error:
                # A middleware that cannot be loaded, or anything under DEBUG_PROPAGATE_EXCEPTIONS.
                by = "" if isinstance(error, ImportError) else handler.loading
                return Answer(500, by=by, error=_described(error))
            finally:
                got_request_exception.disconnect(note)
        context = getattr(response, "renderer_context", None) or {}
        return Answer(
            response.status_code,
            isinstance(context.get("view"), WebhookView),
            handler.culprit(response.status_code),
            response.headers.get("Location", ""),
            errors[-1] if errors else "",
        )


def _described(error: BaseException | None) -> str:
    """The class of an error and the line that raised it; its text may quote anything."""
    traceback = error and error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    where = (
        f" in {traceback.tb_frame.f_globals.get('__name__')}, line {traceback.tb_lineno}" if traceback else ""
    )
    return f"{type(error).__name__}{where}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing is logged, so that nobody gets mail about a request that nobody made."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _environ(method: str, url: str, user_agent: str, secure: bool, body: bytes) -> dict[str, Any]:
    site = urlsplit(get_settings().PUBLIC_URL)
    is_https = site.scheme == "https"
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path_of(url) or "/").decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname or "",
        "SERVER_PORT": str(site.port or (443 if is_https else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": site.netloc,
        "HTTP_ACCEPT": "application/json",
        "HTTP_X_FORWARDED_FOR": CALLER,
        "HTTP_X_FORWARDED_HOST": site.netloc,
        "HTTP_X_FORWARDED_PROTO": site.scheme,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if secure and is_https else "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if user_agent:
        environ["HTTP_USER_AGENT"] = user_agent
    if is_https and settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = value
    return environ


class _WatchedHandler(BaseHandler):
    """Django's handler, which notes what each middleware passed on, and which status it got from inside."""

    def __init__(self) -> None:
        # Each middleware, innermost first, with the handler that stood before it was put in front.
        self._layers: list[tuple[str, Handler]] = []
        self._statuses: dict[str, int] = {}
        self._by_view = ""
        self._is_loaded = False
        self.loading = ""

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request; raises what a middleware raises while it is loaded."""
        self._statuses.clear()
        self._by_view = ""
        if not self._is_loaded:
            self.load_middleware()
            self._is_loaded = True
        return self.get_response(request)

    def adapt_method_mode(
        self,
        is_async: bool,
        method: Handler,
        method_is_async: bool | None = None,
        debug: bool = False,
        name: str | None = None,
    ) -> Handler:
        """Called for the handler that each middleware gets, and for each method of a middleware."""
        if self._layers and self._layers[-1][1] is method:
            # The last one raised MiddlewareNotUsed, so the next one gets what it was given.
            self._layers.pop()
        path = (name or "").removeprefix("middleware ")
        if path in settings.MIDDLEWARE:
            self.loading = path
            self._layers.append((path, method))
            method = self._watched(path, method, bool(method_is_async))
        adapted = super().adapt_method_mode(is_async, method, method_is_async, debug, name)
        return self._watched_view(adapted) if getattr(method, "__name__", "") == "process_view" else adapted

    def _watched(self, path: str, method: Handler, is_async: bool) -> Handler:
        def passed_on(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = method(request)
            self._statuses[path] = response.status_code
            return response

        async def passed_on_async(request: HttpRequest) -> HttpResponseBase:
            awaited: Awaitable[HttpResponseBase] = method(request)
            response = await awaited
            self._statuses[path] = response.status_code
            return response

        return passed_on_async if is_async else passed_on

    def _watched_view(self, method: Handler) -> Handler:
        owner = type(getattr(method, "__self__", method))

        def process_view(*args: Any) -> HttpResponseBase | None:
            # Named beforehand, as it may also raise.
            before, self._by_view = self._by_view, f"{owner.__module__}.{owner.__qualname__}"
            response: HttpResponseBase | None = method(*args)
            if response is None:
                self._by_view = before
            return response

        return process_view

    def culprit(self, status: int) -> str:
        """The middleware that made this status of what it got from inside; empty when Django or the view did."""
        for path, _ in reversed(self._layers):
            inner = self._statuses.get(path)
            if inner != status:
                # It answered by itself, or changed the answer.
                return path
        return self._by_view
