from __future__ import annotations

import pytest

from django_vyte.sandbox.data import published

SELLER, TESTER = "5f1077cf21f43b0b99660619", "604b97276793f6001ef96d7e"
PATH = f"/v2/users/{TESTER}/calendars"


def test_the_printed_calendar_list_is_there(api):
    assert api("GET", PATH).json == published("calendars")[0]


def test_who_has_connected_nothing_has_vyte_s_own_calendar_and_always_the_same(api):
    path = f"/v2/users/{SELLER}/calendars"
    shown = api("GET", path).json
    assert (shown["belongs_to"], shown["sync_suggestions"]) == (SELLER, True)
    assert [(c["name"], c["source"], len(c["subcalendars"])) for c in shown["calendars"]] == [
        ("Vyte", "vyte_user", 2)
    ]
    assert api("GET", path).json == shown
    assert (
        api("GET", "/v2/users/5f11747afb208c814fd24bb7/calendars").json["_id"] == "5f1175516b229dad991a7949"
    )


def test_calendars_are_changed_in_their_order_as_the_sample_sends_them(api):
    body = {"sync_suggestions": False, "calendars": [{"access_broken": True}, {"access_broken": False}]}
    changed = api("PUT", PATH, json=body).json
    assert changed["sync_suggestions"] is False
    assert [calendar["access_broken"] for calendar in changed["calendars"]] == [True, False]
    assert changed["updatedAt"] > published("calendars")[0]["updatedAt"]
    assert api("GET", PATH).json == changed


def test_calendars_are_changed_by_id_with_the_parts_of_them(api):
    before = api("GET", PATH).json["calendars"]
    parts = [{}, {"display": True, "name": "Options"}]
    body = {
        "calendars": [
            {"_id": before[1]["_id"], "name": "Home"},
            {"_id": before[0]["_id"], "subcalendars": parts},
        ]
    }
    after = api("PUT", PATH, json=body).json["calendars"]
    assert [calendar["name"] for calendar in after] == ["Vyte", "Home"]
    assert [part["name"] for part in after[0]["subcalendars"]] == ["My Events", "Options"]
    assert after[0]["subcalendars"][1]["display"] is True
    assert after[0]["source"] == before[0]["source"]


def test_only_one_calendar_is_primary(api):
    after = api("PUT", PATH, json={"calendars": [{"primary": True}]}).json["calendars"]
    assert [calendar["primary"] for calendar in after] == [True, False]


@pytest.mark.parametrize(
    "body",
    [
        {"calendars": 3},
        {"calendars": [3]},
        {"calendars": [{}, {}, {}]},
        {"calendars": [{"_id": "nothing"}]},
        {"calendars": [{"primary": "yes"}]},
        {"calendars": [{"name": "Renamed", "subcalendars": [{"busy": 1}]}]},
        {"calendars": [{"subcalendars": 3}]},
        {"sync_suggestions": "no"},
        [],
    ],
)
def test_what_makes_no_sense_is_a_400_and_changes_nothing(api, body):
    before = api("GET", PATH).json
    assert api("PUT", PATH, json=body).status_code == 400
    assert api("GET", PATH).json == before


def test_a_calendar_is_disconnected(api):
    google = api("GET", PATH).json["calendars"][1]["_id"]
    assert api("DELETE", f"{PATH}/{google}").json == {"n": 1, "ok": 1}
    assert [calendar["name"] for calendar in api("GET", PATH).json["calendars"]] == ["Vyte"]
    assert api("DELETE", f"{PATH}/{google}").status_code == 404
