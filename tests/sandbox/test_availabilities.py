from __future__ import annotations

import pytest

SELLER, LONDONER = "5f1077cf21f43b0b99660619", "5f2d4abf1e0662386371d475"
PATH = f"/v2/users/{SELLER}/availabilities"


def day(start, end, enabled=True):
    return {"enabled": enabled, "slots": [{"start_time": start, "end_time": end}]}


def test_who_has_set_nothing_has_the_default_in_their_own_zone(api):
    api("PUT", f"/v2/users/{SELLER}", json={"user": {"timezone": "America/Lima"}})
    shown = api("GET", PATH).json
    assert shown["timezone"] == "America/Lima"
    assert [name for name, one in shown["days"].items() if one["enabled"]] == [
        "monday", "tuesday", "wednesday", "thursday", "friday",
    ]  # fmt: skip
    assert shown["days"]["monday"]["slots"] == [
        {"start_time": "2018-01-01T09:00", "end_time": "2018-01-01T17:00"}
    ]
    assert "_id" not in shown


def test_the_printed_ones_are_there(api):
    shown = api("GET", f"/v2/users/{LONDONER}/availabilities").json
    assert (shown["_id"], shown["timezone"]) == ("5f2d4abf1e0662085171d476", "Europe/London")
    assert api("GET", "/v2/users/5f2d28fb1e0662e70071d46b/availabilities").json["days_after_as_busy"] == 60


def test_setting_answers_instants_as_documented_and_replaces_everything(api):
    first = api("POST", PATH, json={"days": {"monday": day("2018-01-01T09:00", "2018-01-01T17:00")}}).json
    (slot,) = first["days"]["monday"]["slots"]
    assert (slot["start_time"], slot["end_time"]) == ("2018-01-01T08:00:00.000Z", "2018-01-01T16:00:00.000Z")
    assert len(slot["_id"]) == 24
    assert (first["belongs_to"], first["dates"], first["trim_scheduler"]) == (SELLER, [], True)
    assert api("GET", PATH).json == first
    second = api("POST", PATH, json={"buffer_before": 15, "colour": "red"}).json
    assert (second["_id"], second["createdAt"]) == (first["_id"], first["createdAt"])
    assert second["updatedAt"] > first["updatedAt"]
    assert (second["buffer_before"], second["colour"]) == (15, "red")
    assert "buffer_before" in api("POST", PATH, json={}).json
    assert api("GET", PATH).json["buffer_before"] == 0


def test_updating_changes_what_is_named_day_by_day(api):
    api("POST", PATH, json={"timezone": "Europe/London", "days_after_as_busy": 30})
    changed = api("PUT", PATH, json={"days": {"saturday": day("2018-01-01T09:00", "2018-01-01T12:00")}}).json
    assert (changed["timezone"], changed["days_after_as_busy"]) == ("Europe/London", 30)
    assert changed["days"]["saturday"]["enabled"] is changed["days"]["monday"]["enabled"] is True
    assert changed["days"]["sunday"] == {"enabled": False}
    closed = api("PUT", PATH, json={"days": {"monday": {"enabled": False}}}).json["days"]["monday"]
    assert (closed["enabled"], closed["slots"]) == (False, changed["days"]["monday"]["slots"])
    api("PUT", PATH, json={"days": {"monday": {"enabled": True}}})
    again = api("PUT", PATH, json=changed).json
    assert {**again, "updatedAt": 0} == {**changed, "updatedAt": 0}


def test_updating_what_was_never_set_starts_from_the_default(api):
    changed = api("PUT", PATH, json={"today_as_busy": True}).json
    assert (changed["today_as_busy"], changed["days"]["friday"]["enabled"]) == (True, True)


def test_deleting_goes_back_to_the_default(api):
    api("POST", PATH, json={"timezone": "Asia/Tokyo"})
    assert api("DELETE", PATH).json == {"n": 1, "ok": 1}
    assert api("GET", PATH).json["timezone"] == "Europe/Paris"
    assert api("DELETE", PATH).json == {"n": 0, "ok": 1}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": 3}, "timezone"),
        ({"today_as_busy": "yes"}, "today_as_busy"),
        ({"buffer_before": -5}, "buffer_before"),
        ({"buffer_after": True}, "buffer_after"),
        ({"days_after_as_busy": 10**9}, "days_after_as_busy"),
        ({"days": []}, "days"),
        ({"days": {"monday": True}}, "days"),
        ({"days": {"someday": {"enabled": True}}}, "someday"),
        ({"days": {"monday": {"enabled": 1}}}, "enabled"),
        ({"days": {"monday": {"slots": {}}}}, "slots"),
        ({"days": {"monday": {"slots": [3]}}}, "slots"),
        ({"days": {"monday": {"slots": [{"start_time": "2018-01-01T09:00"}]}}}, "end_time"),
        ({"days": {"monday": day("early", "late")}}, "start_time"),
        ({"days": {"monday": day("2018-01-01T17:00", "2018-01-01T09:00")}}, "end_time"),
    ],
)
def test_what_makes_no_sense_is_a_400_that_names_it(api, method, body, named):
    before = api("GET", PATH).json
    answer = api(method, PATH, json=body)
    assert (answer.status_code, named in answer.json["message"]) == (400, True)
    assert api("GET", PATH).json == before
