from __future__ import annotations

from datetime import timedelta

from django_vyte.sandbox.examples import example_names


def test_every_name_of_the_examples_is_something_that_is_there(sandbox, api):
    names = example_names(sandbox)
    for path in (
        "/v2/users/{user_id}",
        "/v2/users/{user_id}/vyteme",
        "/v2/events/{event_id}",
        "/v2/teams/{team_id}/public",
        "/v2/vytemes/{nickname}/types/{handle}",
        "/v2/locators/{locator_handle}",
        "/v2/locators/{locator_id}/locations/{location_id}",
        "/v2/users/{user_id}/calendars",
        "/hooks/{hook_id}",
        "/thirdparties/{app_id}/groups/none/events",
        "/v2/third_parties/token?cm={email}&secret={secret}",
        "/v2/slots?duration=60&emails={email}&from={day}&to={day}",
    ):
        assert api("GET", path.format(**names)).status_code == 200, path
    assert api("GET", "/v2/auth/test").json["_id"] == names["organization_id"]
    assert api("GET", "/api/keys/team").json["_id"] == names["key_id"]
    event = api("GET", f"/v2/events/{names['event_id']}").json
    assert event["confirmed"]["flag"] is False
    assert names["invitee_id"] in [invitee["_id"] for invitee in event["invitees"]]
    user = f"/v2/users/{names['user_id']}"
    assert api("GET", user).json["emails"] == [names["email"]]
    assert api("DELETE", f"{user}/calendars/{names['calendar_id']}").status_code == 200
    assert names["end"] - names["start"] == timedelta(hours=1)
    assert names["start"].date() == names["day"]


def test_a_member_of_the_team_is_free_at_the_hour_of_the_examples(sandbox, api):
    names = example_names(sandbox)
    dates = [{"date": names["start"].isoformat(), "end_date": names["end"].isoformat()}]
    answer = api("POST", f"/v2/teams/{names['team_id']}/events", json={"title": "Demo", "dates": dates})
    assert answer.status_code == 200
