"""Asks the host project as a web server and a browser would: through its whole handler."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

ORIGIN = "https://crm.example.com"


class Response(NamedTuple):
    """What the site answered."""

    status: int
    headers: Headers
    text: str


Handler = Callable[[str, str, bytes, Mapping[str, str]], Response]


def wsgi(script_name: str = "") -> Handler:
    """The WSGI handler, below a path that the web server takes off."""
    application = get_wsgi_application()

    def handle(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        parts = urlsplit(url)
        builder = EnvironBuilder(
            path=parts.path.removeprefix(script_name),
            base_url=f"{ORIGIN}{script_name}",
            query_string=parts.query,
            method=method,
            data=body,
            headers=dict(headers),
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )
        chunks, status, found = run_wsgi_app(application, builder.get_environ(), buffered=True)
        return Response(int(status.split()[0]), found, b"".join(chunks).decode())

    return handle


def asgi() -> Handler:
    """The ASGI handler."""
    application = get_asgi_application()

    async def answer(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        parts = urlsplit(url)
        lower = {"host": parts.netloc, "content-length": str(len(body))}
        lower |= {name.lower(): value for name, value in headers.items()}
        scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "https", "root_path": "",
            "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in lower.items()],
            "server": ("crm.example.com", 443), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        site = ApplicationCommunicator(application, scope)
        await site.send_input({"type": "http.request", "body": body})
        start = await site.receive_output(10)
        chunks, more = b"", True
        while more:
            part = await site.receive_output(10)
            chunks, more = chunks + part.get("body", b""), part.get("more_body", False)
        await site.wait()
        found = Headers([(name.decode(), value.decode()) for name, value in start["headers"]])
        return Response(start["status"], found, chunks.decode())

    return lambda *request: asyncio.run(answer(*request))


@dataclass
class Browser:
    """Keeps cookies and pages, follows redirects, and sends forms as the page before it would."""

    handle: Handler
    cookies: dict[str, str] = field(default_factory=dict)
    url: str = ORIGIN
    pages: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> str:
        """The page at a path, which must be there."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: Any) -> str:
        """The page that a form leads to."""
        pairs = {**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self._ask("POST", path, urlencode(pairs, doseq=True).encode())

    def _ask(self, method: str, path: str, body: bytes = b"") -> str:
        referer, self.url = self.url, urljoin(self.url, path)
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        headers |= {"Referer": referer, "Content-Type": "application/x-www-form-urlencoded"}
        answer = self.handle(method, self.url, body, headers)
        for line in answer.headers.getlist("Set-Cookie"):
            self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(line).items()}
        if answer.status in (301, 302):
            return self._ask("GET", answer.headers["Location"])
        assert answer.status == 200, f"{method} {self.url}: {answer.status}\n{answer.text[:2000]}"
        self.pages[self.url] = answer.text
        return answer.text


def fields_of(page: str) -> dict[str, list[str]]:
    """The hidden and the checked fields of a page's forms."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") == "hidden" or " checked" in tag:
            fields.setdefault(found.get("name", ""), []).append(found.get("value", ""))
    return {name: values for name, values in fields.items() if name and name != "csrfmiddlewaretoken"}
