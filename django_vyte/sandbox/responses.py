"""Responses in the forms that the API and the controls answer in: JSON, plain text, and nothing."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from django_vyte.sandbox.world.present import encode


def json_answer(value: Any, status: int = 200) -> Response:
    """A response with that value as JSON."""
    return Response(encode(value), status, content_type="application/json; charset=utf-8")


def text_answer(text: str) -> Response:
    """A plain text response, as cancelling answers."""
    return Response(text, 200, content_type="text/plain; charset=utf-8")


def empty_answer() -> Response:
    """204 No Content."""
    return Response(b"", 204)
