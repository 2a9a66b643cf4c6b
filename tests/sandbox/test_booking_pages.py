from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sandbox.conftest import Api

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
OWNER = "5f1b018dc1ac5dc46efc0139"
PAGE = {"nickname": "ada", "belongs_to": OWNER}


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


@pytest.fixture
def stranger(sandbox):
    """Another organization asking."""
    return Api(sandbox, sandbox.add_organization("Other")[1])


def test_the_printed_page_is_there_as_printed(api):
    page = api("GET", "/v2/vytemes/john-doe-acme").json
    assert {name: page[name] for name in sample("vytemes-0")} == sample("vytemes-0")


def test_a_page_is_made_with_the_documented_defaults(api):
    page = api("POST", "/v2/vytemes", json={**PAGE, "_id": "mine", "wholly": "new"}).json
    assert (page["secondary"], page["active"], page["wholly"]) == (False, True, "new")
    assert page["_id"] != "mine"
    assert api("GET", "/v2/vytemes/ada").json == page


def test_a_printed_page_can_be_made_again_from_its_sample(api):
    asked = {**sample("vytemes-3"), "nickname": "john-doe-again", "belongs_to": OWNER}
    page = api("POST", "/v2/vytemes", json=asked).json
    assert {name: page[name] for name in asked} == asked


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nickname": None}, "nickname is required"),
        ({"belongs_to": ""}, "belongs_to is required"),
        ({"nickname": "sample"}, "is taken"),
        ({"nickname": "v2"}, "no word of Vyte's own"),
        ({"nickname": "locators"}, "no word of Vyte's own"),
        ({"nickname": "a/b"}, "must be letters"),
        ({"nickname": "30"}, "must be letters"),
        ({"nickname": 5}, "nickname must be a string"),
        ({"belongs_to": "nobody"}, "id of a user"),
        ({"active": "yes"}, "active must be true or false"),
        ({"custom": []}, "custom must be an object"),
        ({"custom": {"duration": 0}}, "custom.duration"),
        ({"custom": {"duration": True}}, "duration must be a number"),
        ({"custom": {"fixed_timezone": "Mars"}}, "custom.fixed_timezone"),
        ({"custom": {"fixed_places": ["Office"]}}, "custom.fixed_places"),
    ],
)
def test_a_page_that_cannot_be_is_refused(sandbox, api, change, said):
    answer = api("POST", "/v2/vytemes", json={**PAGE, **change})
    assert answer.status_code == 400
    assert said in answer.json["message"]
    assert "ada" not in sandbox.state.pages


def test_a_page_is_changed_and_renamed_and_keeps_its_appointment_types(api):
    changed = api("PUT", "/v2/vytemes/john-doe-acme", json={"nickname": "jd", "message": "Hello"}).json
    assert (changed["nickname"], changed["message"], changed["belongs_to"]) == ("jd", "Hello", OWNER)
    assert api("GET", "/v2/vytemes/john-doe-acme").status_code == 404
    assert api("GET", "/v2/vytemes/jd").json == changed
    assert [each["handle"] for each in api("GET", "/v2/vytemes/jd/types").json] == ["lunch-or-dinner"]
    assert api("PUT", "/v2/vytemes/jd", json={"nickname": "sample"}).status_code == 400
    assert api("PUT", "/v2/vytemes/jd", json={"nickname": None}).status_code == 400
    assert api("PUT", "/v2/vytemes/jd", json=changed).status_code == 200


def test_a_deleted_page_is_gone_with_its_appointment_types(sandbox, api, browser):
    assert api("DELETE", "/v2/vytemes/john-doe-acme").json == {"n": 1, "ok": 1}
    assert api("DELETE", "/v2/vytemes/john-doe-acme").status_code == 404
    assert sandbox.state.appointment_types == {}
    assert browser.get("/john-doe-acme").status_code == 404


def test_a_user_has_a_primary_page_and_others(api):
    api("POST", "/v2/vytemes", json={**PAGE, "nickname": "first", "secondary": True})
    api("DELETE", "/v2/vytemes/john-doe-acme")
    assert api("GET", f"/v2/users/{OWNER}/vyteme").status_code == 404
    api("POST", "/v2/vytemes", json=PAGE)
    assert api("GET", f"/v2/users/{OWNER}/vyteme").json["nickname"] == "ada"
    pages = api("GET", f"/v2/users/{OWNER}/vytemes").json
    assert [page["nickname"] for page in pages] == ["first", "ada"]
    assert api("GET", "/v2/users/nobody/vytemes").status_code == 404


def test_the_printed_list_is_answered_as_printed(api):
    assert api("GET", "/v2/users/5fd359112162de001c023573/vytemes").json == sample("vytemes-2")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/vytemes/john-doe-acme"),
        ("PUT", "/v2/vytemes/john-doe-acme"),
        ("DELETE", "/v2/vytemes/john-doe-acme"),
        ("GET", f"/v2/users/{OWNER}/vyteme"),
        ("GET", f"/v2/users/{OWNER}/vytemes"),
        ("GET", "/v2/vytemes/john-doe-acme/types"),
        ("POST", "/v2/vytemes/john-doe-acme/types"),
        ("GET", "/v2/vytemes/john-doe-acme/types/lunch-or-dinner"),
        ("DELETE", "/v2/vytemes/john-doe-acme/types/lunch-or-dinner"),
    ],
)
def test_another_organization_s_pages_are_out_of_reach(api, stranger, browser, method, path):
    assert stranger(method, path, json={}).status_code == 403
    assert browser.open(path, method=method, json={}).status_code == 401


def test_another_organization_has_its_own_pages_under_nicknames_of_its_own(api, stranger, sandbox):
    assert stranger("POST", "/v2/vytemes", json=PAGE).status_code == 400
    organization = sandbox.state.keys[stranger.key]["organization"]
    owner = sandbox.state.account("eve@other.example", "Eve", organization)
    assert stranger("POST", "/v2/vytemes", json={**PAGE, "belongs_to": owner["_id"]}).status_code == 200
    assert api("GET", "/v2/vytemes/ada").status_code == 403
    assert "taken" in api("POST", "/v2/vytemes", json=PAGE).json["message"]
