from __future__ import annotations

import pytest

TEAM = "5f198da1c1ac5d1a30fc00f3"


@pytest.mark.parametrize(
    "path", ["/v2/auth/test", "/v2/events", "/hooks", "/users/organizations", "/v2/users/x"]
)
@pytest.mark.parametrize("key", [None, "wrong", "Bearer {key}"])
def test_without_a_valid_bare_key_everything_is_a_401(sandbox, browser, path, key):
    headers = {"Authorization": key.format(key=sandbox.api_key)} if key else {}
    answer = browser.get(path, headers=headers)
    assert answer.status_code == 401
    assert bool(answer.json) is path.startswith("/v2/")


def test_the_key_is_taken_from_the_query_too(sandbox, browser):
    assert browser.get(f"/v2/auth/test?api_key={sandbox.api_key}").json["_id"] == TEAM


def test_the_organization_shows_members_as_ids_or_as_users(api):
    assert api("GET", "/v2/auth/test").json["members"][0] == "5f4e16c301326e82fa691552"
    organization = api("GET", "/users/organizations").json
    assert (organization["_id"], organization["members"][0]["full_name"]) == (TEAM, "John Doe")


def test_a_deleted_key_opens_nothing(sandbox, api):
    described = api("GET", "/api/keys/team").json
    assert described["key"] == sandbox.api_key
    assert api("DELETE", "/api/keys/nope").status_code == 404
    assert api("DELETE", f"/api/keys/{described['_id']}").status_code == 204
    assert api("GET", "/v2/auth/test").status_code == 401


def test_a_user_is_retrieved_as_printed(api):
    user = api("GET", "/v2/users/5f11747afb208c814fd24bb7").json
    assert (user["full_name"], user["timezone"]) == ("Jean Dupont", "Europe/Paris")
    assert api("GET", "/v2/users/nope").status_code == 404


def test_an_unknown_operation_is_a_404_and_a_wrong_method_a_405(api):
    assert api("GET", "/v2/nothing").status_code == 404
    assert api("PATCH", "/v2/events").status_code == 405


def test_requests_are_logged_in_order_without_credentials(sandbox, api):
    api("GET", "/v2/events?limit=2&group_ids=a&group_ids=b")
    api("POST", "/v2/events", json={"title": "T"})
    api("GET", "/thirdparties/token?cm=a@b.c&secret=hush")
    api("GET", f"/v2/auth/test?api_key={sandbox.api_key}")
    first, second, third, fourth = sandbox.requests
    assert (first.method, first.path, first.status) == ("GET", "/v2/events", 200)
    assert first.query == {"limit": "2", "group_ids": "a,b"}
    assert (second.status, second.body) == (400, b'{"title": "T"}')
    assert third.query["secret"] == fourth.query["api_key"] == "***"
    assert first.headers["Authorization"] == "***"
    everything = "".join(f"{r!r}{r.headers}{r.query}" for r in sandbox.requests)
    assert sandbox.api_key not in everything
    assert "hush" not in everything


def test_the_log_keeps_the_latest_requests_only(sandbox, api, monkeypatch):
    monkeypatch.setattr("django_vyte.sandbox.app.LOG_LENGTH", 3)
    for number in range(5):
        api("GET", f"/v2/events?limit={number + 1}")
    assert [request.query["limit"] for request in sandbox.requests] == ["3", "4", "5"]


def test_pages_and_controls_are_not_logged(sandbox, browser):
    browser.get("/")
    browser.get("/_sandbox/state")
    assert sandbox.requests == []


def test_a_stopped_api_answers_503_and_pages_still_work(sandbox, api, browser):
    sandbox.stop_api()
    assert api("GET", "/v2/auth/test").status_code == 503
    assert browser.get("/").status_code == 200
    sandbox.start_api()
    assert api("GET", "/v2/auth/test").status_code == 200
    assert [request.status for request in sandbox.requests] == [503, 200]


def test_a_mistake_in_the_sandbox_itself_is_a_500(sandbox, api, caplog):
    sandbox.state.organizations.clear()
    assert api("GET", "/v2/auth/test").status_code == 500
    assert "The local Vyte failed on GET /v2/auth/test" in caplog.text
