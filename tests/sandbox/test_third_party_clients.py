"""Third-party clients, found in public, work against the local Vyte: ``data/third_party_clients.json`` has their calls.

A client's calls are made in their order with plain ``requests`` over a real socket. ``reads`` are the places of the
answer that the client looks into, ``keeps`` what it takes from there for later calls, ``key`` null where it sends none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from django_vyte.sandbox import Sandbox
from django_vyte.sandbox.examples import example_names

CLIENTS = json.loads((Path(__file__).parents[1] / "data" / "third_party_clients.json").read_text())


@pytest.fixture
def served(sandbox: Sandbox) -> Iterator[Sandbox]:
    with sandbox.serve():
        yield sandbox


def filled(value: Any, names: dict[str, str]) -> Any:
    """A part of a call with names put in where it has ``{name}``."""
    match value:
        case str():
            return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], value)
        case dict():
            return {filled(name, names): filled(each, names) for name, each in value.items()}
        case list():
            return [filled(each, names) for each in value]
    return value


def read(answer: Any, place: str) -> Any:
    """What stands at a place such as ``dates[0]._id``; LookupError when there is no such place."""
    for index, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", place):
        answer = answer[int(index)] if index else answer[name]
    return answer


def send(url: str, call: dict[str, Any], key: str | None) -> requests.Response:
    """Makes one call as its client does."""
    headers = {"Authorization": key} if key else {}
    return requests.request(
        call["method"],
        url + call["path"],
        params=call.get("query"),
        json=call.get("json"),
        data=call.get("form"),
        headers={**headers, **call.get("headers", {})},
        timeout=10,
    )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["who"])
def test_a_client_that_others_wrote_gets_the_answers_it_expects(
    client: dict[str, Any], served: Sandbox
) -> None:
    names = {name: str(value) for name, value in example_names(served).items()}
    names["today"] = datetime.now(UTC).date().isoformat()
    if given := filled(client.get("given"), names):
        served.create_event(**given)
    for name, value in client.get("quirks", {}).items():
        setattr(served.quirks, name, value)
    key = client.get("key", served.api_key)
    for call in client["calls"]:
        asked = filled(call, names)
        answer = send(served.url, asked, key)
        said = f"{call['does']}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code == call["status"] if "status" in call else answer.ok, said
        assert asked.get("answer_headers", {}).items() <= answer.headers.items(), said
        found = answer.json() if "reads" in call else None
        for place in asked.get("reads", []):
            try:
                assert read(found, place) is not None
            except LookupError:
                pytest.fail(f"{said}\nhas no {place}")
        names.update({name: read(found, place) for name, place in call.get("keeps", {}).items()})
