from __future__ import annotations

import json
import re

import pytest
from werkzeug.test import Client

from django_vyte.sandbox import Sandbox, UnusableFile

SEED = {
    "organization": {"name": "Ward 7"},
    "users": [
        {"email": "ada@ward.example", "first_name": "Ada", "last_name": "King", "timezone": "Europe/London"},
        {"_id": "u2", "emails": ["bob@ward.example"], "full_name": "Bob"},
    ],
    "teams": [{"name": "Doctors", "members": ["ada@ward.example", "u2"], "admins": ["u2"]}],
    "availabilities": [{"user": "u2", "buffer_after": 10}],
    "third_parties": [{"_id": "a1", "name": "ward", "secret": "s3cret"}],
    "booking_pages": [
        {"nickname": "ada", "belongs_to": "ada@ward.example", "types": [{"name": "Check-up", "handle": "check"}]}
    ],
    "locators": [{"handle": "wards", "locations": [{"name": "North", "extid": "n", "address": "1 High St"}]}],
    "events": [
        {"title": "Round", "created_by": {"user": "u2"}, "confirmed": {"flag": True},
         "dates": [{"date": "2099-01-05T09:00:00Z", "end_date": "2099-01-05T10:00:00Z"}]},
        {"_id": "e2", "title": "As it is", "confirmed": {"flag": False}},
    ],
}  # fmt: skip


@pytest.fixture
def seed(tmp_path):
    def write(content):
        path = tmp_path / "seed.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_a_seed_brings_people_pages_and_meetings(seed):
    sandbox = Sandbox(seed=seed(SEED))
    state, browser = sandbox.state, Client(sandbox.app)
    headers = {"Authorization": sandbox.api_key}
    ada = state.users[state.emails["ada@ward.example"]]
    assert (ada["full_name"], ada["account"]["organization"]["name"]) == ("Ada King", "Ward 7")
    assert browser.get("/v2/auth/test", headers=headers).json["name"] == "Ward 7"
    (team,) = [team for team in state.teams.values() if team["name"] == "Doctors"]
    assert team["members"] == [ada["_id"], "u2"]
    assert state.availabilities["u2"]["buffer_after"] == 10
    types = browser.get("/v2/vytemes/ada/types", headers=headers).json
    assert [each["handle"] for each in types] == ["check"]
    locations = browser.get("/v2/locators/wards/locations", headers=headers).json
    assert [each["name"] for each in locations] == ["North"]
    (round_,) = [event for event in state.events.values() if event.get("title") == "Round"]
    assert round_["confirmed"]["date_id"] == round_["dates"][0]["_id"]
    assert browser.get("/v2/events/e2", headers=headers).json["title"] == "As it is"
    assert state.apps["a1"]["secret"] == "s3cret"
    assert sandbox.outbox == []


def test_ids_that_are_not_given_are_the_same_every_time(seed):
    path = seed({"users": SEED["users"], "teams": SEED["teams"]})
    assert Sandbox(seed=path).state.teams.keys() == Sandbox(seed=path).state.teams.keys()
    assert Sandbox(seed=path).state.users.keys() == Sandbox(seed=path).state.users.keys()


def test_a_seed_is_for_the_first_start_only(seed, tmp_path):
    kept, path = tmp_path / "state.json", seed(SEED)
    first = Sandbox(state_file=kept, seed=path)
    assert len(Sandbox(state_file=kept, seed=path).state.events) == len(first.state.events)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ([], "must be an object with lists of: users, organization"),
        ({"people": []}, "there is no people; it may have: users, organization"),
        ({"users": {}}, "users must be a list"),
        ({"users": [SEED["users"][0], "Bob"]}, "users[1]: must be an object"),
        ({"users": [{"full_name": "Bob"}]}, "users[0]: email is required"),
        ({"organization": {}}, "organization[0]: name is required"),
        ({"teams": [{"name": "T", "members": ["nobody@x.y"]}]}, "teams[0]: there is no user nobody@x.y"),
        ({"booking_pages": [{"nickname": "x"}]}, "booking_pages[0]: belongs_to is required"),
        ({"booking_pages": [{"belongs_to": "x"}]}, "booking_pages[0]: nickname is required"),
        ({"availabilities": [{"user": "u9"}]}, "availabilities[0]: there is no user u9"),
        ({"locators": [{"handle": "a", "locations": [{"name": "b"}]}]}, "locators[0]: extid is required"),
        ({"locators": [{"handle": "a", "locations": ["b"]}]}, "locators[0]: locations must be an array of"),
        ({"locators": [{"handle": "a/b"}]}, "locators[0]: handle must be letters"),
        ({"users": [{"email": "a@b.c", "timezone": "No"}]}, "users[0]: user.timezone: no such timezone: No"),
        ({"users": [{"email": "a@b.c", "_id": 5}]}, "users[0]: _id must be a string"),
        ({"users": [{"emails": [5, "@"]}]}, "users[0]: email is required"),
        ({"teams": [{"name": "T", "_id": 5}]}, "teams[0]: _id must be a string"),
        (
            {"teams": [{"name": "T", "members": 5}]},
            "teams[0]: cannot be read: one of its members is of a kind",
        ),
        ({"third_parties": [{"name": "x", "secret": 5}]}, "third_parties[0]: secret must be a string"),
        ({"organization": {"name": "x", "members": ["zz"]}}, "organization[0]: there is no user zz"),
        ({"organization": {"name": "x", "admins": 5}}, "organization[0]: admins must be an array"),
        *(
            ({"booking_pages": [{"nickname": nickname, "belongs_to": "x"}]}, "nickname must be letters")
            for nickname in ("v2", "event", "a/b", "slots", "15")
        ),
        ({"events": [{"_id": "e", "dates": "x"}]}, "events[0]: dates must be an array"),
        (
            {"events": [{"_id": "e", "dates": [{"date": "x"}]}]},
            "events[0]: dates: date and end_date must be like",
        ),
        ({"events": [{"_id": "e", "created_by": "x"}]}, "events[0]: created_by must be an object"),
        ({"events": [{"_id": "e", "invitees": [5]}]}, "events[0]: invitees must be an array of objects"),
        ({"events": [{"_id": "e", "timezone": "No"}]}, "events[0]: timezone: no such timezone: No"),
        ({"events": [{"_id": "e", "updatedAt": 5}]}, "events[0]: updatedAt must be a string"),
        ({"events": [{"_id": "e", "updatedAt": "soon"}]}, "events[0]: updatedAt must be like"),
        ({"third_parties": [{}]}, "third_parties[0]: name is required"),
        ({"events": [{"title": "T"}]}, "events[0]: created_by.email or created_by.user is required"),
        ({"events": [{"created_by": {"email": "a@b.c"}}]}, "events[0]: title is required"),
    ],
)
def test_a_wrong_seed_says_which_entry_and_why(seed, content, said):
    with pytest.raises(UnusableFile, match=f"seed.json:? .*{re.escape(said)}|{re.escape(said)}") as raised:
        Sandbox(seed=seed(content))
    assert str(raised.value).startswith(str(seed(content)))


def test_the_organization_may_name_its_admins_among_the_users_of_the_seed(seed):
    people = {"users": SEED["users"], "organization": {"name": "Ward 7", "admins": ["u2"]}}
    state = Sandbox(seed=seed(people)).state
    organization = state.organizations[state.team_id]
    assert (organization["admins"], organization["members"].count("u2")) == (["u2"], 1)
    membership = state.users["u2"]["account"]["organization"]
    assert membership == {"id": state.team_id, "name": "Ward 7", "admin": True}


def test_a_seed_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UnusableFile, match=r"none\.json cannot be read: No such file or directory"):
        Sandbox(seed=tmp_path / "none.json")
