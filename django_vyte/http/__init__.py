"""How a request reaches Vyte; nothing else of the package imports requests or urllib3."""

from time import sleep

from requests import Session

from django_vyte.http.calls import Http, Options
from django_vyte.http.patience import Patience
from django_vyte.http.shared import reset

__all__ = ["Http", "Options", "Patience", "Session", "reset", "sleep"]
