"""``WebhookView``: the endpoint that a service calls. Identify the caller, store the call, answer 200, leave the rest.

A service subclasses it with ``source`` and ``identify``; nothing in a request waits for another service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.db import router
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.request import HttpHeaders
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from django_vyte.conf import get_settings
from django_vyte.db import non_atomic_requests
from django_vyte.inbox import receiving
from django_vyte.inbox.receiving import AccountLookup
from django_vyte.inbox.sources import SOURCES
from django_vyte.jobs.publishing import PROCESS, enqueue
from django_vyte.models.delivery import Delivery
from django_vyte.payloads import values

RECEIVED = b'{"received":true}'
JSON = "application/json"


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON whatever the caller accepts: no call is lost over a header."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> None:
        """The body is never parsed here."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first renderer."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class InvalidSignature(APIException):
    """401: the call is not from whom it claims to be from, or it is too old. Nothing is stored."""

    status_code = 401
    default_detail = "The signature does not fit."
    default_code = "invalid_signature"


class BodyTooLarge(APIException):
    """413: the body is larger than ``VYTE["MAX_BODY_BYTES"]``."""

    status_code = 413
    default_detail = "The body is too large."
    default_code = "body_too_large"


class LengthRequired(APIException):
    """411, rather than a 200 for a call of which nothing was read."""

    status_code = 411
    default_detail = "Send a Content-Length."
    default_code = "length_required"


class WebhookView(APIView):
    """POST stores a call and answers 200; 404 for an unknown account, 401, 413, 400 or 411 for a call that is refused.

    One INSERT needs no transaction around it, whatever ATOMIC_REQUESTS says.
    """

    source: ClassVar[str]
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJSON
    versioning_class = None
    schema = None
    http_method_names = ("head", "post")

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view, outside of ATOMIC_REQUESTS."""
        return non_atomic_requests(super().as_view(**initkwargs))

    def identify(self, request: Request, **kwargs: Any) -> str | AccountLookup | None:
        """Whose call this is: the primary key of the account as text, or a SELECT of it; None for nobody's (404).

        ``kwargs`` are those of the URL. Raises InvalidSignature for a call that is not what it claims to be:
        ``read_body(request)`` has the bytes that were signed. A HEAD request, which has no body, asks whether the
        address is known.
        """
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Identify the caller before anything else: to a stranger every method is a 404."""
        super().initial(request, *args, **kwargs)
        account = self.identify(request, **kwargs)
        if isinstance(account, AccountLookup) and request.method != "POST":
            account = receiving.account_of(account)
        if account is None:
            raise Http404
        self.account = account

    def perform_authentication(self, request: Request) -> None:
        """Nobody logs in here: ``identify`` says whose call it is."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Django REST framework's own: what the project's makes of an error is meant for its API."""
        return exception_handler

    def head(self, request: Request, **kwargs: Any) -> Response:
        """200 for a known address, so that one can be tried out without leaving a call behind."""
        return Response()

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Store the call and ask a worker to process it."""
        body = read_body(request)
        source = SOURCES[self.source]
        meta = request.META
        headers = {name: values.text(meta.get(key), 500) for name, key in _stored_headers(source.headers)}
        headers = {name: value for name, value in headers.items() if value}
        pk = receiving.store(receiving.parse(source, body, headers), self.account)
        if pk is None:
            self.not_found(request, **kwargs)
            raise Http404
        enqueue(PROCESS, [pk], using=router.db_for_write(Delivery))
        return HttpResponse(RECEIVED, JSON)

    def not_found(self, request: Request, **kwargs: Any) -> None:
        """Called when the ``AccountLookup`` of a call found no account."""


@cache
def _stored_headers(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each header that is stored, and where WSGI has it."""
    return [(name, HttpHeaders.to_wsgi_name(name)) for name in names]


def read_body(request: Request) -> bytes:
    """The bytes of the body; BodyTooLarge, LengthRequired, or ParseError for one that cannot be read."""
    most = get_settings().MAX_BODY_BYTES
    meta = request.META
    try:
        length = int(meta.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if length < 0:
        raise ParseError("Content-Length is no length.")
    if length > most:
        raise BodyTooLarge
    try:
        body: bytes = request.body
    except RequestDataTooBig:
        raise BodyTooLarge from None
    except UnreadablePostError:
        raise ParseError("The body broke off.") from None
    if not body and "chunked" in meta.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Without a Content-Length, Django reads nothing under WSGI: https://code.djangoproject.com/ticket/35838
        raise LengthRequired
    if len(body) > most:
        raise BodyTooLarge
    return body
