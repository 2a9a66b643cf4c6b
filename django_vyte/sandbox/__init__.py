"""A local Vyte to develop and test against: API, web pages, webhooks, and faults on request.

Needs the extra ``sandbox`` (Werkzeug)::

    with Sandbox().serve() as server:
        VyteClient(sandbox.api_key, api_url=server.url)
"""

from django_vyte.sandbox.app import Request
from django_vyte.sandbox.courier import Call, Courier, WebhookMode
from django_vyte.sandbox.errors import Refused, UnusableFile
from django_vyte.sandbox.faults import Fault, Faults
from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.sandbox import Sandbox
from django_vyte.sandbox.server import Server

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
    "UnusableFile",
    "WebhookMode",
]
