"""How a request reaches Vyte; nothing else of the package imports requests or urllib3."""

from requests import Session

from django_vyte.http.calls import Http, Options
from django_vyte.http.pool import reset
from django_vyte.http.timeouts import Timeouts

__all__ = ["Http", "Options", "Session", "Timeouts", "reset"]
