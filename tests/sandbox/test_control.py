from __future__ import annotations

import pytest

EVENT = {
    "title": "Demo",
    "creator": "emma@acme.com",
    "dates": [["2027-03-01T10:00:00Z", "2027-03-01T11:00:00Z"]],
    "places": ["Office"],
    "invitees": ["guest@example.com"],
    "group_ids": ["project_1"],
}


def test_the_whole_life_of_an_event_can_be_controlled(hooked, browser):
    created = browser.post("/_sandbox/events", json=EVENT)
    assert created.status_code == 201
    event = created.json
    path = f"/_sandbox/events/{event['_id']}"
    date = event["dates"][0]["_id"]
    voted = browser.post(f"{path}/vote", json={"email": "guest@example.com", "date_id": date}).json
    assert len(voted["dates"][0]["votes"]["yes"]) == 2
    assert browser.post(f"{path}/confirm", json={"date_id": date}).json["confirmed"]["flag"] is True
    assert browser.post(f"{path}/update", json={"title": "Renamed"}).json["title"] == "Renamed"
    assert len(browser.post(f"{path}/invite", json={"invitees": ["x@y.z"]}).json["invitees"]) == 3
    assert "cancelled" in browser.post(f"{path}/cancel").json
    assert browser.get(path).json["title"] == "Renamed"
    assert browser.delete(path).status_code == 200
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}/cancel").status_code == 404
    fired = [call.action for call in hooked.outbox]
    assert fired == ["event.created", "event.confirmed", "event.updated", "event.cancelled"]


def test_someone_joins_and_events_are_filled_in(sandbox, browser):
    user = browser.post("/_sandbox/join", json={"email": "n@x.y", "full_name": "N", "extid": "7"}).json
    assert user["account"]["organization"]["extid"] == "7"
    assert browser.post("/_sandbox/fill", json={"count": 10}).json["event_count"] == len(sandbox.state.events)


def test_the_state_holds_no_credential(hooked, api, browser):
    api("GET", "/v2/events")
    hooked.create_event(title="T")
    answer = browser.get("/_sandbox/state")
    state = answer.json
    assert (state["event_count"], state["request_count"], len(state["hooks"])) == (8, 6, 5)
    assert state["calls"][0]["action"] == "event.created"
    assert state["hooks"][0]["target_url"] == "https://crm.example.com/even…"
    assert hooked.api_key not in answer.text
    assert "key_store" not in answer.text
    assert "secret" not in answer.text


def test_the_key_is_told_on_this_machine_only(sandbox, browser):
    here = {"environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}}
    assert browser.get("/_sandbox/key", **here).json == {
        "api_key": sandbox.api_key,
        "team_id": sandbox.team_id,
    }
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    assert browser.get("/_sandbox/key", environ_overrides=elsewhere).status_code == 403
    assert browser.get("/_sandbox/key", base_url="http://rebound.example", **here).status_code == 403


def test_the_api_is_stopped_and_started(sandbox, browser):
    assert browser.post("/_sandbox/api/stop").json == {"stopped": "503"}
    assert browser.post("/_sandbox/api/stop", json={"drop": True}).json == {"stopped": "drop"}
    assert browser.post("/_sandbox/api/start").json == {"stopped": ""}


def test_faults_are_added_and_cleared(sandbox, api, browser):
    fault = {"path": "^/v2/", "status": 500, "body": "oops"}
    assert browser.post("/_sandbox/faults", json=fault).json == {"faults": 1}
    assert api("GET", "/v2/auth/test").data == b"oops"
    browser.post("/_sandbox/faults", json=fault)
    assert browser.delete("/_sandbox/faults").json == {"faults": 0}


def test_quirks_and_webhook_modes_are_switched(sandbox, browser):
    browser.post("/_sandbox/quirks", json={"offset_style": "+0100", "missing": ["messages"]})
    assert (sandbox.quirks.offset_style, sandbox.quirks.missing) == ("+0100", ("messages",))
    assert browser.post("/_sandbox/webhook-mode", json={"hold": True}).json["hold"] is True
    assert browser.post("/_sandbox/quirks", json={"nonsense": 1}).status_code == 400


def test_waiting_calls_are_delivered(hooked, browser):
    hooked.courier.post = lambda url, body, headers: 200
    hooked.create_event(title="T")
    (call,) = browser.post("/_sandbox/deliver").json["calls"]
    assert call["delivered"] is True


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/_sandbox/events", {"json": {"nonsense": [], "dates": 3}}, 400),
        ("/_sandbox/events", {"json": []}, 400),
        ("/_sandbox/events", {"data": b"{"}, 400),
        ("/_sandbox/join", {"json": {}}, 400),
        ("/_sandbox/join", {"json": {"email": "nobody"}}, 400),
        ("/_sandbox/faults", {"json": {"path": "("}}, 400),
        ("/_sandbox/nothing", {}, 404),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(browser, path, options, status):
    assert browser.post(path, **options).status_code == status


def test_a_form_leads_back_to_the_index(sandbox, browser):
    answer = browser.post(
        "/_sandbox/faults", data={"path": "/v2/", "status": "500", "delay": "", "times": "2"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    (fault,) = sandbox.faults
    assert (fault.status, fault.left, fault.delay) == (500, 2, 0.0)


def test_another_site_s_page_cannot_change_anything(sandbox, browser):
    for origin in ("https://evil.example", "null"):
        for path in ("/_sandbox/api/stop", "/event/5f0d7eb02003d0971e2a961a/cancel"):
            assert browser.post(path, headers={"Origin": origin}).status_code == 403
    assert sandbox.stopped == ""
    assert browser.post("/_sandbox/api/stop", headers={"Origin": "http://localhost"}).status_code == 200
