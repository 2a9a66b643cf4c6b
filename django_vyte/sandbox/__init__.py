"""A local Vyte to develop and test against: API, web pages, webhooks, and faults on request.

Needs the extra ``sandbox`` (Werkzeug)::

    with Sandbox().serve() as server:
        VyteClient(sandbox.api_key, api_url=server.url)
"""

from .app import Request
from .courier import Call, Courier, WebhookMode
from .errors import Refused
from .faults import Fault, Faults
from .quirks import Quirks
from .sandbox import Sandbox
from .server import Server

__all__ = [
    "Call",
    "Courier",
    "Fault",
    "Faults",
    "Quirks",
    "Refused",
    "Request",
    "Sandbox",
    "Server",
    "WebhookMode",
]
