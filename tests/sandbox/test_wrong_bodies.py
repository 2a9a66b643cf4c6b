"""Bodies of the wrong kind: every operation refuses them, and none fails on them."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

OPERATIONS = [
    (operation["method"], operation["path"].partition("?")[0])
    for operation in json.loads((Path(__file__).parents[1] / "data/operations.json").read_text())
    if operation["method"] != "GET"
]
WRONG = (
    5,
    "x",
    True,
    [],
    ["x"],
    [[]],
    [{"_id": {}}],
    {},
    {"_id": []},
    {"user": {}},
    {"app": []},
    {"email": 5},
)
NAMES = (
    *("_id", "title", "timezone", "third_party", "created_by", "dates", "places", "invitees", "messages"),
    *("confirmed", "user", "users", "organization", "availability", "calendars", "vyteme", "custom"),
    *("members", "admins", "nickname", "handle", "location", "updatedAt", "createdAt", "action"),
)
INSIDE = {
    "dates": ("_id", "date", "end_date", "votes"),
    "calendars": ("_id", "primary", "subcalendars"),
    "created_by": ("user", "email", "full_name"),
    "third_party": ("app", "ct", "group_ids"),
    "user": ("_id", "updatedAt", "createdAt", "emails", "account", "timezone"),
}
DATE = {"date": "2031-01-07T10:00:00Z", "end_date": "2031-01-07T11:00:00Z"}


def some_ids(state):
    """One of each thing that a path names."""
    event = next(event for event in state.events.values() if event.get("invitees"))
    kind = next(iter(state.appointment_types.values()))
    page = next(page for page in state.pages.values() if page["_id"] == kind["vyteme"])
    own = next(user for user in state.users if state.owner_of(user) == state.team_id)
    return {
        "user_id": own,
        "event_id": event["_id"],
        "invitee_id": event["invitees"][0]["_id"],
        "nickname": page["nickname"],
        "handle": kind["handle"],
        "team_id": next(iter(state.teams)),
        "locator_id": next(iter(state.locators)),
        "location_id": next(iter(state.locations)),
    }


def bodies(user_id, email):
    """A body that most operations take, with one member, or one inside of a member, that is wrong."""
    right = {
        "title": "T",
        "name": "N",
        "extid": "1",
        "created_by": {"email": email},
        "user": {"_id": user_id},
        "dates": [DATE],
        "handle": "h",
        "nickname": "n",
    }
    for name, wrong in itertools.product(NAMES, WRONG):
        yield {**right, name: wrong}
    for name, inner, wrong in ((n, i, w) for n, inside in INSIDE.items() for i in inside for w in WRONG):
        thing = {**(DATE if name == "dates" else {}), inner: wrong}
        yield {**right, name: [thing] if name in ("dates", "calendars") else thing}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_body_makes_an_operation_fail(sandbox, api, method, path):
    ids = some_ids(sandbox.state)
    email = sandbox.state.users[ids["user_id"]]["emails"][0]
    path = re.sub(r":(\w+)", lambda name: ids.get(name[1], "x"), path)
    for wrong in (*WRONG, *itertools.islice(bodies(ids["user_id"], email), number_of(method), None, 3)):
        listed = [wrong] if path.endswith(("/invitees", "/batch")) else wrong
        answer = api(method, path, json=listed)
        assert answer.status_code < 500, wrong


def number_of(method):
    """Where to begin in the bodies: every third is sent, and others by other methods."""
    return ("POST", "PUT", "DELETE").index(method)


@pytest.mark.parametrize("instant", ["nope", "9999-12-31T23:59:59.998Z", "2099-01-01T00:00:00.000Z", 5, [{}]])
def test_what_vyte_writes_itself_is_not_taken_from_a_body(sandbox, api, instant):
    own = some_ids(sandbox.state)["user_id"]
    about = {"updatedAt": instant, "createdAt": instant, "__v": instant, "first_name": "Ada"}
    user = api("PUT", f"/v2/users/{own}", json={"user": about}).json["user"]
    assert (user["first_name"], instant in user.values()) == ("Ada", False)
    again = api("PUT", f"/v2/users/{own}", json={"user": {"first_name": "Bob"}}).json["user"]
    assert user["updatedAt"] < again["updatedAt"] < "2090"


@pytest.mark.parametrize("loaded", ["nope", "9999-12-31T23:59:59.999Z", 5])
def test_a_time_that_was_loaded_does_not_set_the_clock(sandbox, loaded):
    before = sandbox.state.clock.now()
    sandbox.state.touch({"updatedAt": loaded})
    ahead = {"updatedAt": "2099-01-01T00:00:00.000Z"}
    assert sandbox.state.touch(ahead) == "2099-01-01T00:00:00.001Z"
    assert before < sandbox.state.clock.now() < "2090"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"third_party": "x"}, "third_party must be an object"),
        ({"third_party": {"app": []}}, "third_party.app must be a string"),
        ({"created_by": {"user": {}}}, "created_by.user must be a string"),
        ({"timezone": "Nope/Zone"}, "timezone: no such timezone: Nope/Zone"),
        ({"dates": [{**DATE, "_id": {}}]}, "dates._id must be a string"),
        (
            {"dates": [{**DATE, "date": "2031-01-08T10:00:00Z"}]},
            "dates.end_date must not be before dates.date",
        ),
        ({"dates": [{**DATE, "date": "2031-99-08T10:00:00.000Z"}]}, "dates: date and end_date must be like"),
        ({"dates": [{**DATE, "date": "9999-12-31T23:59:00-02:00"}]}, "dates: date and end_date must be like"),
        ({"dates": [{**DATE, "end_date": "9999-12-31T23:00:00.000Z"}]}, "dates must be between 0002-01-01"),
    ],
)
def test_an_event_of_the_wrong_kind_is_a_400_that_says_why(sandbox, api, wrong, said):
    body = {"title": "T", "created_by": {"email": "ada@example.com"}, **wrong}
    event_id = some_ids(sandbox.state)["event_id"]
    for method, path in (("POST", "/v2/events"), ("PUT", f"/v2/events/{event_id}")):
        answer = api(method, path, json=body)
        assert (answer.status_code, answer.json["message"][: len(said)]) == (400, said)
    assert api("POST", "/events", json=body).status_code == 400
    calendars = api(
        "PUT", f"/v2/users/{some_ids(sandbox.state)['user_id']}/calendars", json={"calendars": [{"_id": []}]}
    )
    assert (calendars.status_code, calendars.json["message"]) == (400, "calendars._id must be a string")


def test_a_date_that_is_sent_again_keeps_its_votes_and_its_creator(api, meeting):
    date = {**meeting["dates"][0], "votes": 5, "created_by": "x", "createdAt": 5}
    kept = api("PUT", f"/v2/events/{meeting['_id']}", json={"dates": [date]}).json["dates"][0]
    first = meeting["dates"][0]
    assert {**kept, "updatedAt": 0} == {**first, "updatedAt": 0}
