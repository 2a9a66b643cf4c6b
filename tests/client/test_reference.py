"""Every operation of the table is in the client, in the local Vyte and on the reference page; its example runs."""

from __future__ import annotations

import doctest
import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from django_vyte.client import VyteClient
from django_vyte.sandbox import Sandbox
from django_vyte.sandbox.api import api_map
from django_vyte.sandbox.examples import example_names

ROOT = Path(__file__).parents[2]
OPERATIONS = json.loads((ROOT / "tests" / "data" / "operations.json").read_text())
REFERENCE = runpy.run_path(str(ROOT / "docs" / "client_reference.py"))
METHODS = {method.name: method for method in REFERENCE["every_method"]()}
PAGE = REFERENCE["PAGE"]
NAMED = {name: f"{entry['method']} {entry['path']}" for entry in OPERATIONS for name in entry["client"]}
ELSEWHERE = {
    "GET /v2/hooks": "Vyte's guide to webhooks has them under /v2, its reference has not",
    "POST /v2/hooks": "the same",
    "GET /v2/hooks/:": "the same",
    "PUT /v2/hooks/:": "the same",
    "DELETE /v2/hooks/:": "the same",
    "GET /v2/team": "the index of Vyte's page on teams leaves the s out",
    "POST /v2/team": "the same",
    "GET /v2/team/:": "the same",
    "PUT /v2/team/:": "the same",
    "DELETE /v2/team/:": "the same",
    "POST /v2/team/:/events": "the same",
    "GET /v2/team/:/events": "the same",
    "GET /v2/team/:/public": "the same",
    "DELETE /v2/events/:/invitees/:": "v2's index says DELETE where its section says POST",
}

every_operation = pytest.mark.parametrize(
    "entry", OPERATIONS, ids=lambda entry: f"{entry['number']} {entry['method']} {entry['path']}"
)
every_method = pytest.mark.parametrize("name", METHODS)


@pytest.fixture
def served() -> Iterator[Sandbox]:
    """A local Vyte that nothing has happened to."""
    sandbox = Sandbox()
    with sandbox.serve():
        yield sandbox


def without_names(path: str) -> str:
    """A path whose parameters are bare colons, whatever they are called."""
    return re.sub(r":\w+|<[^>]+>", ":", path)


@every_method
def test_an_example_of_the_reference_runs(name: str, served: Sandbox) -> None:
    method = METHODS[name]
    assert method.prose, f"The docstring of vyte.{name} says nothing."
    assert method.example, f"Give the docstring of vyte.{name} an example: a paragraph that starts with >>>."
    vyte = VyteClient(served.api_key, api_url=served.url)
    names = {**REFERENCE["EXAMPLES"], **example_names(served), "vyte": vyte}
    test = doctest.DocTestParser().get_doctest(method.example, names, f"vyte.{name}", None, 0)
    served.requests.clear()
    said: list[str] = []
    with vyte:
        doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)
    sent = [f"{request.method} {request.path}" for request in served.requests]
    template = re.sub(r":\w+", "[^/]+", method.operation)
    assert any(re.fullmatch(template, each) for each in sent), f"{method.operation} was not asked: {sent}"


@every_operation
def test_an_operation_is_a_method_of_the_client_that_says_so(entry: dict[str, Any]) -> None:
    for name in entry["client"]:
        assert name in METHODS, f"The client has no vyte.{name}."
        said = (
            f"The docstring of vyte.{name} is to have ``{entry['method']} {entry['path']}`` as a paragraph."
        )
        assert METHODS[name].operation == f"{entry['method']} {entry['path']}", said


@every_operation
def test_an_operation_is_answered_by_the_local_vyte(entry: dict[str, Any]) -> None:
    routes = {
        f"{verb} {without_names(rule.rule)}" for rule in api_map().iter_rules() for verb in rule.methods or ()
    }
    operation = f"{entry['method']} {entry['path']}"
    assert without_names(operation) in routes, (
        f"No module of django_vyte.sandbox.api has a route for {operation}."
    )


@every_operation
def test_an_operation_is_on_the_reference_page(entry: dict[str, Any]) -> None:
    text = PAGE.read_text()
    for name in entry["client"]:
        section = re.search(
            rf"^### `vyte\.{re.escape(name)}\(.*?(?=^###? |\Z)", text, re.MULTILINE | re.DOTALL
        )
        assert section, f"{PAGE.name} has no vyte.{name}: run python docs/client_reference.py"
        assert f"`{entry['method']} {entry['path']}`" in section[0]


def test_the_reference_page_says_what_the_code_says() -> None:
    said = f"{PAGE.name} is out of date: run python docs/client_reference.py"
    assert PAGE.read_text() == REFERENCE["page"](), said


def test_the_client_has_nothing_that_is_not_in_the_table() -> None:
    assert set(METHODS) <= set(NAMED)


def test_the_local_vyte_answers_nothing_that_is_not_in_the_table_or_spelt_so_elsewhere() -> None:
    routes = {
        f"{verb} {without_names(rule.rule)}"
        for rule in api_map().iter_rules()
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    table = {without_names(operation) for operation in NAMED.values()}
    assert routes - table == set(ELSEWHERE)


def test_the_table_is_whole() -> None:
    assert [entry["number"] for entry in OPERATIONS] == list(range(1, len(OPERATIONS) + 1))
    assert len({f"{entry['method']} {entry['path']}" for entry in OPERATIONS}) == len(OPERATIONS)
