from __future__ import annotations

import pytest

from django_vyte.sandbox.world.signing import creator_token

APP = "569c2e2fa28cc30300778c4c"
TOKEN = "c56675c718dec0566c0f6eb1256d12d4dc7eda779a4f690dcc3f26fc8d312ca8"


def test_the_documented_token_is_computed():
    assert creator_token("cfsvut1yp6dd2nuwkxjo", "jane.doe@acme.com") == TOKEN


@pytest.mark.parametrize("path", ["/thirdparties/token", "/v2/third_parties/token"])
def test_the_api_computes_the_same_token(api, path):
    assert api("GET", f"{path}?cm=jane.doe@acme.com&secret=cfsvut1yp6dd2nuwkxjo").json == {"token": TOKEN}
    assert api("GET", f"{path}?cm=jane.doe@acme.com&secret=other").status_code == 400
    assert api("GET", f"{path}?secret=cfsvut1yp6dd2nuwkxjo").status_code == 400


def test_an_app_is_registered_without_a_key_in_v1(browser):
    answer = browser.get(
        "/thirdparties/new?name=superapp&contact_email=s@superapp.com&contact_name=Super%20Man"
    )
    assert answer.json["contact"] == {"email": "s@superapp.com", "name": "Super Man"}
    assert len(answer.json["secret"]) == 20
    refused = browser.get("/thirdparties/new?name=superapp")
    assert (refused.status_code, refused.json) == (400, {})


def test_an_app_is_created_from_the_query_and_listed_with_its_secret(sandbox, api):
    app = api("POST", "/v2/third_parties?name=crm&contact_email=a@b.c").json
    assert app["organization"] == sandbox.team_id
    assert app in api("GET", "/v2/third_parties").json
    assert len(api("GET", "/v2/third_parties").json) == 3


def test_the_events_of_groups_are_listed_without_a_key(browser, meeting):
    events = browser.get(f"/thirdparties/{APP}/groups/project_85fc5,other/events").json
    assert [event["_id"] for event in events] == ["569c3b6105dc780300951bd0", "569c3afaa28cc30300778c69"]
    assert browser.get(f"/thirdparties/{APP}/groups/none/events").json == []
    unknown = browser.get("/thirdparties/nope/groups/g/events")
    assert (unknown.status_code, unknown.json) == (400, {})
