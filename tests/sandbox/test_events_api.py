from __future__ import annotations

import pytest

from django_vyte.sandbox.data import published

ID = "5f0d7eb02003d0971e2a961a"


def test_the_documented_body_is_answered_with_the_documented_times(api):
    event = api("POST", "/v2/events", json=published("requests/create-event")).json
    assert [(d["date"], d["end_date"]) for d in event["dates"]] == [
        ("2020-07-16T07:00:00.000Z", "2020-07-16T08:00:00.000Z"),
        ("2020-07-16T13:00:00.000Z", "2020-07-16T13:00:00.000Z"),
    ]
    printed = published("events/first-created-event.created")
    assert event["created_by"] == printed["created_by"]
    assert set(event) == {*printed, "org", "first_start_date", "last_end_date"}
    assert [(i["email"], i["su"]) for i in event["invitees"]] == [("creator@example.com", True)]
    assert [len(choice["votes"]["yes"]) for choice in [*event["dates"], *event["places"]]] == [1, 1, 1]


def test_a_naive_time_is_local_to_the_timezone_of_the_event(api):
    body = {
        "title": "T",
        "created_by": {"email": "a@b.c"},
        "timezone": "America/New_York",
        "dates": [{"date": "2027-01-04T09:00:00", "end_date": "2027-01-04T10:00:00"}],
    }
    assert api("POST", "/v2/events", json=body).json["dates"][0]["date"] == "2027-01-04T14:00:00.000Z"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "T"},
        {"title": "", "created_by": {"email": "a@b.c"}},
        {"title": "T", "created_by": {}},
        {"title": "T", "created_by": {"email": "nobody"}},
        {"title": "T", "created_by": {"user": "unknown"}},
        {"title": "T", "created_by": {"email": "a@b.c"}, "dates": [{"date": "2027-01-01T10:00:00Z"}]},
        {"title": "T", "created_by": {"email": "a@b.c"}, "dates": [{"date": "soon", "end_date": "later"}]},
        {"title": "T", "created_by": {"email": "a@b.c"}, "dates": "tomorrow"},
        {"title": "T", "created_by": {"email": "a@b.c"}, "places": [{"address": "here"}]},
        {"title": "T", "created_by": {"email": "a@b.c"}, "invitees": [{"full_name": "X"}]},
        {"title": "T", "created_by": {"email": "a@b.c"}, "messages": [{}]},
        {"title": "T", "created_by": {"email": "a@b.c"}, "confirmed": {"flag": True}},
        {"title": "T", "created_by": {"email": "a@b.c"}, "timezone": "Mars/Base", "dates": [
            {"date": "2027-01-01T10:00:00", "end_date": "2027-01-01T11:00:00"}]},
        {"title": "T", "created_by": {"email": "a@b.c"}, "third_party": "app"},
        {"title": 3, "created_by": {"email": "a@b.c"}},
        [],
        "title",
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_a_400_and_makes_nothing(sandbox, api, body):
    before = len(sandbox.state.events)
    answer = api("POST", "/v2/events", json=body)
    assert (answer.status_code, list(answer.json)) == (400, ["message"])
    assert len(sandbox.state.events) == before


def test_a_body_that_is_not_json_is_a_400(api):
    assert api("POST", "/v2/events", data=b"{").status_code == 400
    assert api("POST", "/v2/events", data=b"[" * 100_000).status_code == 400


def test_key_store_is_a_string_in_lists_and_an_object_when_retrieved(api):
    for event in api("GET", "/v2/events").json:
        if "key_store" in event:
            assert isinstance(event["key_store"], str)
            detail = api("GET", f"/v2/events/{event['_id']}").json["key_store"]
            assert detail["_id"] == event["key_store"]
            assert detail["hash"]


def test_an_unknown_event_is_a_404_and_a_foreign_one_a_403(sandbox, api):
    _, key = sandbox.add_organization("Others")
    assert api("GET", "/v2/events/nope").status_code == 404
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/confirm"),
        ("POST", "/cancel"),
        ("POST", "/invitees"),
    ):
        answer = api(method, f"/v2/events/{ID}{path}", headers={"Authorization": key})
        assert answer.status_code == 403
    assert api("GET", "/v2/events", headers={"Authorization": key}).json == []


def test_an_update_changes_the_title_and_says_so_strictly_later(api, meeting):
    first = api("PUT", f"/v2/events/{meeting['_id']}", json={"title": "Renamed"}).json
    second = api("PUT", f"/v2/events/{meeting['_id']}", json={"title": "Again"}).json
    assert (first["title"], second["title"]) == ("Renamed", "Again")
    assert meeting["updatedAt"] < first["updatedAt"] < second["updatedAt"]


def test_dates_sent_with_their_id_keep_their_votes(sandbox, api, meeting):
    kept = meeting["dates"][1]
    sandbox.vote(meeting["_id"], "guest@example.com", date_id=kept["_id"])
    moved = {"_id": kept["_id"], "date": "2027-03-03T10:00:00Z", "end_date": "2027-03-03T11:00:00Z"}
    new = {"date": "2027-03-04T10:00:00Z", "end_date": "2027-03-04T11:00:00Z"}
    dates = api("PUT", f"/v2/events/{meeting['_id']}", json={"dates": [moved, new]}).json["dates"]
    assert [(date["_id"] == kept["_id"], len(date["votes"]["yes"])) for date in dates] == [
        (True, 2),
        (False, 1),
    ]
    assert dates[0]["date"] == "2027-03-03T10:00:00.000Z"


def test_a_confirmed_event_whose_date_is_replaced_is_confirmed_for_the_new_one(api, meeting):
    api("POST", f"/v2/events/{meeting['_id']}/confirm?d={meeting['dates'][0]['_id']}")
    new = {"date": "2027-03-04T10:00:00Z", "end_date": "2027-03-04T11:00:00Z"}
    event = api("PUT", f"/v2/events/{meeting['_id']}", json={"dates": [new]}).json
    assert event["confirmed"]["date_id"] == event["dates"][0]["_id"]
    assert event["confirmed"]["place_id"] == meeting["places"][0]["_id"]


def test_confirming_decides_what_the_query_names(api, meeting):
    date, place = meeting["dates"][1]["_id"], meeting["places"][1]["_id"]
    confirmed = api("POST", f"/v2/events/{meeting['_id']}/confirm?d={date}&p={place}").json["confirmed"]
    assert (confirmed["flag"], confirmed["date_id"], confirmed["place_id"]) == (True, date, place)


def test_confirming_without_ids_takes_the_most_voted_and_then_the_closest_date(sandbox, api, meeting):
    confirm = f"/v2/events/{meeting['_id']}/confirm"
    assert api("POST", confirm).json["confirmed"]["date_id"] == meeting["dates"][0]["_id"]
    sandbox.vote(meeting["_id"], "guest@example.com", date_id=meeting["dates"][1]["_id"])
    sandbox.vote(meeting["_id"], "guest@example.com", place_id=meeting["places"][1]["_id"])
    confirmed = api("POST", confirm).json["confirmed"]
    assert confirmed["date_id"] == meeting["dates"][1]["_id"]
    assert confirmed["place_id"] == meeting["places"][1]["_id"]


@pytest.mark.parametrize("query", ["d=nope", "p=nope"])
def test_confirming_something_that_is_not_in_the_event_is_a_400(api, meeting, query):
    assert api("POST", f"/v2/events/{meeting['_id']}/confirm?{query}").status_code == 400


def test_an_event_with_nothing_to_decide_cannot_be_confirmed(sandbox, api):
    event = sandbox.create_event(title="Someday")
    assert api("POST", f"/v2/events/{event['_id']}/confirm").status_code == 400


def test_cancelling_answers_text_and_leaves_the_confirmed_flag(sandbox, api):
    answer = api("POST", f"/v2/events/{ID}/cancel")
    assert (answer.text, answer.mimetype) == ("OK", "text/plain")
    event = api("GET", f"/v2/events/{ID}").json
    assert event["confirmed"]["flag"] is True
    assert event["cancelled"] == event["updatedAt"] == event["confirmed"]["updated_at"]
    assert api("POST", f"/v2/events/{ID}/cancel").text == "OK"
    assert api("GET", f"/v2/events/{ID}").json == event


def test_confirming_a_cancelled_event_takes_the_cancellation_back(sandbox, api, meeting):
    sandbox.cancel(meeting["_id"])
    event = api("POST", f"/v2/events/{meeting['_id']}/confirm").json
    assert "cancelled" not in event


def test_invitees_are_added_once_and_all_are_answered(api, meeting):
    path = f"/v2/events/{meeting['_id']}/invitees"
    body = [*published("requests/add-invitees"), {"email": "GUEST@example.com"}]
    emails = [invitee["email"] for invitee in api("POST", path, json=body).json]
    assert emails == [
        "emma@acme.com",
        "guest@example.com",
        "newinviteetoadd@gmail.com",
        "anotherinviteetoadd@mail.com",
    ]
    assert api("GET", f"/v2/events/{meeting['_id']}").json["invitees_length"] == 4
    assert api("POST", path, json={"email": "x@y.z"}).status_code == 400


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_invitee_is_deleted_by_its_own_id_and_not_by_the_user_s(api, meeting, method):
    organiser, guest = meeting["invitees"]
    path = f"/v2/events/{meeting['_id']}/invitees"
    assert api(method, f"{path}/{organiser['user']}").status_code == 404
    assert api(method, f"{path}/{guest['_id']}").text == "OK"
    assert [i["_id"] for i in api("GET", f"/v2/events/{meeting['_id']}").json["invitees"]] == [
        organiser["_id"]
    ]


def test_an_invitee_who_has_an_account_is_bound_to_it(sandbox, meeting):
    sandbox.invite(meeting["_id"], "jean.dupont@example.com", "stranger@example.com")
    users = {i["email"]: i.get("user") for i in sandbox.state.events[meeting["_id"]]["invitees"]}
    assert users["jean.dupont@example.com"] == "5f11747afb208c814fd24bb7"
    assert users["stranger@example.com"] is None


def test_a_v1_booking_is_confirmed_without_saying_which_date(api):
    body = {**published("requests/book-appointment"), "third_party": {}}
    event = api("POST", "/events", json=body).json
    assert event["confirmed"]["flag"] is True
    assert "date_id" not in event["confirmed"]
    assert event["vyteme"] is True
    assert [i["email"] for i in event["invitees"]] == ["jean.dupont@domain.com"]


def test_a_v1_booking_needs_a_key_or_a_creator_token(sandbox, browser):
    from django_vyte.sandbox.world.signing import creator_token

    body = published("requests/book-appointment")
    assert browser.post("/events", json=body).status_code == 401
    app = sandbox.state.apps["5f476269f795d9f0df561256"]
    body["third_party"] = {"app": app["_id"], "ct": "wrong"}
    refused = browser.post("/events", json=body)
    assert (refused.status_code, refused.json) == (403, {})
    body["third_party"]["ct"] = creator_token(app["secret"], body["created_by"]["email"])
    assert browser.post("/events", json=body).json["third_party"]["name"] == "acme"


def test_a_deleted_event_is_gone(sandbox, api, meeting):
    sandbox.delete_event(meeting["_id"])
    assert api("GET", f"/v2/events/{meeting['_id']}").status_code == 404


def test_voting_replaces_an_earlier_vote_and_needs_a_participant(sandbox, meeting):
    date = meeting["dates"][0]["_id"]
    sandbox.vote(meeting["_id"], "guest@example.com", date_id=date)
    sandbox.vote(meeting["_id"], "guest@example.com", date_id=date, yes=False)
    votes = sandbox.state.events[meeting["_id"]]["dates"][0]["votes"]
    assert (len(votes["yes"]), len(votes["no"])) == (1, 1)
    everything = sandbox.vote(meeting["_id"], "guest@example.com")
    assert [len(c["votes"]["yes"]) for c in [*everything["dates"], *everything["places"]]] == [2, 2, 2, 2]
    with pytest.raises(Exception, match="does not take part"):
        sandbox.vote(meeting["_id"], "stranger@example.com")


HOUR = {"date": "2027-03-01T10:00:00Z", "end_date": "2027-03-01T11:00:00Z"}
BOOKING = {
    "title": "T",
    "created_by": {"email": "emma@acme.com"},
    "vyteme": True,
    "confirmed": {"flag": True},
}


def test_what_public_clients_send_is_taken(api):
    body = {
        "title": "Appointment",
        "created_by": {"email": "emma@acme.com"},
        "dates": {"date": "2027-03-01T10:00:00+05:30", "end_date": "2027-03-01T10:00:00+04:30"},
        "places": [{"name": "Google Meet", "source": "Google Meet"}, {"name": "Office", "source": "ours"}],
        "invitees": [{"email": "ada@example.com"}, {"email": "ADA@example.com"}, {"email": "emma@acme.com"}],
        "messages": {"body": "Please be on time."},
        "room": {"floor": 3},
        "_id": "mine",
        "key_store": "mine",
        "createdAt": "mine",
    }
    event = api("POST", "/v2/events", json=body).json
    assert [event["dates"][0][name] for name in ("date", "end_date")] == [
        "2027-03-01T04:30:00.000Z",
        "2027-03-01T05:30:00.000Z",
    ]
    assert [message["body"] for message in event["messages"]] == ["Please be on time."]
    assert [invitee["email"] for invitee in event["invitees"]] == ["emma@acme.com", "ada@example.com"]
    assert event["invitees_length"] == 2
    assert [place["source"] for place in event["places"]] == ["Google Meet", "ours"]
    assert event["places"][0]["address"].startswith("https://")
    assert "address" not in event["places"][1]
    assert event["room"] == {"floor": 3}
    assert "mine" not in (event["_id"], event["key_store"], event["createdAt"])
    assert api("GET", f"/v2/events/{event['_id']}").json["room"] == {"floor": 3}


def test_a_form_as_the_body_of_a_confirmation_is_passed_over(api, meeting):
    place = meeting["places"][1]["_id"]
    event = api("POST", f"/v2/events/{meeting['_id']}/confirm", data={"p": place}).json
    assert event["confirmed"]["place_id"] == meeting["places"][0]["_id"]


def test_an_event_says_whose_it_is_and_when_its_dates_begin_and_end(api, sandbox, meeting):
    extent = ("org", "first_start_date", "last_end_date")
    assert [meeting[name] for name in extent] == [
        sandbox.team_id,
        "2027-03-01T10:00:00.000Z",
        "2027-03-02T11:00:00.000Z",
    ]
    moved = api("PUT", f"/v2/events/{meeting['_id']}", json={"dates": [HOUR]}).json
    assert moved["last_end_date"] == "2027-03-01T11:00:00.000Z"
    assert api("PUT", f"/v2/events/{meeting['_id']}", json={"dates": []}).json["first_start_date"] is None


@pytest.mark.parametrize("path", ["/v2/events", "/events"])
def test_a_booking_takes_its_time_and_the_next_one_is_refused(sandbox, api, path):
    assert api("POST", path, json={**BOOKING, "dates": [HOUR]}).status_code == 200
    before = len(sandbox.state.events)
    again = api("POST", path, json={**BOOKING, "dates": [HOUR]})
    assert (again.status_code, "taken" in again.text) == (400, path == "/v2/events")
    later = {"date": "2027-03-01T11:00:00Z", "end_date": "2027-03-01T12:00:00Z"}
    assert api("POST", path, json={**BOOKING, "dates": [later]}).status_code == 200
    assert len(sandbox.state.events) == before + 1


@pytest.mark.parametrize("less", [{"vyteme": False}, {"confirmed": {"flag": False}}])
def test_a_meeting_that_is_no_booking_or_not_confirmed_may_be_at_the_same_time(api, less):
    assert api("POST", "/v2/events", json={**BOOKING, "dates": [HOUR]}).status_code == 200
    assert api("POST", "/v2/events", json={**BOOKING, "dates": [HOUR], **less}).status_code == 200


def test_a_user_of_another_organization_creates_nothing(sandbox, api):
    _, key = sandbox.add_organization("Others")
    body = {"title": "T", "created_by": {"user": "5f11747afb208c814fd24bb7"}}
    assert api("POST", "/v2/events", json=body).status_code == 200
    assert api("POST", "/v2/events", json=body, headers={"Authorization": key}).status_code == 403


def test_the_printed_admin_can_create_though_little_is_printed_about_him(api):
    body = {"title": "T", "created_by": {"user": "5f4e16c301326e82fa691552"}}
    assert api("POST", "/v2/events", json=body).json["created_by"]["full_name"] == "John Doe"


# Another organizer


@pytest.fixture
def colleague(sandbox):
    """A user of the organization who does not take part in the meeting."""
    return sandbox.join(email="colleague@acme.com", full_name="Colleague")


def people(sandbox, meeting):
    event = sandbox.state.events[meeting["_id"]]
    return [(invitee["email"], bool(invitee.get("su"))) for invitee in event["invitees"]]


@pytest.mark.parametrize("keep", [True, False])
def test_another_user_becomes_the_organizer(keep, sandbox, api, meeting, colleague):
    body = {"user": colleague["_id"], "keep_as_invitee": keep}
    assert api("POST", f"/v2/events/{meeting['_id']}/admin", json=body).text == "OK"
    event = api("GET", f"/v2/events/{meeting['_id']}").json
    assert event["created_by"]["user"] == colleague["_id"]
    former = [("emma@acme.com", False)] if keep else []
    assert people(sandbox, meeting) == [("colleague@acme.com", True), *former, ("guest@example.com", False)]


def test_a_guest_who_becomes_the_organizer_is_invited_once(sandbox, api, meeting):
    guest = sandbox.join(email="guest@example.com")
    sandbox.state.events[meeting["_id"]]["invitees"][1]["user"] = guest["_id"]
    api("POST", f"/v2/events/{meeting['_id']}/admin", json={"user": guest["_id"]})
    assert people(sandbox, meeting) == [("guest@example.com", True)]
    before = sandbox.state.events[meeting["_id"]]["updatedAt"]
    api("POST", f"/v2/events/{meeting['_id']}/admin", json={"user": guest["_id"]})
    assert sandbox.state.events[meeting["_id"]]["updatedAt"] == before


@pytest.mark.parametrize("body", [{}, {"user": "unknown"}, {"user": 7}, []])
def test_nobody_becomes_no_organizer(body, api, meeting):
    assert api("POST", f"/v2/events/{meeting['_id']}/admin", json=body).status_code == 400


def test_a_user_of_another_organization_becomes_no_organizer(sandbox, api, meeting):
    stranger = sandbox.join(email="x@other.example")["_id"]
    sandbox.state.users[stranger]["account"]["organization"]["id"] = sandbox.add_organization("Other")[0]
    assert api("POST", f"/v2/events/{meeting['_id']}/admin", json={"user": stranger}).status_code == 403


def test_webhooks_are_called_about_another_organizer_of_a_confirmed_meeting(sandbox, api, meeting, colleague):
    address = {"action": "event.updated", "target_url": "https://crm.example.com/1"}
    api("POST", "/hooks", json=address)
    api("POST", f"/v2/events/{meeting['_id']}/admin", json={"user": colleague["_id"]})
    assert sandbox.outbox == []
    sandbox.confirm(meeting["_id"])
    api("POST", f"/v2/events/{meeting['_id']}/admin", json={"user": meeting["created_by"]["user"]})
    assert [call.action for call in sandbox.outbox] == ["event.updated"]
