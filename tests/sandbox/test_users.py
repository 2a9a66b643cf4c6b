from __future__ import annotations

import pytest

from django_vyte.sandbox.data import published

TEAM = "5f198da1c1ac5d1a30fc00f3"
JEAN, JOHN = "5f11747afb208c814fd24bb7", "5f2d28fb1e0662e70071d46b"
SALES, SELLER = "5ef9e5489b10b33ad0898ca3", "5f1077cf21f43b0b99660619"
ADA = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "timezone": "Europe/London"}


@pytest.fixture
def create(api):
    """Asks for a user with those facts, and more in the body around them."""

    def create(user, **more):
        return api("POST", "/v2/users", json={"organization": TEAM, "user": user, **more})

    return create


def with_extid(extid):
    return {"account": {"organization": {"extid": extid}}}


def test_the_members_of_the_organization_are_listed_as_printed(api):
    users = {user["_id"]: user for user in api("GET", "/v2/users").json}
    assert {JEAN, JOHN, SELLER} <= set(users)
    assert users[JOHN] == api("GET", f"/v2/users/{JOHN}").json
    printed = next(user for user in published("users") if user["_id"] == JEAN)
    assert {**users[JEAN], "account": None} == {**printed, "account": None}
    assert users[JEAN]["account"]["organization"] == {"id": TEAM, "name": "ACME", "admin": True}
    assert [user["_id"] for user in api("GET", "/users/organizations").json["members"]] == list(users)


def test_a_user_is_created_and_joins_without_a_webhook(hooked, api, create):
    login = {"credentials": {"username": "ada", "password": "youllneverguessit"}}
    user = create({**ADA, **with_extid("7"), "shoe_size": 38}, login=login).json["user"]
    assert (user["full_name"], user["emails"], user["signedup_with"]) == (
        "Ada Lovelace",
        ["ada@example.com"],
        "api",
    )
    assert user["account"]["organization"] == {"id": TEAM, "name": "ACME", "admin": False, "extid": "7"}
    assert user["shoe_size"] == 38
    assert api("GET", f"/v2/users/{user['_id']}").json == user
    assert user["_id"] in api("GET", "/v2/auth/test").json["members"]
    assert hooked.outbox == []
    assert "youllneverguessit" not in str(vars(hooked.state))


@pytest.mark.parametrize("name", ["_id", "id", "extid", "email"])
def test_creating_again_by_id_extid_or_email_changes_the_same_user(api, create, name):
    user = create({**ADA, **with_extid("7")}).json["user"]
    named = {
        "_id": {"_id": user["_id"]},
        "id": {"id": user["_id"]},
        "extid": with_extid("7"),
        "email": {"emails": ["ADA@example.com"]},
    }
    before = len(api("GET", "/v2/users").json)
    again = create({**named[name], "last_name": "King"}).json["user"]
    assert (again["_id"], again["full_name"]) == (user["_id"], "Ada King")
    assert again["account"] == user["account"]
    assert again["updatedAt"] > user["updatedAt"]
    assert len(api("GET", "/v2/users").json) == before


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "organization"),
        ({"organization": TEAM}, "user"),
        ({"organization": TEAM, "user": {"first_name": "Ada"}}, "emails"),
        ({"organization": TEAM, "user": {"email": "ada"}}, "emails"),
        ({"organization": TEAM, "user": {"emails": ["a@b.c", "d@e.f"]}}, "emails"),
        ({"organization": TEAM, "user": {"emails": 3}}, "emails"),
        ({"organization": TEAM, "user": {**ADA, "timezone": "Mars/Base"}}, "timezone"),
        ({"organization": TEAM, "user": {**ADA, "first_name": 3}}, "first_name"),
        ({"organization": TEAM, "user": {**ADA, "account": "pro"}}, "account"),
        ({"organization": TEAM, "user": "ada"}, "user"),
        ({"organization": TEAM, "user": ADA, "availability": {"days": {"noday": {}}}}, "noday"),
        ({"organization": TEAM, "user": ADA, "vyteme": {"message": "Hi"}}, "nickname"),
        ({"organization": TEAM, "user": ADA, "vyteme": {"nickname": "emma"}}, "nickname"),
        ({"organization": TEAM, "user": ADA, "vyteme": "ada"}, "vyteme"),
        ({"organization": TEAM, "user": ADA, "calendars": [{"source": "paper"}]}, "calendars"),
        ({"organization": TEAM, "user": ADA, "calendars": "paper"}, "calendars"),
        ({"organization": TEAM, "user": ADA, "finish_signup_with": "email", "login": {"a": 1}}, "login"),
        ({"organization": TEAM, "user": {**ADA, "_id": JEAN, "email": "john.doe@example.com"}}, "emails"),
        ({"organization": TEAM, "user": {"_id": JEAN, **with_extid("userIdInThirdPartyAppDatabase")}}, "extid"),
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_a_400_that_names_it_and_changes_nothing(sandbox, api, body, named):
    before = api("GET", "/v2/users").json
    emails = dict(sandbox.state.emails)
    answer = api("POST", "/v2/users", json=body)
    assert (answer.status_code, named in answer.json["message"]) == (400, True), answer.json
    assert api("GET", "/v2/users").json == before
    assert sandbox.state.emails == emails


def test_availability_booking_page_and_calendars_are_set_up_at_once(api, create):
    credentials = {"server": "mail.example.com", "username": "ada", "password": "hush-hush"}
    user = create(
        ADA,
        availability={"timezone": "Asia/Tokyo"},
        vyteme={"nickname": "ada", "message": "Hi"},
        calendars=[{"source": "exchange", "credentials": credentials}],
    ).json["user"]
    path = f"/v2/users/{user['_id']}"
    assert api("GET", f"{path}/availabilities").json["timezone"] == "Asia/Tokyo"
    assert api("GET", f"{path}/vyteme").json["nickname"] == "ada"
    assert user["calendars"]["exchange"] is True
    connected = api("GET", f"{path}/calendars")
    assert [calendar["source"] for calendar in connected.json["calendars"]] == ["vyte_user", "exchange"]
    assert "hush-hush" not in connected.text
    create(ADA, vyteme={"nickname": "ada", "message": "Hello"})
    assert [page["message"] for page in api("GET", f"{path}/vytemes").json] == ["Hello"]


def test_a_link_to_finish_signing_up_is_answered_when_asked_for(create, browser):
    answer = create(ADA, finish_signup_with="email").json
    assert browser.get(answer["link"]).status_code == 200
    assert "link" not in create(ADA).json


def test_a_user_is_updated_and_answers_to_the_new_email(api, create):
    user = create({**ADA, **with_extid("7")}).json["user"]
    path = f"/v2/users/{user['_id']}"
    body = {"organization": TEAM, "user": {"emails": ["king@example.com"], "last_name": "King"}}
    changed = api("PUT", path, json=body).json["user"]
    assert (changed["full_name"], changed["emails"]) == ("Ada King", ["king@example.com"])
    assert changed["account"] == user["account"]
    assert create({"email": "king@example.com"}).json["user"]["_id"] == user["_id"]
    assert create({"email": "ada@example.com"}).json["user"]["_id"] != user["_id"]
    assert api("PUT", path, json={}).json["user"]["full_name"] == "Ada King"
    assert api("PUT", path, json={"user": {"emails": ["ada@example.com"]}}).status_code == 400


def test_a_removed_user_is_out_of_the_organization_and_its_teams_and_may_come_back(api):
    answer = api("DELETE", f"/v2/users/{SELLER}").json
    assert (answer["_id"], answer["name"]) == (TEAM, "ACME")
    assert SELLER not in [user["_id"] for user in answer["members"]]
    assert answer["members"] == api("GET", "/v2/users").json
    team = api("GET", f"/v2/teams/{SALES}").json
    assert (team["members"], team["admins"]) == (["5f1077e1eaf7c424af51a847"], [])
    assert api("GET", f"/v2/users/{SELLER}").status_code == 403
    assert api("DELETE", f"/v2/users/{SELLER}").status_code == 403
    back = api("POST", "/v2/users", json={"organization": TEAM, "user": {"email": "john.dow@example.com"}})
    assert back.json["user"]["_id"] == SELLER
    assert api("GET", f"/v2/users/{SELLER}").status_code == 200


def test_several_users_are_created_or_changed_at_once(api):
    bodies = [
        {"organization": TEAM, "user": {"email": f"u{n}@example.com", **with_extid(str(n))}} for n in "12"
    ]
    made = api("POST", "/v2/users/batch", json=bodies).json
    assert [answer["user"]["emails"] for answer in made] == [["u1@example.com"], ["u2@example.com"]]
    ids = [answer["user"]["_id"] for answer in made]
    bare = {"organization": TEAM, "users": [{"email": "u1@example.com"}, {"email": "u3@example.com"}]}
    assert api("POST", "/v2/users/batch", json=bare).json[0]["user"]["_id"] == ids[0]
    changes = [{"user": {"id": ids[0], "language": "fr"}}, {"user": {**with_extid("2"), "language": "de"}}]
    changed = api("PUT", "/v2/users/batch", json=changes).json
    assert [(c["user"]["_id"], c["user"]["language"]) for c in changed] == [(ids[0], "fr"), (ids[1], "de")]


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("POST", [{"user": ADA}, {"user": {}}], 400),
        ("POST", [{"user": ADA}, {"user": {"email": "x@y.z", "timezone": "Mars/Base"}}], 400),
        ("POST", [{"user": ADA}, {"user": {"email": "x@y.z"}, "organization": "another"}], 403),
        ("PUT", [{"user": {"id": JEAN, "language": "it"}}, {"user": {"email": "nobody@example.com"}}], 404),
        ("PUT", [{"user": {"id": JEAN, "language": "it"}}, {"user": {"id": "nobody"}}], 404),
    ],
)
def test_of_a_batch_with_something_wrong_nothing_is_done(api, method, body, status):
    before = api("GET", "/v2/users").json
    answer = api(method, "/v2/users/batch", json=body)
    assert (answer.status_code, answer.json["message"].startswith("users[1]: ")) == (status, True)
    assert api("GET", "/v2/users").json == before


@pytest.mark.parametrize("body", [None, {}, "x", [3], {"users": 3}])
def test_a_batch_is_a_list_of_users(api, body):
    assert api("POST", "/v2/users/batch", json=body).status_code == 400


def test_users_of_another_organization_are_a_403_and_unknown_ones_a_404(sandbox, api):
    other, key = sandbox.add_organization("Others")
    headers = {"Authorization": key}
    assert api("GET", "/v2/users", headers=headers).json == []
    for method, below in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/calendars"),
        ("GET", "/preferences"),
    ):
        assert api(method, f"/v2/users/{JEAN}{below}", json={}, headers=headers).status_code == 403
        assert api(method, f"/v2/users/nobody{below}", json={}).status_code == 404
    stolen = {"organization": other, "user": {"email": "jean.dupont@example.com"}}
    assert api("POST", "/v2/users", json=stolen, headers=headers).status_code == 403
    assert api("POST", "/v2/users", json={"organization": other, "user": ADA}).status_code == 403


def test_who_joins_another_organization_leaves_the_one_before(sandbox, api, browser):
    other, key = sandbox.add_organization("Others")
    form = {"email": "jean.dupont@example.com", "full_name": "Jean Dupont"}
    assert browser.post(f"/organizations/{other}/join", data=form).status_code == 200
    assert JEAN not in [user["_id"] for user in api("GET", "/v2/users").json]
    assert api("GET", f"/v2/users/{JEAN}").status_code == 403
    assert api("GET", f"/v2/users/{JEAN}", headers={"Authorization": key}).status_code == 200
