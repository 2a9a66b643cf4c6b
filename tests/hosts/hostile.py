"""Defaults of Django REST framework that a project may have, at their worst."""

from __future__ import annotations

from typing import Any, NoReturn

from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.schemas.inspectors import ViewInspector
from rest_framework.throttling import BaseThrottle
from rest_framework.versioning import BaseVersioning


def refuse(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise whatever is asked."""
    raise RuntimeError("A default of the project was used.")


class Nobody(BaseAuthentication):
    authenticate = authenticate_header = refuse


class Nothing(BasePermission):
    has_permission = has_object_permission = refuse


class Never(BaseThrottle):
    allow_request = wait = refuse


class Unread(BaseParser):
    media_type = "application/x-nothing"
    parse = refuse


class Unwritten(BaseRenderer):
    media_type = "application/x-nothing"
    format = "nothing"
    render = refuse


class Unacceptable(BaseContentNegotiation):
    select_parser = select_renderer = determine_metadata = refuse


class Outdated(BaseVersioning):
    determine_version = refuse


class Undescribed(ViewInspector):
    pass
