"""Delivers webhook calls to the Django project in this process, as Vyte would from outside."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.test import Client
from django.utils import timezone

from django_vyte.public_urls import path_of, site_defaults
from django_vyte.sandbox.world.refusals import Answer

# The address of the caller, from a block that is nobody's: https://www.rfc-editor.org/rfc/rfc5737#section-3
CALLER = "203.0.113.1"


def post_in_process(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST with Django's test client what arrives at the project when Vyte calls ``url``.

    It passes all middleware, as a proxy passes it on: with the scheme and host of the URL, CSRF checks, and neither
    language, time zone nor script prefix of the test. What a web server takes off the path is taken off.
    """
    parts = urlsplit(url)
    path = (path_of(url) or parts.path) + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    forwarded = {"X-Forwarded-For": CALLER, "X-Forwarded-Host": host, "X-Forwarded-Proto": parts.scheme}
    extra = {name: value for name, value in headers.items() if name != "Content-Type"} | forwarded
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    with site_defaults(), timezone.override(None):
        response = client.post(
            path,
            body,
            content_type=headers["Content-Type"],
            secure=parts.scheme == "https",
            headers={**extra, "Host": host},
        )
    # Set by the client, and missing from the type stubs.
    failure = getattr(response, "exc_info", None)
    return Answer(
        response.status_code,
        response.getvalue().decode(errors="replace"),
        response.headers.get("Location", ""),
        failure[1] if failure else None,
    )
