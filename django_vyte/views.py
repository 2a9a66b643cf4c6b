"""The endpoint that Vyte calls: keep the call, answer, and leave the rest to a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.request import HttpHeaders
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from django_vyte import inbox, tasks
from django_vyte.conf import get_settings
from django_vyte.payloads import values
from django_vyte.sync.webhook import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request

# Headers that are kept, and where WSGI has them.
KEPT = {name: HttpHeaders.to_wsgi_name(name) for name in HEADERS}
RECEIVED = b'{"received":true}'
JSON = "application/json"


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON whatever the caller says it accepts: a call is not lost over a header."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> None:
        """The body is never parsed here."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first renderer."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class LengthRequired(APIException):
    """411, rather than a 200 for a call of which nothing was read."""

    status_code = 411
    default_detail = "Send a Content-Length."
    default_code = "length_required"


class WebhookView(APIView):
    """``POST /vyte/webhooks/<token>/`` ("Getting a webhook call").

    200 once the call is stored, 404 for an unknown token, 413 for a body over ``VYTE["MAX_BODY_BYTES"]``, 400 or 411
    for one that could not be read. The token is the whole authentication: Vyte documents no signature.
    """

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJSON
    versioning_class = None
    schema = None
    http_method_names = ("head", "post")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out whose address this is before anything else: to a stranger every method is a 404."""
        super().initial(request, *args, **kwargs)
        look_up = inbox.was_known if request.method == "POST" else inbox.is_known
        if not look_up(kwargs["token"]):
            raise Http404

    def head(self, request: Request, token: str) -> Response:
        """200 for a known address, so that one can be tried out without leaving a call behind."""
        return Response()

    def post(self, request: Request, token: str) -> HttpResponse:
        """Store the call and ask a worker to process it."""
        body = _body(request)
        if body is None:
            return Response({"detail": "The body is too large."}, status=413)
        meta = request.META
        headers = {name: values.text(meta.get(key), 500) for name, key in KEPT.items()}
        headers = {name: value for name, value in headers.items() if value}
        pk = inbox.keep(token, inbox.draft("vyte", body, headers))
        if pk is None:
            raise Http404
        tasks.enqueue(tasks.process, [pk])
        return HttpResponse(RECEIVED, JSON)


def _body(request: Request) -> bytes | None:
    """The bytes of the body; None when there are too many of them. ParseError when they cannot be had."""
    most = get_settings().MAX_BODY_BYTES
    meta = request.META
    try:
        length = int(meta.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if length < 0:
        raise ParseError("Content-Length is no length.")
    if length > most:
        return None
    try:
        body: bytes = request.body
    except RequestDataTooBig:
        return None
    except UnreadablePostError:
        raise ParseError("The body broke off.") from None
    if not body and "chunked" in meta.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Under WSGI, Django reads no body that does not say how long it is.
        raise LengthRequired
    return body if len(body) <= most else None


# One INSERT needs no transaction around it, whatever ATOMIC_REQUESTS says.
receive = transaction.non_atomic_requests(WebhookView.as_view())
