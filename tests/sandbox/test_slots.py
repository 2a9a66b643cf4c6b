from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

JEAN, JOHN = "jean.dupont@example.com", "john.doe@example.com"
MONDAY = "2027-03-01"


def starts(answer):
    return [slot["start"]["dateTime"] for slot in answer.json["slots"]]


def test_a_weekday_is_free_from_nine_to_five_in_the_user_s_zone(api):
    answer = api("GET", f"/v2/slots?duration=60&emails={JEAN}&from={MONDAY}&to={MONDAY}")
    assert starts(answer)[0] == "2027-03-01T09:00:00.000+01:00"
    assert answer.json["slots"][-1]["end"]["dateTime"] == "2027-03-01T17:00:00.000+01:00"
    assert len(answer.json["slots"]) == 8
    assert "nextAvailability" not in answer.json


def test_slots_are_shown_in_the_zone_that_is_asked_for(api):
    query = f"duration=60&emails={JEAN}&from={MONDAY}&to={MONDAY}&timezone=America/New_York"
    assert starts(api("GET", f"/v2/slots?{query}"))[0] == "2027-03-01T03:00:00.000-05:00"


def test_a_confirmed_meeting_takes_its_time_and_a_cancelled_one_gives_it_back(sandbox, api):
    event = sandbox.create_event(
        title="Busy",
        invitees=[JEAN],
        dates=[("2027-03-01T10:30:00+01:00", "2027-03-01T11:00:00+01:00")],
        confirmed=True,
    )
    path = f"/v2/slots?duration=60&emails={JEAN}&from={MONDAY}&to={MONDAY}"
    assert starts(api("GET", path))[:2] == ["2027-03-01T09:00:00.000+01:00", "2027-03-01T11:00:00.000+01:00"]
    sandbox.cancel(event["_id"])
    assert len(starts(api("GET", path))) == 8


def test_several_people_means_when_all_are_free(api):
    both = starts(api("GET", f"/v2/slots?duration=60&emails={JEAN},{JOHN}&from={MONDAY}&to={MONDAY}"))
    assert (both[0], both[-1], len(both)) == (
        "2027-03-01T10:00:00.000+01:00",
        "2027-03-01T16:00:00.000+01:00",
        7,
    )


def test_a_team_means_when_any_member_is_free(sandbox, api):
    sandbox.join(email=JEAN)
    sandbox.join(email=JOHN)
    found = starts(api("GET", f"/v2/slots?duration=60&team={sandbox.team_id}&from={MONDAY}&to={MONDAY}"))
    assert len(found) == 9


def test_users_are_named_by_id_too(sandbox, api):
    user_id = sandbox.state.emails[JEAN]
    assert len(starts(api("GET", f"/v2/slots?duration=30&users={user_id}&from={MONDAY}&to={MONDAY}"))) == 16


def test_days_have_their_own_lists_and_weekends_none(api):
    answer = api("GET", f"/v2/slots/days?duration=240&emails={JEAN}&from=2027-03-05&to=2027-03-08")
    assert {day: len(found["slots"]) for day, found in answer.json["days"].items()} == {
        "2027-03-05": 2,
        "2027-03-08": 2,
    }


def test_when_nothing_is_free_the_next_availability_is_told(api):
    weekend = f"duration=30&emails={JEAN}&from=2027-03-06&to=2027-03-07"
    slot = {
        "start": {"dateTime": "2027-03-08T09:00:00.000+01:00"},
        "end": {"dateTime": "2027-03-08T09:30:00.000+01:00"},
    }
    expected = {"availableDate": "2027-03-08", "availableSlot": slot}
    for prefix in ("", "/v2"):
        assert api("GET", f"{prefix}/slots?{weekend}").json == {"slots": [], "nextAvailability": expected}
        assert api("GET", f"{prefix}/slots/days?{weekend}").json == {"days": {}, "nextAvailability": expected}


def test_next_is_one_slot_from_now_on_in_either_shape(sandbox, api):
    path = f"/v2/slots/next?duration=30&emails={JEAN}"
    (slot,) = api("GET", path).json["slots"]
    start = datetime.fromisoformat(slot["start"]["dateTime"])
    assert timedelta(0) <= start - datetime.now(start.tzinfo) < timedelta(days=4)
    sandbox.quirks.next_shape = "nextAvailability"
    assert api("GET", path).json["nextAvailability"]["availableSlot"]["start"] == slot["start"]


def test_without_days_v2_answers_a_week_from_today_and_v1_refuses(api):
    days = api("GET", f"/v2/slots/days?duration=60&emails={JEAN}").json["days"]
    assert all(abs(date.fromisoformat(day) - date.today()) <= timedelta(days=7) for day in days)  # noqa: DTZ011
    refused = api("GET", f"/slots?duration=60&emails={JEAN}")
    assert (refused.status_code, refused.json) == (400, {})


@pytest.mark.parametrize(
    "query",
    [
        f"emails={JEAN}",
        f"duration=x&emails={JEAN}",
        f"duration=0&emails={JEAN}",
        "duration=30",
        "duration=30&emails=nobody@example.com",
        "duration=30&team=nope",
        f"duration=30&emails={JEAN}&from=soon",
        f"duration=30&emails={JEAN}&from=2027-03-02&to=2027-03-01",
        f"duration=30&emails={JEAN}&from=2027-01-01&to=2029-01-01",
        f"duration=30&emails={JEAN}&timezone=Mars/Base",
    ],
)
def test_a_question_that_makes_no_sense_is_a_400(api, query):
    assert api("GET", f"/v2/slots?{query}").status_code == 400
