from __future__ import annotations

import pytest

SALES = "5ef9e5489b10b33ad0898ca3"
JOHN, JANE = "5f1077cf21f43b0b99660619", "5f1077e1eaf7c424af51a847"
JEAN = "5f11747afb208c814fd24bb7"
TEN = {"date": "2027-03-01T10:00:00+01:00", "end_date": "2027-03-01T11:00:00+01:00"}
BOOKING = {
    "title": "Demo",
    "dates": [TEN],
    "confirmed": {"flag": True},
    "invitees": [{"email": "guest@example.com"}],
}


def book(api, **more):
    return api("POST", f"/v2/teams/{SALES}/events", json={**BOOKING, **more})


@pytest.mark.parametrize("base", ["/v2/teams", "/v2/team"])
def test_a_team_is_made_shown_changed_and_deleted(sandbox, api, base):
    made = api(
        "POST", base, json={"extid": "3", "name": "support", "members": [JEAN], "level_name": "agency"}
    )
    team = made.json
    assert {**team, "_id": 0, "createdAt": 0, "updatedAt": 0} == {
        "_id": 0,
        "createdAt": 0,
        "updatedAt": 0,
        "__v": 0,
        "organization": sandbox.team_id,
        "extid": "3",
        "name": "support",
        "level_name": "agency",
        "admins": [],
        "members": [JEAN],
        "public": False,
    }
    path = f"{base}/{team['_id']}"
    assert api("GET", path).json == team
    assert [each["name"] for each in api("GET", base).json] == ["sales", "support"]
    changed = api("PUT", path, json={"level_name": "company", "admins": [JANE], "motto": "Yes"}).json
    assert (changed["level_name"], changed["admins"], changed["members"]) == ("company", [JANE], [JEAN])
    assert changed["motto"] == "Yes"
    assert changed["updatedAt"] > team["updatedAt"]
    assert api("DELETE", path).json == {"n": 1, "ok": 1}
    assert api("GET", path).status_code == 404


def test_the_printed_team_is_there_with_its_members(api):
    team = api("GET", f"/v2/teams/{SALES}").json
    assert (team["name"], team["extid"], team["members"], team["admins"]) == (
        "sales",
        "2",
        [JOHN, JANE],
        [JOHN],
    )


def test_people_are_named_by_id_email_or_extid_and_each_is_there_once(api):
    members = [
        {"_id": JEAN},
        {"email": "jane.dow@example.com"},
        {"extid": "userIdInThirdPartyAppDatabase"},
        JEAN,
    ]
    team = api("POST", "/v2/teams", json={"extid": "3", "name": "T", "members": members}).json
    assert team["members"] == [JEAN, JANE, "5f2d28fb1e0662e70071d46b"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"name": "T"}, "extid"),
        ({"extid": "3"}, "name"),
        ({"extid": "3", "name": ""}, "name"),
        ({"extid": "3", "name": 4}, "name"),
        ({"extid": "3", "name": "T", "members": JEAN}, "members"),
        ({"extid": "3", "name": "T", "members": ["nobody"]}, "members"),
        ({"extid": "3", "name": "T", "admins": [{"email": "nobody@example.com"}]}, "admins"),
        ({"extid": "3", "name": "T", "members": [{}]}, "members"),
        ({"extid": "3", "name": "T", "members": [None]}, "members"),
        ({"extid": "3", "name": "T", "public": "yes"}, "public"),
    ],
)
def test_a_team_that_makes_no_sense_is_a_400_that_names_it(api, body, named):
    answer = api("POST", "/v2/teams", json=body)
    assert (answer.status_code, named in answer.json["message"]) == (400, True)
    assert len(api("GET", "/v2/teams").json) == 1


def test_an_update_may_not_take_the_name(api):
    assert api("PUT", f"/v2/teams/{SALES}", json={"name": ""}).status_code == 400
    assert api("PUT", f"/v2/teams/{SALES}", json={"name": None}).json["name"] == "sales"


def test_teams_and_users_of_another_organization_are_a_403_and_unknown_ones_a_404(sandbox, api):
    other, key = sandbox.add_organization("Others")
    headers = {"Authorization": key}
    assert api("GET", "/v2/teams", headers=headers).json == []
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/events"),
        ("GET", "/events"),
        ("GET", "/admin-preferences"),
    ):
        assert api(method, f"/v2/teams/{SALES}{path}", json={}, headers=headers).status_code == 403
        assert api(method, f"/v2/teams/nothing{path}", json={}).status_code == 404
    body = {"extid": "1", "name": "T", "members": [JEAN]}
    assert api("POST", "/v2/teams", json=body, headers=headers).status_code == 403
    assert api("POST", "/v2/teams", json={**body, "organization": other}).status_code == 403


def test_a_public_team_shows_names_and_photos_to_anybody(api, browser):
    path = f"/v2/teams/{SALES}/public"
    shown = browser.get(path).json
    assert (shown["_id"], shown["name"]) == (SALES, "sales")
    assert shown["members"][0] == {
        "_id": JOHN,
        "first_name": "John",
        "last_name": "Dow",
        "picture_url": "https://domain.com/john.jpg",
    }
    api("PUT", f"/v2/teams/{SALES}", json={"public": "false"})
    assert browser.get(path).status_code == 403
    assert browser.get("/v2/teams/nothing/public").status_code == 404


def test_booking_a_team_books_a_member_who_is_free(hooked, api):
    first, second = book(api).json, book(api).json
    assert [event["created_by"]["user"] for event in (first, second)] == [JOHN, JANE]
    assert first["created_by"] == {
        "user": JOHN,
        "email": "john.dow@example.com",
        "full_name": "John Dow",
        "picture_url": "https://domain.com/john.jpg",
    }
    assert first["vyteme"] is True
    assert [invitee["email"] for invitee in first["invitees"]] == ["guest@example.com"]
    assert [call.action for call in hooked.outbox] == ["event.created", "event.confirmed"] * 2
    before = len(hooked.state.events)
    answer = book(api)
    assert (answer.status_code, "taken" in answer.json["message"]) == (400, True)
    assert len(hooked.state.events) == before


def test_a_booking_that_is_still_to_be_confirmed_holds_its_time(api):
    planned = [book(api, confirmed={"flag": False}).json for _ in range(2)]
    assert [(event["created_by"]["user"], event["confirmed"]["flag"]) for event in planned] == [
        (JOHN, False),
        (JANE, False),
    ]
    query = f"/v2/slots?duration=60&team={SALES}&from=2027-03-01&to=2027-03-01&timezone=Europe/Paris"

    def offered():
        return "2027-03-01T10:00:00.000+01:00" in [
            slot["start"]["dateTime"] for slot in api("GET", query).json["slots"]
        ]

    assert (book(api).status_code, offered()) == (400, False)
    assert api("POST", f"/v2/events/{planned[1]['_id']}/confirm").status_code == 200
    api("POST", f"/v2/events/{planned[0]['_id']}/cancel")
    assert offered()
    assert book(api).json["created_by"]["user"] == JOHN


def test_who_is_named_as_creator_of_a_team_s_booking_does_not_matter(api):
    event = book(api, created_by={"email": "someone@example.com"}).json
    assert event["created_by"]["user"] == JOHN


@pytest.mark.parametrize(
    "dates",
    [
        [{"date": "2027-03-06T10:00:00Z", "end_date": "2027-03-06T11:00:00Z"}],
        [{"date": "2027-03-01T20:00:00Z", "end_date": "2027-03-01T21:00:00Z"}],
        [{"date": "2020-09-01T10:00:00Z", "end_date": "2020-09-01T11:00:00Z"}],
        [TEN, {"date": "2027-03-06T10:00:00Z", "end_date": "2027-03-06T11:00:00Z"}],
    ],
    ids=["a weekend", "at night", "in the past", "only one of two"],
)
def test_nobody_is_booked_outside_their_hours(api, dates):
    assert book(api, dates=dates).status_code == 400


def test_a_naive_time_is_local_to_the_event_or_else_to_the_member(api):
    naive = [{"date": "2027-03-01T16:30:00", "end_date": "2027-03-01T17:00:00"}]
    assert book(api, dates=naive).json["dates"][0]["date"] == "2027-03-01T15:30:00.000Z"
    assert book(api, dates=naive, timezone="Europe/London").status_code == 400


def test_a_whole_day_needs_a_day_without_meetings(api):
    day = [{"date": "2027-03-01", "end_date": "2027-03-02", "all_day": True}]
    creators = [book(api, dates=day).json["created_by"]["user"] for _ in range(2)]
    assert creators == [JOHN, JANE]
    assert book(api, dates=day).status_code == 400
    assert book(api).status_code == 400


def test_without_dates_the_first_member_is_asked_to_propose_some(api):
    event = book(api, dates=[], confirmed={"flag": False}).json
    assert (event["created_by"]["user"], event["dates"]) == (JOHN, [])


@pytest.mark.parametrize("body", [{"title": ""}, {"vyteme": False}, {"dates": "soon"}, {"invitees": [{}]}])
def test_a_booking_that_makes_no_sense_is_a_400(api, body):
    assert book(api, **body).status_code == 400


def test_a_team_without_members_cannot_be_booked(api):
    api("PUT", f"/v2/teams/{SALES}", json={"members": []})
    assert book(api).status_code == 400


def test_the_events_of_a_team_are_those_its_members_take_part_in(sandbox, api):
    booked = book(api).json
    invited = sandbox.create_event(title="Lunch", invitees=["jane.dow@example.com"])
    sandbox.create_event(title="Strangers")

    def titles(query=""):
        return [event["title"] for event in api("GET", f"/v2/teams/{SALES}/events{query}").json]

    assert titles() == ["Lunch", "Demo"]
    assert titles("?limit=1") == titles("?q=^lun") == ["Lunch"]
    assert titles("?filter=confirmed") == ["Demo"]
    assert api("GET", f"/v2/teams/{SALES}/events?filter=some").status_code == 400
    listed = api("GET", f"/v2/teams/{SALES}/events").json
    assert [event["_id"] for event in listed] == [invited["_id"], booked["_id"]]
    assert isinstance(listed[0]["key_store"], str)
