from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sandbox.conftest import Api

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
ID, HANDLE = "5ef9f3a3993a4d632a5c84f1", "my-locator"
LOCATION = "5ef202a1fe70c73e37549514"


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


@pytest.fixture
def stranger(sandbox):
    """Another organization asking."""
    return Api(sandbox, sandbox.add_organization("Other")[1])


def test_the_printed_locator_is_there_as_printed_in_its_organization(sandbox, api):
    (listed,) = api("GET", "/v2/locators").json
    assert listed == {**sample("locators-0"), "org": sandbox.team_id}
    assert api("GET", f"/v2/locators/{HANDLE}").json == api("GET", f"/v2/locators/{ID}").json == listed


def test_a_locator_is_made_from_the_printed_body(sandbox, api):
    asked = {**sample("locators-3"), "handle": "another"}
    made = api("POST", "/v2/locators", json=asked).json
    assert {**asked, "_id": made["_id"], "org": sandbox.team_id} == made
    assert api("POST", "/v2/locators", json={"handle": "bare"}).json["lang"] == "en"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "handle is required"),
        ({"handle": HANDLE}, "is taken"),
        ({"handle": "a/b"}, "handle must be"),
        ({"handle": "x", "lang": "tlh"}, "lang must be one of fr, en"),
        ({"handle": "x", "max_distance": "far"}, "max_distance must be a number"),
        ({"handle": "x", "no_results": "none"}, "no_results must be an object"),
    ],
)
def test_a_locator_that_cannot_be_is_refused(api, body, said):
    answer = api("POST", "/v2/locators", json=body)
    assert answer.status_code == 400
    assert said in answer.json["message"]


def test_a_handle_is_unique_among_all_organizations(api, stranger):
    assert stranger("GET", "/v2/locators").json == []
    assert "taken" in stranger("POST", "/v2/locators", json={"handle": HANDLE}).json["message"]


@pytest.mark.parametrize("name", [ID, HANDLE])
def test_a_locator_is_changed_and_deleted_by_id_and_by_handle(sandbox, api, name):
    changed = api("PUT", f"/v2/locators/{name}", json={"title": "New", "org": "x", "handle": HANDLE}).json
    assert (changed["title"], changed["org"], changed["max_distance"]) == ("New", sandbox.team_id, 150000)
    assert api("DELETE", f"/v2/locators/{name}").json == {"n": 1, "ok": 1}
    assert api("GET", f"/v2/locators/{name}").status_code == 404
    assert (sandbox.state.locators, sandbox.state.locations) == ({}, {})


def test_a_locator_is_not_renamed_to_one_that_is_there(api):
    api("POST", "/v2/locators", json={"handle": "other"})
    assert api("PUT", "/v2/locators/other", json={"handle": HANDLE}).status_code == 400
    assert api("PUT", "/v2/locators/other", json={"handle": None}).status_code == 400
    assert api("PUT", "/v2/locators/other", json={"handle": "third"}).status_code == 200
    assert api("GET", "/v2/locators/third").status_code == 200


@pytest.mark.parametrize("name", [ID, HANDLE])
def test_the_printed_location_is_on_the_locator(sandbox, api, name):
    (listed,) = api("GET", f"/v2/locators/{name}/locations").json
    assert listed == {**sample("locations-0"), "org": sandbox.team_id, "locator": ID}
    assert api("GET", f"/v2/locators/{name}/locations/{LOCATION}").json == listed


def test_a_location_is_made_changed_and_deleted(sandbox, api):
    base = f"/v2/locators/{HANDLE}/locations"
    made = api("POST", base, json={"name": "Jim", "extid": "1", "address": "96bis Boulevard Raspail"}).json
    assert (made["locator"], made["org"], made["location"]["type"]) == (ID, sandbox.team_id, "Point")
    changed = api("PUT", f"{base}/{made['_id']}", json={"location": {"coordinates": [48.8, 2.3]}}).json
    assert (changed["location"]["coordinates"], changed["name"]) == ([48.8, 2.3], "Jim")
    assert changed["location"]["type"] == "Point"
    assert api("DELETE", f"{base}/{made['_id']}").json == {"n": 1, "ok": 1}
    assert api("GET", f"{base}/{made['_id']}").status_code == 404
    assert len(api("GET", base).json) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "name is required"),
        ({"extid": None}, "extid is required"),
        ({"address": None}, "location is required"),
        ({"location": {"coordinates": [1]}}, "latitude and longitude"),
        ({"location": {"coordinates": ["1", "2"]}}, "latitude and longitude"),
        ({"location": {"type": "Point"}}, "latitude and longitude"),
        ({"location": [1, 2]}, "location must be an object"),
    ],
)
def test_a_location_that_cannot_be_is_refused(api, change, said):
    body = {"name": "Jim", "extid": "1", "address": "Paris", **change}
    answer = api("POST", f"/v2/locators/{ID}/locations", json=body)
    assert answer.status_code == 400
    assert said in answer.json["message"]


def test_a_location_of_another_locator_is_not_found(api):
    api("POST", "/v2/locators", json={"handle": "other"})
    assert api("GET", f"/v2/locators/other/locations/{LOCATION}").status_code == 404
    assert api("GET", "/v2/locators/none/locations").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *((method, "") for method in ("GET", "PUT", "DELETE")),
        *((method, "/locations") for method in ("GET", "POST")),
        *((method, f"/locations/{LOCATION}") for method in ("GET", "PUT", "DELETE")),
    ],
)
def test_another_organization_s_locators_are_out_of_reach(stranger, browser, method, path):
    for name in (ID, HANDLE):
        assert stranger(method, f"/v2/locators/{name}{path}", json={}).status_code == 403
        assert browser.open(f"/v2/locators/{name}{path}", method=method, json={}).status_code == 401
