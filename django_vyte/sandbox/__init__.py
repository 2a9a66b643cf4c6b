"""A local Vyte to develop and test against: API, web pages, webhooks, and faults on request.

Needs the extra ``sandbox`` (Werkzeug)::

    with Sandbox().serve() as server:
        VyteClient(sandbox.api_key, api_url=server.url)

``world`` is what a Vyte holds and does; ``api``, ``web`` and ``control`` answer requests with it; ``app`` puts these
together as one WSGI application, which ``sandbox`` serves.
"""

from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.sandbox import Sandbox
from django_vyte.sandbox.server import Server
from django_vyte.sandbox.world.courier import Courier, DeliveryRefused, WebhookCall, WebhookMode
from django_vyte.sandbox.world.errors import Refused, UnusableFile
from django_vyte.sandbox.world.faults import Fault, Faults
from django_vyte.sandbox.world.refusals import Answer
from django_vyte.sandbox.world.request_log import Request

__all__ = [
    "Answer",
    "Courier",
    "DeliveryRefused",
    "Fault",
    "Faults",
    "Quirks",
    "Refused",
    "Request",
    "Sandbox",
    "Server",
    "UnusableFile",
    "WebhookCall",
    "WebhookMode",
]
