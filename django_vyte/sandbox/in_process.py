"""Delivers webhook calls to the Django project in this process, as Vyte would from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.test.utils import override_script_prefix
from django.utils import timezone, translation

from django_vyte.conf import get_settings
from django_vyte.sandbox.world.refusals import Answer


def post_in_process(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST with Django's test client what arrives at the project when Vyte calls ``url``.

    It passes all middleware: with the scheme and host of the URL, CSRF checks, and neither language, time zone nor
    script prefix of the test. What a web server takes off the path is taken off.
    """
    parts = urlsplit(url)
    path = _path_in_project(parts.path) + (f"?{parts.query}" if parts.query else "")
    extra = {name: value for name, value in headers.items() if name != "Content-Type"}
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    with _as_in_a_new_thread():
        response = client.post(
            path,
            body,
            content_type=headers["Content-Type"],
            secure=parts.scheme == "https",
            headers={**extra, "Host": parts.netloc.rpartition("@")[2]},
        )
    # Set by the client, and missing from the type stubs.
    failure = getattr(response, "exc_info", None)
    return Answer(
        response.status_code,
        response.getvalue().decode(errors="replace"),
        response.headers.get("Location", ""),
        failure[1] if failure else None,
    )


def _path_in_project(path: str) -> str:
    """The path that the URLconf sees, less the part that only the web server knows and FORCE_SCRIPT_NAME."""
    public = urlsplit(get_settings().PUBLIC_URL or "").path.rstrip("/")
    script = (settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    for prefix in (public, "" if script and public.endswith(script) else script):
        if path.startswith(f"{prefix}/"):
            path = path[len(prefix) :]
    return path


@contextmanager
def _as_in_a_new_thread() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(translation.override(settings.LANGUAGE_CODE))
        stack.enter_context(timezone.override(None))
        stack.enter_context(override_script_prefix((settings.FORCE_SCRIPT_NAME or "").rstrip("/") + "/"))
        yield
