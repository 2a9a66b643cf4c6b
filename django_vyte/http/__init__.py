"""HTTP transport for the client of any service: time-outs, retries, rate limits, a circuit breaker, masked logs.

``Http`` sends the requests of one account. Who is asking (``auth``), what the service is called (``Service``) and how
long to try (``Timeouts``) are passed in, so that this package knows no service. Nothing else imports requests or
urllib3.
"""

from requests import Session

from django_vyte.http import log_filter
from django_vyte.http.auth import BasicAuth, BearerAuth, HeaderAuth, KeyAuth
from django_vyte.http.call import is_write
from django_vyte.http.calls import Http, Options
from django_vyte.http.pool import reset
from django_vyte.http.service import Service
from django_vyte.http.timeouts import Timeouts

__all__ = [
    "BasicAuth",
    "BearerAuth",
    "HeaderAuth",
    "Http",
    "KeyAuth",
    "Options",
    "Service",
    "Session",
    "Timeouts",
    "is_write",
    "reset",
]

log_filter.install()
