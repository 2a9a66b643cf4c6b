from __future__ import annotations

import time

import pytest
import requests


def test_a_fault_answers_instead_of_the_api_as_often_as_asked(sandbox, api):
    sandbox.faults.add(
        path="^/v2/events", status=429, headers={"Retry-After": "1"}, body=b"slow down", times=2
    )
    answers = [api("GET", "/v2/events") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["Retry-After"], answers[0].data) == ("1", b"slow down")
    assert api("GET", "/v2/auth/test").status_code == 200


def test_a_fault_can_be_for_one_method_and_for_good(sandbox, api, meeting):
    sandbox.faults.add(method="POST", times=None)
    assert [api("POST", f"/v2/events/{meeting['_id']}/cancel").status_code for _ in range(3)] == [
        503,
        503,
        503,
    ]
    assert api("GET", f"/v2/events/{meeting['_id']}").json["title"] == "Kick-off"
    assert "cancelled" not in sandbox.state.events[meeting["_id"]]
    sandbox.faults.clear()
    assert api("POST", f"/v2/events/{meeting['_id']}/cancel").text == "OK"


def test_faults_are_used_up_in_the_order_in_which_they_were_added(sandbox, api):
    sandbox.faults.add(path="/v2/", status=500)
    sandbox.faults.add(path="/v2/", status=502)
    assert [fault.status for fault in sandbox.faults] == [500, 502]
    assert [api("GET", "/v2/auth/test").status_code for _ in range(3)] == [500, 502, 200]


def test_a_delay_alone_gives_the_true_answer_late(sandbox, api):
    sandbox.faults.add(path="/v2/auth", delay=0.05)
    start = time.perf_counter()
    assert api("GET", "/v2/auth/test").status_code == 200
    assert time.perf_counter() - start >= 0.05


def test_html_can_be_answered_with_its_type(sandbox, api):
    sandbox.faults.add(status=200, body=b"<html>", headers={"Content-Type": "text/html"})
    answer = api("GET", "/v2/auth/test")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/html", b"<html>")


def test_a_dropped_connection_is_an_error_of_the_server_in_process(sandbox, api):
    sandbox.faults.add(drop=True)
    with pytest.raises(ConnectionError):
        api("GET", "/v2/auth/test")


WRONGS = [{"drop": True}, {"status": 502}, {"truncate": 5}, {"delay": 0.01}]


@pytest.mark.parametrize("wrong", WRONGS, ids=str)
def test_after_acting_only_the_answer_goes_wrong(wrong, sandbox, api, meeting):
    sandbox.faults.add(method="POST", after_acting=True, **wrong)
    path = f"/v2/events/{meeting['_id']}/confirm"
    if "drop" in wrong:
        with pytest.raises(ConnectionError):
            api("POST", path)
    else:
        answer = api("POST", path)
        assert answer.status_code == wrong.get("status", 200)
        assert (len(answer.data) == 5) == ("truncate" in wrong)
    assert sandbox.state.events[meeting["_id"]]["confirmed"]["flag"]
    assert api("GET", f"/v2/events/{meeting['_id']}").json["confirmed"]["flag"]


@pytest.mark.parametrize("wrong", [{"drop": True}, {"status": 502}], ids=str)
def test_before_acting_nothing_is_done(wrong, sandbox, api, meeting):
    sandbox.faults.add(method="POST", **wrong)
    if "drop" in wrong:
        with pytest.raises(ConnectionError):
            api("POST", f"/v2/events/{meeting['_id']}/confirm")
    else:
        api("POST", f"/v2/events/{meeting['_id']}/confirm")
    assert not sandbox.state.events[meeting["_id"]]["confirmed"]["flag"]


def test_a_request_is_in_the_log_before_its_late_answer(sandbox, meeting):
    sandbox.faults.add(method="POST", delay=0.5, after_acting=True)
    with sandbox.serve() as server, requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.Timeout):
            session.post(
                f"{server.url}/v2/events/{meeting['_id']}/cancel",
                headers={"Authorization": sandbox.api_key},
                timeout=0.1,
            )
        (seen,) = sandbox.requests
        assert (seen.method, seen.status) == ("POST", None)
        assert "cancelled" in sandbox.state.events[meeting["_id"]]


def test_controls_have_no_faults(sandbox, browser):
    sandbox.faults.add(times=None)
    assert browser.get("/").status_code == 503
    assert browser.delete("/_sandbox/faults").status_code == 200
    assert browser.get("/").status_code == 200
