"""The handler is ASGI."""

from tests.hosts.settings.base import *


def handler() -> Any:
    from tests.hosts import site

    return site.asgi()
