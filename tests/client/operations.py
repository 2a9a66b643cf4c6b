"""How an operation of Vyte's table is written down for tests, and what records what is sent for it.

    reads("29 teams.retrieve", lambda vyte: vyte.teams.retrieve("t/1"), "GET /v2/teams/t%2F1")

Number and name in the client as in operations.json, then, if wanted, a note; what asks; what must be sent.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import urllib3

from django_vyte.client import VyteClient
from django_vyte.exceptions import UnexpectedAnswer, VyteError
from django_vyte.http.transports import USER_AGENT

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"
API = "https://api.vyte.test"
TABLE = json.loads((Path(__file__).parents[1] / "data" / "operations.json").read_text())

Ask = Callable[[VyteClient], Any]


@dataclass
class Operation:
    """One call: what it must send, what is answered and what the caller must get."""

    name: str
    ask: Ask
    method: str
    path: str  # as it goes over the wire
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    answer: Any = None  # None: OK, which is not JSON
    result: Any = None
    repeated: bool = True  # sent again after a failure that passes

    @property
    def number(self) -> int:
        return int(self.name.split()[0])

    @property
    def client_name(self) -> str:
        return self.name.split()[1]


def reads(name: str, ask: Ask, sent: str, *, answer: Any = None, **expected: Any) -> Operation:
    """An operation whose answer is JSON, handed on as it is unless ``result`` says otherwise."""
    method, path = sent.split()
    answer = {"_id": "1", "new": True} if answer is None else answer
    return Operation(name, ask, method, path, answer=answer, **{"result": answer, **expected})


def tells(name: str, ask: Ask, sent: str, **expected: Any) -> Operation:
    """An operation that answers ``None``."""
    method, path = sent.split()
    return Operation(name, ask, method, path, **expected)


def every(operations: list[Operation]) -> pytest.MarkDecorator:
    """Runs a test for each of them."""
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.name)


def reading(operations: list[Operation]) -> list[Operation]:
    """Those that answer something."""
    return [operation for operation in operations if operation.answer is not None]


class Recorder(requests.adapters.BaseAdapter):
    """Keeps each request as it would go over the wire and answers it with ``body``."""

    def __init__(self, body: bytes = b"{}", status: int = 200) -> None:
        super().__init__()
        self.body = body
        self.status = status
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.sent.append(request)
        raw = urllib3.HTTPResponse(
            io.BytesIO(self.body),
            {"Retry-After": "0"},
            self.status,
            preload_content=False,
        )
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        pass

    def client(self) -> VyteClient:
        """A client whose requests all come here."""
        session = requests.Session()
        session.mount("https://", self)
        return VyteClient(KEY, api_url=API, retries=1, session=session)


def check_what_is_sent(operation: Operation) -> None:
    """Method, path, query, body and headers are those of the table, and the answer is handed on."""
    recorder = Recorder(b"OK" if operation.answer is None else json.dumps(operation.answer).encode())
    assert operation.ask(recorder.client()) == operation.result
    [request] = recorder.sent
    url = urlsplit(request.url or "")
    assert (request.method, url.path) == (operation.method, operation.path)
    assert (
        dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))) == operation.query
    )
    assert (json.loads(request.body) if request.body else None) == operation.body
    assert request.headers["Authorization"] == KEY
    assert request.headers["Accept"] == "application/json"
    assert request.headers["User-Agent"] == USER_AGENT
    assert request.headers.get("Content-Type") == (None if operation.body is None else "application/json")


def check_how_often_it_is_sent(operation: Operation) -> None:
    """After a failure that passes, only what does no harm twice is sent again, and an error says what may be done."""
    recorder = Recorder(b"try again later", 503)
    with pytest.raises(VyteError) as caught:
        operation.ask(recorder.client())
    assert len(recorder.sent) == (2 if operation.repeated else 1)
    assert "?" not in str(caught.value)
    is_read = operation.method == "GET" and operation.repeated
    assert caught.value.maybe_applied == (not is_read)


def check_what_is_unexpected(operation: Operation, body: bytes) -> None:
    """A success whose body is not what was to come is an ``UnexpectedAnswer`` that names the request."""
    with pytest.raises(UnexpectedAnswer, match=f"^{operation.method} /"):
        operation.ask(Recorder(body).client())


def missing(operations: list[Operation], numbers: Container[int]) -> list[str]:
    """What these operations leave out of the table's ``numbers``, or do another way than it says."""
    done = {(operation.client_name, operation.method, operation.path) for operation in operations}
    return [
        f"{entry['number']} {name}"
        for entry in TABLE
        if entry["number"] in numbers
        for name in entry["client"]
        if not any(
            (name, entry["method"]) == (there, method) and _matches(entry["path"], path)
            for there, method, path in done
        )
    ]


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r":\w+", "[^/]+", template), path) is not None
