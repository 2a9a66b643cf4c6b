from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from django_vyte.sandbox.world.availability import is_busy, is_free

JEAN, TESTER = "jean.dupont@example.com", "tess@example.com"
SALES = "5ef9e5489b10b33ad0898ca3"
MONDAY = "2027-03-01"


@pytest.fixture
def tester(api):
    """Somebody in London who has just been added."""
    user = {"email": TESTER, "first_name": "Tess", "timezone": "Europe/London"}
    body = {"organization": "5f198da1c1ac5d1a30fc00f3", "user": user}
    return api("POST", "/v2/users", json=body).json["user"]


@pytest.fixture
def set_availability(api, tester):
    """Sets the availability of that person: what is not said stays the default."""

    def set_it(**fields):
        assert api("POST", f"/v2/users/{tester['_id']}/availabilities", json=fields).status_code == 200

    return set_it


def hours(*spans):
    """A day that is open from one clock time to another, several times."""
    slots = [{"start_time": f"2018-01-01T{start}", "end_time": f"2018-01-01T{end}"} for start, end in spans]
    return {"enabled": True, "slots": slots}


def ask(api, day=MONDAY, to=None, **query):
    """The clock times at which the slots of the person in London start."""
    query = {"duration": 60, "emails": TESTER, "from": day, "to": to or day, **query}
    answer = api("GET", "/v2/slots", query_string=query)
    return [slot["start"]["dateTime"][11:16] for slot in answer.json["slots"]]


def coming(weekday):
    """The next day that is that day of the week, after today; Monday is 0."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


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


def test_several_people_means_when_all_are_free(api, tester):
    both = starts(api("GET", f"/v2/slots?duration=60&emails={JEAN},{TESTER}&from={MONDAY}&to={MONDAY}"))
    assert (both[0], both[-1], len(both)) == (
        "2027-03-01T10:00:00.000+01:00",
        "2027-03-01T16:00:00.000+01:00",
        7,
    )


def test_a_team_means_when_any_member_is_free_each_slot_once(api, tester):
    jean = "5f11747afb208c814fd24bb7"
    team = api("POST", "/v2/teams", json={"extid": "9", "name": "T", "members": [jean, tester["_id"]]}).json
    found = starts(api("GET", f"/v2/slots?duration=60&team={team['_id']}&from={MONDAY}&to={MONDAY}"))
    assert (found[0][11:16], found[-1][11:16], len(found)) == ("09:00", "17:00", 9)


def test_the_organization_is_a_team_of_all_its_members(sandbox, api):
    path = f"/v2/slots?duration=60&team={sandbox.team_id}&from={MONDAY}&to={MONDAY}"
    assert len(starts(api("GET", path))) == 8
    sandbox.join(email=JEAN)
    sandbox.state.users["5f11747afb208c814fd24bb7"]["timezone"] = "America/New_York"
    assert starts(api("GET", path))[-1] == "2027-03-01T22:00:00.000+01:00"


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
    asked = {
        "timezone": "Europe/Paris",
        "from": "2027-03-06",
        "to": "2027-03-07",
        "nextAvailability": expected,
    }
    for prefix in ("", "/v2"):
        assert api("GET", f"{prefix}/slots?{weekend}").json == {"slots": [], **asked}
        assert api("GET", f"{prefix}/slots/days?{weekend}").json == {"days": {}, **asked}


def test_for_days_that_are_over_the_next_availability_is_told_from_now_on(api):
    answer = api("GET", f"/v2/slots?duration=30&emails={JEAN}&from=2020-09-01&to=2020-09-02").json
    assert answer["slots"] == []
    start = answer["nextAvailability"]["availableSlot"]["start"]["dateTime"]
    assert datetime.fromisoformat(start) > datetime.now(UTC)


def test_next_is_the_day_that_has_free_slots_from_now_on_in_either_shape(sandbox, api):
    path = f"/v2/slots/next?duration=30&emails={JEAN}"
    answer = api("GET", path).json
    begins = [datetime.fromisoformat(slot["start"]["dateTime"]) for slot in answer["slots"]]
    assert answer["timezone"] == "Europe/Paris"
    assert len({begin.date() for begin in begins}) == 1
    assert timedelta(0) <= begins[0] - datetime.now(UTC) < timedelta(days=4)
    sandbox.quirks.next_shape = "nextAvailability"
    found = api("GET", path).json["nextAvailability"]
    assert datetime.fromisoformat(found["availableSlot"]["start"]["dateTime"]) == begins[0]
    assert found["availableDate"] == begins[0].date().isoformat()


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
        f"duration=30&emails={JEAN}&from=9999-12-30",
        f"duration=30&emails={JEAN}&from=0001-01-01&to=0001-01-01",
    ],
)
def test_a_question_that_makes_no_sense_is_a_400(api, query):
    assert api("GET", f"/v2/slots?{query}").status_code == 400


def test_people_of_another_organization_are_a_403(sandbox, api):
    _, key = sandbox.add_organization("Others")
    for who in (
        f"emails={JEAN}",
        "users=5f11747afb208c814fd24bb7",
        f"team={SALES}",
        f"team={sandbox.team_id}",
    ):
        answer = api("GET", f"/v2/slots?duration=30&{who}", headers={"Authorization": key})
        assert answer.status_code == 403


def test_v1_needs_no_key_and_lets_pages_of_other_sites_ask(browser):
    for path in ("/slots", "/slots/days"):
        answer = browser.get(f"{path}?duration=30&emails={JEAN}&from={MONDAY}&to={MONDAY}")
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert browser.get(f"/slots?duration=30&team={SALES}&from={MONDAY}&to={MONDAY}").json["slots"]
    assert browser.get(f"/v2/slots?duration=30&emails={JEAN}").status_code == 401


def test_a_day_has_the_hours_that_the_availability_gives_it(api, set_availability):
    set_availability(
        days={"monday": hours(("10:00", "12:00"), ("14:00", "15:30")), "tuesday": {"enabled": False}}
    )
    assert ask(api) == ["10:00", "11:00", "14:00"]
    assert ask(api, "2027-03-02") == []
    assert len(ask(api, "2027-03-03")) == 8


def test_a_slot_that_ends_at_midnight_lasts_until_then(api, set_availability):
    set_availability(days={"saturday": hours(("22:00", "00:00"))})
    assert ask(api, "2027-03-06") == ["22:00", "23:00"]


def test_the_hours_are_in_the_zone_of_the_availability_on_both_sides_of_a_clock_change(api, set_availability):
    set_availability(timezone="America/New_York")
    friday, monday = ask(api, "2027-03-12", timezone="UTC"), ask(api, "2027-03-15", timezone="UTC")
    assert (friday[0], monday[0]) == ("14:00", "13:00")
    assert ask(api, "2027-03-15")[0] == "09:00"


def test_hours_that_come_as_instants_are_read_as_they_were_answered(api, tester, set_availability):
    set_availability(days={"monday": hours(("09:00", "10:00"))})
    path = f"/v2/users/{tester['_id']}/availabilities"
    api("PUT", path, json=api("GET", path).json)
    assert ask(api) == ["09:00"]


def test_nobody_is_booked_in_the_past_unless_they_want_to(api, set_availability):
    assert ask(api, "2020-09-01") == []
    set_availability(past_as_busy=False)
    assert len(ask(api, "2020-09-01")) == 8


def test_today_may_be_busy(api, set_availability):
    around_the_clock = {"enabled": True, "slots": [{"start_time": "00:00", "end_time": "00:00"}]}
    days = dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), around_the_clock
    )
    set_availability(timezone="UTC", today_as_busy=True, past_as_busy=False, days=days)
    today = datetime.now(UTC).date()
    assert ask(api, today.isoformat()) == []
    assert len(ask(api, (today + timedelta(days=1)).isoformat())) == 24
    assert len(ask(api, (today - timedelta(days=1)).isoformat())) == 24


def test_days_that_are_too_far_ahead_are_busy(api, set_availability):
    set_availability(days_after_as_busy=14)
    soon, late = coming(2), coming(2) + timedelta(days=14)
    assert len(ask(api, soon.isoformat())) == 8
    assert ask(api, late.isoformat()) == []


@pytest.mark.parametrize("buffers", [{"buffer_before": 30}, {"buffer_after": 30}])
def test_a_buffer_lies_between_two_meetings(sandbox, api, set_availability, buffers):
    set_availability(**buffers)
    sandbox.create_event(
        invitees=[TESTER], dates=[("2027-03-01T12:00:00Z", "2027-03-01T13:00:00Z")], confirmed=True
    )
    assert ask(api) == ["09:00", "10:00", "13:30", "14:30", "15:30"]


@pytest.mark.parametrize(("all_day_busy", "free"), [(True, 0), (False, 8)])
@pytest.mark.parametrize("end", ["2027-03-01", "2027-03-02"])
def test_a_whole_day_is_busy_if_the_availability_says_so(
    sandbox, api, set_availability, all_day_busy, free, end
):
    set_availability(all_day_busy=all_day_busy)
    sandbox.create_event(
        invitees=[TESTER], dates=[{"date": MONDAY, "end_date": end, "all_day": True}], confirmed=True
    )
    assert len(ask(api)) == free
    assert len(ask(api, "2027-02-26")) == len(ask(api, "2027-03-02")) == 8


def test_a_whole_day_that_is_spelt_as_midnight_somewhere_is_that_day(sandbox, api, tester):
    day = {"date": "2027-03-01T00:00:00+01:00", "end_date": "2027-03-02T00:00:00+01:00", "all_day": True}
    sandbox.create_event(invitees=[TESTER], dates=[day], timezone="Europe/Paris", confirmed=True)
    assert (ask(api), len(ask(api, "2027-03-02"))) == ([], 8)


def test_free_is_more_than_not_busy(sandbox, tester):
    def hour(clock):
        start = datetime.fromisoformat(f"{MONDAY}T{clock}Z")
        return start, start + timedelta(hours=1)

    def free_and_busy(clock):
        return is_free(sandbox.state, tester, *hour(clock)), is_busy(sandbox.state, tester, *hour(clock))

    sandbox.create_event(creator=TESTER, dates=[hour("10:00")], confirmed=True)
    assert free_and_busy("09:00") == free_and_busy("11:00") == (True, False)
    assert free_and_busy("10:00") == free_and_busy("10:30") == (False, True)
    assert free_and_busy("16:30") == free_and_busy("03:00") == (False, False)
    past = datetime(2020, 9, 1, 10, tzinfo=UTC)
    assert not is_free(sandbox.state, tester, past, past + timedelta(hours=1))
    late = datetime(9999, 12, 31, tzinfo=UTC)
    assert not is_free(sandbox.state, tester, late, late)
    assert not is_free(sandbox.state, tester, hour("09:00")[0], late)


@pytest.mark.parametrize(
    "date",
    [
        {},
        {"date": "soon", "end_date": "later"},
        {"date": "9999-12-31", "end_date": "9999-12-31", "all_day": True},
    ],
)
def test_a_meeting_that_cannot_be_read_takes_no_time(sandbox, api, tester, date):
    sandbox.load({"confirmed": {"flag": True}, "created_by": {"email": TESTER}, "dates": [date]})
    assert len(ask(api)) == 8
