"""The overhead of the client over a bare request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import requests

from django_vyte.client import VyteClient
from tests.benchmarks.rows import Row, side_by_side
from tests.benchmarks.tiny_server import tiny_server

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"
EVENT = "5f198da1c1ac5d1a30fc00f3"
BODY = Path(__file__).parent.parent / "data" / "published" / "v2-retrieve.json"


def rows() -> Iterator[Row]:
    """A retrieve on a connection that is open already."""
    with tiny_server(BODY.read_bytes()) as url, requests.Session() as session:
        vyte = VyteClient(KEY, api_url=url)

        def floor() -> object:
            return session.get(f"{url}/v2/events/{EVENT}", headers={"Authorization": KEY}).json()

        def ours() -> object:
            return vyte.events.retrieve(EVENT)

        assert floor() == ours()
        yield side_by_side(
            "client: retrieve an event", floor, ours, at_most=1.25, rounds=60, calls=50, unit="us"
        )
