"""The WSGI application of a local Vyte: routes requests to the controls, the API or the pages, and injects faults."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.wrappers import Request as WebRequest
from werkzeug.wrappers import Response

from django_vyte.sandbox.api import PREFIXES, api_map
from django_vyte.sandbox.api.exchange import Exchange, Operation
from django_vyte.sandbox.control import FORMS, control_map, is_foreign
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.web import page_map
from django_vyte.sandbox.web.rendering import refusal
from django_vyte.sandbox.world.errors import ConnectionDropped, Refused
from django_vyte.sandbox.world.keys import owner_of_key
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.request_log import Request

logger = logging.getLogger("django_vyte.sandbox")

MASK = "***"

LOG_LENGTH = 10_000
"""How many requests the log keeps: the latest."""

Handler = Callable[[WebRequest, str], Response]


class SandboxApp:
    """The whole local Vyte as one WSGI application: ``/_sandbox/`` controls, the API, and web pages."""

    def __init__(self, sandbox: LocalVyte) -> None:
        self._sandbox = sandbox
        self._controls = control_map().bind("sandbox")
        self._api = api_map().bind("sandbox")
        self._pages = page_map().bind("sandbox")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one WSGI request; raises ConnectionDropped when there is to be no answer."""
        request = WebRequest(environ)
        path = re.sub("/+", "/", request.path)
        first = path.split("/")[1]
        if first == "_sandbox":
            response = self._control(request, path)
        elif first in PREFIXES:
            response = self._logged(request, path)
        else:
            response = self._faulty(request, path, self._page)
        if request.method not in ("GET", "HEAD") or path == "/thirdparties/new":
            self._sandbox.state.changed()
        return response(environ, start_response)

    def _logged(self, request: WebRequest, path: str) -> Response:
        """The API's answer; the request goes into ``Sandbox.requests`` as it arrives, answered or not."""
        request.get_data()
        logged = as_logged(request, path)
        with self._sandbox.state.lock:
            log = self._sandbox.requests
            log.append(logged)
            del log[:-LOG_LENGTH]
        response = self._faulty(request, path, self._operate)
        logged.status = response.status_code
        return response

    def _faulty(self, request: WebRequest, path: str, answer: Handler) -> Response:
        """The answer, or what a fault or a stopped API makes of it."""
        if answer == self._operate and self._sandbox.stopped:
            if self._sandbox.stopped == "drop":
                raise ConnectionDropped("stopped")
            return Response(b"", 503)
        fault = self._sandbox.faults.take(request.method, path)
        if fault is None:
            return self._safe(answer, request, path)
        return fault.apply(lambda: self._safe(answer, request, path))

    def _safe(self, answer: Handler, request: WebRequest, path: str) -> Response:
        """The true answer, with a 500 for a mistake in the local Vyte itself."""
        try:
            return answer(request, path)
        except Exception:
            logger.exception("The local Vyte failed on %s %s", request.method, path)
            return Response(b"", 500)

    def _operate(self, request: WebRequest, path: str) -> Response:
        """Answers one operation of the API."""
        v1 = not path.startswith("/v2/")
        try:
            operation: Operation
            operation, arguments = self._api.match(path, request.method)
            v1 = operation.v1
            owner = self._authenticate(request, operation)
            state, quirks = self._sandbox.state, self._sandbox.quirks
            with state.lock:
                return operation.answer(Exchange(request, state, quirks, owner), **arguments)
        except Refused as refused:
            return json_answer({} if v1 else {"message": refused.message}, refused.status)
        except HTTPException as error:
            return json_answer({} if v1 else {"message": error.name}, error.code or 500)

    def _authenticate(self, request: WebRequest, operation: Operation) -> str:
        """The organization whose key was sent, bare; empty when none was and none is needed."""
        key = request.headers.get("Authorization") or request.args.get("api_key")
        owner = owner_of_key(self._sandbox.state, key or "")
        if owner is not None:
            return owner
        if operation.open and not key:
            return ""
        raise Refused(401, "a valid API key is required")

    def _page(self, request: WebRequest, path: str) -> Response:
        """Answers a web page or what a form on it sends."""
        try:
            return self._answer(self._pages, request, path)
        except Refused as refused:
            return refusal(refused.status, refused.message)
        except HTTPException as error:
            return refusal(error.code or 500, error.name)

    def _control(self, request: WebRequest, path: str) -> Response:
        """Answers a control of the local Vyte itself."""
        try:
            return self._answer(self._controls, request, path)
        except Refused as refused:
            if request.mimetype in FORMS:
                return refusal(refused.status, refused.message)
            return json_answer({"message": refused.message}, refused.status)
        except HTTPException as error:
            return json_answer({"message": error.name}, error.code or 500)

    def _answer(self, routes: MapAdapter, request: WebRequest, path: str) -> Response:
        """Answers a page or a control, but no form that another site's page posts."""
        if request.method != "GET" and is_foreign(request):
            raise Refused(403, "Another site's page may not do this")
        answer: Callable[..., Response]
        answer, arguments = routes.match(path, request.method)
        return answer(self._sandbox, request, **arguments)


def as_logged(request: WebRequest, path: str) -> Request:
    """A request as the log keeps it, without the status of its answer."""
    query = {name: ",".join(request.args.getlist(name)) for name in request.args}
    query.update({name: MASK for name in ("secret", "api_key", "ct") if name in query})
    headers = {name: MASK if name == "Authorization" else value for name, value in request.headers}
    return Request(request.method, path, query, headers, request.get_data())
