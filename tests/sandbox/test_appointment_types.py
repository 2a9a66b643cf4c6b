from __future__ import annotations

import json
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
TYPES = "/v2/vytemes/john-doe-acme/types"


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def test_the_printed_appointment_type_is_there_as_printed(api):
    (listed,) = api("GET", TYPES).json
    assert {name: listed[name] for name in sample("appointment-types-0")} == sample("appointment-types-0")
    assert api("GET", f"{TYPES}/lunch-or-dinner").json == listed
    assert api("GET", "/v2/vytemes/sample/types").json == []


def test_the_handle_is_made_from_the_name(api):
    made = api("POST", TYPES, json={"name": "Conference lunch à 2"}).json
    assert (made["handle"], made["active"]) == ("conference-lunch-a-2", True)
    assert api("GET", f"{TYPES}/conference-lunch-a-2").json == made


def test_a_handle_is_unique_on_its_page_only(api):
    again = {"name": "Other", "handle": "lunch-or-dinner"}
    assert "already" in api("POST", TYPES, json=again).json["message"]
    assert api("POST", "/v2/vytemes/sample/types", json=again).status_code == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "name is required"),
        ({"name": "???"}, "name is required"),
        ({"name": "A", "handle": "a b"}, "handle must be"),
        ({"name": "A", "active": 1}, "active must be true or false"),
        ({"name": "A", "custom": {"duration": -1}}, "custom.duration"),
        ([], "the body must be an object"),
    ],
)
def test_an_appointment_type_that_cannot_be_is_refused(api, body, said):
    answer = api("POST", TYPES, json=body)
    assert answer.status_code == 400
    assert said in answer.json["message"]
    assert len(api("GET", TYPES).json) == 1


def test_an_appointment_type_is_changed_as_printed_and_moved_to_another_handle(api):
    asked = sample("appointment-types-4")
    changed = api("PUT", f"{TYPES}/lunch-or-dinner", json=asked).json
    assert {name: changed[name] for name in asked} == asked
    moved = api("PUT", f"{TYPES}/lunch-or-dinner", json={"handle": "lunch", "vyteme": "elsewhere"}).json
    assert (moved["handle"], moved["vyteme"]) == ("lunch", sample("appointment-types-0")["vyteme"])
    assert api("GET", f"{TYPES}/lunch-or-dinner").status_code == 404
    assert api("PUT", f"{TYPES}/lunch", json={"handle": None}).status_code == 400


def test_deleting_answers_nothing_once_and_404_afterwards(api):
    answer = api("DELETE", f"{TYPES}/lunch-or-dinner")
    assert (answer.status_code, answer.data) == (204, b"")
    assert api("DELETE", f"{TYPES}/lunch-or-dinner").status_code == 404
    assert api("GET", "/v2/vytemes/nobody/types").status_code == 404
