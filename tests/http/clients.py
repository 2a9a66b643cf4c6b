"""How these tests make a client."""

from __future__ import annotations

from typing import Any

import pytest

from django_vyte.exceptions import VyteError
from django_vyte.http import Http, KeyAuth, Service, Session, Timeouts

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"
API = "https://api.vyte.test"
VYTE = Service("Vyte", settings="VYTE")
TIMEOUTS: dict[str, Any] = {
    "timeout": (5, 20),
    "retries": 3,
    "deadline": 60.0,
    "list_deadline": 600.0,
    "circuit_failures": 5,
    "circuit_seconds": 10.0,
}


def connect(url: str = API, key: str = KEY, session: Session | None = None, **timeouts: Any) -> Http:
    return Http(url, KeyAuth(key), Timeouts(**{**TIMEOUTS, **timeouts}), VYTE, session)


def raised(client: Http, method: str = "GET", path: str = "/v2/events", **options: Any) -> VyteError:
    """What a request that fails raises."""
    with pytest.raises(VyteError) as caught:
        client.request(method, path, **options)
    return caught.value
