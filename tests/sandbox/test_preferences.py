from __future__ import annotations

import pytest

USER, SALES = "5f1077cf21f43b0b99660619", "5ef9e5489b10b33ad0898ca3"
PATH, TEAM_PATH = f"/v2/users/{USER}/preferences", f"/v2/teams/{SALES}/admin-preferences"


def test_a_user_who_has_set_nothing_gets_mails_and_no_push(api):
    shown = api("GET", PATH).json
    assert set(shown) == {"email", "push"}
    assert {name for name, on in shown["email"].items() if not on} == {"vote_confirmation"}
    assert set(shown["push"].values()) == {False}
    assert shown == api("GET", "/v2/users/5f2d28fb1e0662e70071d46b/preferences").json


@pytest.mark.parametrize("wrap", [lambda prefs: prefs, lambda prefs: {"prefs": prefs}])
def test_the_preferences_of_a_user_are_changed_one_by_one(api, wrap):
    before = api("GET", PATH).json
    after = api("PUT", PATH, json=wrap({"email": {"attending": False}, "push": {"new_event": True}})).json
    assert after["email"] == {**before["email"], "attending": False}
    assert after["push"] == {**before["push"], "new_event": True}
    assert api("GET", PATH).json == after


def test_a_team_starts_with_everything_off(api):
    team = api("POST", "/v2/teams", json={"extid": "3", "name": "T"}).json
    shown = api("GET", f"/v2/teams/{team['_id']}/admin-preferences").json
    assert set(shown["prefs"]["email"].values()) == {False}
    assert (shown["belongs_to"], len(shown["prefs"]["email"])) == (team["_id"], 14)
    assert api("GET", TEAM_PATH).json["_id"] == "5fbd38e7198731eeaf57e4cb"


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "wrap", [lambda mails: {"prefs": {"email": mails}}, lambda mails: {"email": mails}, lambda mails: mails]
)
def test_the_preferences_of_a_team_are_changed_one_by_one(api, method, wrap):
    before = api("GET", TEAM_PATH).json
    after = api(method, TEAM_PATH, json=wrap({"new_event": True, "attending": False})).json
    assert after["prefs"]["email"] == {**before["prefs"]["email"], "new_event": True, "attending": False}
    assert after["_id"] == before["_id"]
    assert after["updatedAt"] > before["updatedAt"]
    assert api("GET", TEAM_PATH).json == after


@pytest.mark.parametrize("path", [PATH, TEAM_PATH])
@pytest.mark.parametrize(
    "body",
    [[], {"prefs": 3}, {"email": 3}, {"email": {"attending": "yes"}}, {"prefs": {"email": {"declined": 1}}}],
)
def test_what_is_neither_on_nor_off_is_a_400_and_changes_nothing(api, path, body):
    before = api("GET", path).json
    assert api("PUT", path, json=body).status_code == 400
    assert api("GET", path).json == before
