"""Operations 27 to 74: teams, users and what is theirs, booking pages, locators."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from django_vyte.client.types import FixedPlace, NewDate, NewUser, Point, UserFields, UserReference
from django_vyte.exceptions import BadRequest, ProbablyIncomplete
from tests.client.operations import (
    Operation,
    Recorder,
    check_how_often_it_is_sent,
    check_what_is_sent,
    check_what_is_unexpected,
    every,
    missing,
    reading,
    reads,
    tells,
)

A_LIST = [{"_id": "1"}, {"_id": "2"}]
AT_NINE, AT_TEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC), datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
DATES: list[NewDate] = [{"date": AT_NINE, "end_date": AT_TEN}]
WRITTEN = [{"date": "2026-11-20T09:00:00.000Z", "end_date": "2026-11-20T10:00:00.000Z"}]
ADA: UserFields = {"email": "ada@acme.com", "timezone": ZoneInfo("Europe/London")}
ADA_WRITTEN = {"email": "ada@acme.com", "timezone": "Europe/London"}
KNOWN: NewUser = {"organization": "o1", "user": {"account": {"organization": {"extid": "7"}}}}
MEMBERS: list[UserReference] = [{"email": "ada@acme.com"}, {"extid": "7"}]
NOT_DOCUMENTED: dict[str, Any] = {"new": "field"}
OFFICE: FixedPlace = {"name": "Office", "address": "1 Main Street"}
POINT: Point = {"type": "Point", "coordinates": [33.631839, 27.380583]}

TEAMS = [
    reads("27 teams.list", lambda vyte: vyte.teams.list(), "GET /v2/teams", answer=A_LIST),
    reads(
        "28 teams.create",
        lambda vyte: vyte.teams.create(
            name="sales", extid="2", level_name="agency", public=True, admins=["u1"], members=MEMBERS
        ),
        "POST /v2/teams",
        body={
            "name": "sales",
            "extid": "2",
            "level_name": "agency",
            "public": True,
            "admins": ["u1"],
            "members": MEMBERS,
        },
        repeated=False,
    ),
    reads("29 teams.retrieve", lambda vyte: vyte.teams.retrieve("t/1"), "GET /v2/teams/t%2F1"),
    reads(
        "30 teams.update",
        lambda vyte: vyte.teams.update("t1", level_name="company", members=["u1"]),
        "PUT /v2/teams/t1",
        body={"level_name": "company", "members": ["u1"]},
    ),
    tells("31 teams.delete", lambda vyte: vyte.teams.delete("t1"), "DELETE /v2/teams/t1"),
    reads(
        "32 teams.book_member",
        lambda vyte: vyte.teams.book_member("t1", title="x", created_by={"email": "a@b.c"}, dates=DATES),
        "POST /v2/teams/t1/events",
        body={"vyteme": True, "title": "x", "created_by": {"email": "a@b.c"}, "dates": WRITTEN},
        repeated=False,
    ),
    reads(
        "32 teams.book_member what Vyte may come to take",
        lambda vyte: vyte.teams.book_member(
            "t1", title="x", created_by={"user": "u1"}, vyteme=False, **NOT_DOCUMENTED
        ),
        "POST /v2/teams/t1/events",
        body={"vyteme": False, "title": "x", "created_by": {"user": "u1"}, **NOT_DOCUMENTED},
        repeated=False,
    ),
    reads("33 teams.events", lambda vyte: vyte.teams.events("t1"), "GET /v2/teams/t1/events", answer=A_LIST),
    reads(
        "33 teams.events with every filter",
        lambda vyte: vyte.teams.events("t1", limit=20, q="kick-off (1)", filter="confirmed"),
        "GET /v2/teams/t1/events",
        query={"limit": "20", "q": r"kick-off \(1\)", "filter": "confirmed"},
        answer=[],
    ),
    reads("34 teams.public", lambda vyte: vyte.teams.public("t1"), "GET /v2/teams/t1/public"),
    reads(
        "35 admin_preferences.retrieve",
        lambda vyte: vyte.admin_preferences.retrieve("t1"),
        "GET /v2/teams/t1/admin-preferences",
    ),
    reads(
        "36 admin_preferences.create",
        lambda vyte: vyte.admin_preferences.create("t1", prefs={"email": {"new_event": True}}),
        "POST /v2/teams/t1/admin-preferences",
        body={"prefs": {"email": {"new_event": True}}},
        repeated=False,
    ),
    reads(
        "37 admin_preferences.update",
        lambda vyte: vyte.admin_preferences.update("t1", prefs={"email": {"declined": False}}),
        "PUT /v2/teams/t1/admin-preferences",
        body={"prefs": {"email": {"declined": False}}},
    ),
]

USERS = [
    reads("38 users.list", lambda vyte: vyte.users.list(), "GET /v2/users", answer=A_LIST),
    reads(
        "39 users.create",
        lambda vyte: vyte.users.create(
            organization="o1",
            user=ADA,
            finish_signup_with="email",
            availability={"timezone": ZoneInfo("Europe/Paris"), "buffer_after": timedelta(minutes=5)},
            vyteme={"nickname": "ada", "custom": {"duration": timedelta(minutes=30)}},
        ),
        "POST /v2/users",
        body={
            "organization": "o1",
            "user": ADA_WRITTEN,
            "finish_signup_with": "email",
            "availability": {"timezone": "Europe/Paris", "buffer_after": 5},
            "vyteme": {"nickname": "ada", "custom": {"duration": 30}},
        },
        repeated=False,
    ),
    reads(
        "39 users.create by extid",
        lambda vyte: vyte.users.create(**KNOWN),
        "POST /v2/users",
        body=KNOWN,
    ),
    reads(
        "39 users.create by id",
        lambda vyte: vyte.users.create(organization="o1", user={"id": "u1", "language": "fr"}),
        "POST /v2/users",
        body={"organization": "o1", "user": {"id": "u1", "language": "fr"}},
    ),
    reads("40 users.retrieve", lambda vyte: vyte.users.retrieve("u1"), "GET /v2/users/u1"),
    reads(
        "41 users.update",
        lambda vyte: vyte.users.update("u1", organization="o1", user={"last_name": "Snow"}),
        "PUT /v2/users/u1",
        body={"organization": "o1", "user": {"last_name": "Snow"}},
    ),
    tells("42 users.delete", lambda vyte: vyte.users.delete("u1"), "DELETE /v2/users/u1"),
    reads(
        "43 users.create_batch",
        lambda vyte: vyte.users.create_batch([{"organization": "o1", "user": ADA}]),
        "POST /v2/users/batch",
        body=[{"organization": "o1", "user": ADA_WRITTEN}],
        answer=A_LIST,
        repeated=False,
    ),
    reads(
        "43 users.create_batch wrapped",
        lambda vyte: vyte.users.create_batch([KNOWN]),
        "POST /v2/users/batch",
        body=[KNOWN],
        answer={"users": A_LIST},
        result=A_LIST,
    ),
    reads(
        "44 users.update_batch",
        lambda vyte: vyte.users.update_batch([{"user": {"id": "u1"}}, {"user": {"id": "u2"}}]),
        "PUT /v2/users/batch",
        body=[{"user": {"id": "u1"}}, {"user": {"id": "u2"}}],
        answer=A_LIST,
    ),
    reads(
        "45 preferences.retrieve",
        lambda vyte: vyte.preferences.retrieve("u1"),
        "GET /v2/users/u1/preferences",
    ),
    reads(
        "46 preferences.update",
        lambda vyte: vyte.preferences.update("u1", email={"attending": False}, push={"declined": True}),
        "PUT /v2/users/u1/preferences",
        body={"email": {"attending": False}, "push": {"declined": True}},
    ),
    reads(
        "47 availabilities.retrieve",
        lambda vyte: vyte.availabilities.retrieve("u1"),
        "GET /v2/users/u1/availabilities",
    ),
    reads(
        "48 availabilities.create",
        lambda vyte: vyte.availabilities.create(
            "u1",
            timezone=ZoneInfo("Europe/London"),
            buffer_before=timedelta(minutes=15),
            buffer_after=0,
            days={
                "monday": {"enabled": True, "slots": [{"start_time": time(9), "end_time": time(17, 30)}]},
                "friday": {
                    "enabled": True,
                    "slots": [{"start_time": "2018-01-01T09:00", "end_time": "2018-01-01T12:00"}],
                },
                "sunday": {"enabled": False},
            },
        ),
        "POST /v2/users/u1/availabilities",
        body={
            "timezone": "Europe/London",
            "buffer_before": 15,
            "buffer_after": 0,
            "days": {
                "monday": {
                    "enabled": True,
                    "slots": [{"start_time": "2018-01-01T09:00", "end_time": "2018-01-01T17:30"}],
                },
                "friday": {
                    "enabled": True,
                    "slots": [{"start_time": "2018-01-01T09:00", "end_time": "2018-01-01T12:00"}],
                },
                "sunday": {"enabled": False},
            },
        },
        repeated=False,
    ),
    reads(
        "49 availabilities.update",
        lambda vyte: vyte.availabilities.update("u1", timezone="Europe/Paris", today_as_busy=True),
        "PUT /v2/users/u1/availabilities",
        body={"timezone": "Europe/Paris", "today_as_busy": True},
    ),
    tells(
        "50 availabilities.delete",
        lambda vyte: vyte.availabilities.delete("u1"),
        "DELETE /v2/users/u1/availabilities",
    ),
    reads("51 calendars.retrieve", lambda vyte: vyte.calendars.retrieve("u1"), "GET /v2/users/u1/calendars"),
    reads(
        "52 calendars.update",
        lambda vyte: vyte.calendars.update("u1", sync_suggestions=False, calendars=[{"primary": True}]),
        "PUT /v2/users/u1/calendars",
        body={"sync_suggestions": False, "calendars": [{"primary": True}]},
    ),
    tells(
        "53 calendars.delete",
        lambda vyte: vyte.calendars.delete("u1", "c/1"),
        "DELETE /v2/users/u1/calendars/c%2F1",
    ),
]

PAGES = [
    reads(
        "54 booking_pages.create",
        lambda vyte: vyte.booking_pages.create(
            nickname="ada",
            belongs_to="u1",
            secondary=True,
            custom={"duration": timedelta(hours=1), "fixed_timezone": ZoneInfo("Europe/Paris")},
        ),
        "POST /v2/vytemes",
        body={
            "nickname": "ada",
            "belongs_to": "u1",
            "secondary": True,
            "custom": {"duration": 60, "fixed_timezone": "Europe/Paris"},
        },
        repeated=False,
    ),
    reads(
        "55 booking_pages.retrieve",
        lambda vyte: vyte.booking_pages.retrieve("ada / calls"),
        "GET /v2/vytemes/ada%20%2F%20calls",
    ),
    reads(
        "56 booking_pages.update",
        lambda vyte: vyte.booking_pages.update("ada", nickname="ada-calls", message="Welcome"),
        "PUT /v2/vytemes/ada",
        body={"nickname": "ada-calls", "message": "Welcome"},
    ),
    tells("57 booking_pages.delete", lambda vyte: vyte.booking_pages.delete("ada"), "DELETE /v2/vytemes/ada"),
    reads(
        "58 booking_pages.retrieve_for_user",
        lambda vyte: vyte.booking_pages.retrieve_for_user("u1"),
        "GET /v2/users/u1/vyteme",
    ),
    reads(
        "59 booking_pages.list_for_user",
        lambda vyte: vyte.booking_pages.list_for_user("u1"),
        "GET /v2/users/u1/vytemes",
        answer=A_LIST,
    ),
    reads(
        "60 appointment_types.list",
        lambda vyte: vyte.appointment_types.list("ada"),
        "GET /v2/vytemes/ada/types",
        answer=A_LIST,
    ),
    reads(
        "60 appointment_types.list of one, as printed",
        lambda vyte: vyte.appointment_types.list("ada"),
        "GET /v2/vytemes/ada/types",
        answer={"handle": "lunch"},
        result=[{"handle": "lunch"}],
    ),
    reads(
        "61 appointment_types.create",
        lambda vyte: vyte.appointment_types.create(
            "ada", name="Lunch", handle="lunch", custom={"duration": 45, "fixed_places": [OFFICE]}
        ),
        "POST /v2/vytemes/ada/types",
        body={"name": "Lunch", "handle": "lunch", "custom": {"duration": 45, "fixed_places": [OFFICE]}},
        repeated=False,
    ),
    reads(
        "62 appointment_types.retrieve",
        lambda vyte: vyte.appointment_types.retrieve("ada", "lunch?"),
        "GET /v2/vytemes/ada/types/lunch%3F",
    ),
    reads(
        "63 appointment_types.update",
        lambda vyte: vyte.appointment_types.update("ada", "lunch", handle="dinner", public=False),
        "PUT /v2/vytemes/ada/types/lunch",
        body={"handle": "dinner", "public": False},
    ),
    tells(
        "64 appointment_types.delete",
        lambda vyte: vyte.appointment_types.delete("ada", "lunch"),
        "DELETE /v2/vytemes/ada/types/lunch",
    ),
]

LOCATORS = [
    reads("65 locators.list", lambda vyte: vyte.locators.list(), "GET /v2/locators", answer=A_LIST),
    reads(
        "66 locators.create",
        lambda vyte: vyte.locators.create(
            handle="shops",
            max_distance=150_000,
            no_results={"message": "None", "button": {"label": "Back", "link": "https://acme.com"}},
            locations=[{"name": "Paris", "extid": "1", "address": "Paris"}],
        ),
        "POST /v2/locators",
        body={
            "handle": "shops",
            "max_distance": 150_000,
            "no_results": {"message": "None", "button": {"label": "Back", "link": "https://acme.com"}},
            "locations": [{"name": "Paris", "extid": "1", "address": "Paris"}],
        },
        repeated=False,
    ),
    reads(
        "67 locators.retrieve",
        lambda vyte: vyte.locators.retrieve("our shops"),
        "GET /v2/locators/our%20shops",
    ),
    reads(
        "68 locators.update",
        lambda vyte: vyte.locators.update("l1", title="Near you", handle="near"),
        "PUT /v2/locators/l1",
        body={"title": "Near you", "handle": "near"},
    ),
    tells("69 locators.delete", lambda vyte: vyte.locators.delete("l1"), "DELETE /v2/locators/l1"),
    reads(
        "70 locations.list",
        lambda vyte: vyte.locations.list("l1"),
        "GET /v2/locators/l1/locations",
        answer=A_LIST,
    ),
    reads(
        "71 locations.create",
        lambda vyte: vyte.locations.create("l1", name="Desert Breath", extid="1", location=POINT),
        "POST /v2/locators/l1/locations",
        body={"name": "Desert Breath", "extid": "1", "location": POINT},
        repeated=False,
    ),
    reads(
        "72 locations.retrieve",
        lambda vyte: vyte.locations.retrieve("l1", "p/1"),
        "GET /v2/locators/l1/locations/p%2F1",
    ),
    reads(
        "73 locations.update",
        lambda vyte: vyte.locations.update("l1", "p1", name="Mysterious place"),
        "PUT /v2/locators/l1/locations/p1",
        body={"name": "Mysterious place"},
    ),
    tells(
        "74 locations.delete",
        lambda vyte: vyte.locations.delete("l1", "p1"),
        "DELETE /v2/locators/l1/locations/p1",
    ),
]

OPERATIONS = [*TEAMS, *USERS, *PAGES, *LOCATORS]


@every(OPERATIONS)
def test_an_operation_sends_and_answers_what_the_documentation_says(operation: Operation) -> None:
    check_what_is_sent(operation)


@every(OPERATIONS)
def test_only_what_does_no_harm_twice_is_sent_twice(operation: Operation) -> None:
    check_how_often_it_is_sent(operation)


@every(reading(OPERATIONS))
@pytest.mark.parametrize("body", [b"", b"OK", b"<html></html>", b'{"_id":"1', b'[{"_id":"1"}', b'"text"'])
def test_a_success_that_is_not_the_expected_json_is_unexpected(operation: Operation, body: bytes) -> None:
    check_what_is_unexpected(operation, body)


@every(reading(OPERATIONS))
def test_a_list_is_no_object_and_an_object_no_list(operation: Operation) -> None:
    check_what_is_unexpected(operation, b"[]" if isinstance(operation.result, dict) else b'{"other": []}')


def test_no_operation_of_the_table_is_left_out() -> None:
    assert missing(OPERATIONS, range(27, 75)) == []


LOGIN: dict[str, Any] = {"login": {"credentials": {"username": "ada", "password": "never-guess-it"}}}
EXCHANGE: dict[str, Any] = {
    "calendars": [{"source": "exchange", "credentials": {"username": "ada", "password": "never-guess-it"}}]
}


@pytest.mark.parametrize("fields", [LOGIN, EXCHANGE], ids=["login", "calendars"])
@pytest.mark.parametrize(
    "save",
    [
        lambda vyte, fields: vyte.users.create(organization="o1", user={}, **fields),
        lambda vyte, fields: vyte.users.update("u1", **fields),
        lambda vyte, fields: vyte.users.create_batch([{"organization": "o1", "user": {}, **fields}]),
        lambda vyte, fields: vyte.users.update_batch([{"user": {"id": "u1"}, **fields}]),
    ],
    ids=["create", "update", "create_batch", "update_batch"],
)
def test_an_error_that_repeats_a_password_does_not_show_it(save: Any, fields: dict[str, Any]) -> None:
    client = Recorder(b'{"message": "weak password: never-guess-it"}', 400).client()
    with pytest.raises(BadRequest, match="weak password") as caught:
        save(client, fields)
    assert "never-guess-it" not in f"{caught.value} {caught.value!r} {caught.value.body!r}"


@pytest.mark.parametrize(
    "fields",
    [
        {"login": None, "calendars": None, "user": None},
        {"user": {"account": None}},
        {"user": {"account": {"organization": None}}},
        {"login": {"credentials": {}}, "calendars": [None, {"credentials": None}]},
        {"login": {"credentials": {"password": None}}},
    ],
)
def test_none_around_a_user_is_sent_as_null(fields: dict[str, Any]) -> None:
    recorder = Recorder(b"[]")
    recorder.client().users.create_batch([{"organization": "o1", "user": {}, **fields}])
    recorder.body = b"{}"
    recorder.client().users.create(**{"organization": "o1", "user": {}, **fields})
    written = [json.loads(request.body or b"") for request in recorder.sent]
    assert written == [
        [{"organization": "o1", "user": {}, **fields}],
        {"organization": "o1", "user": {}, **fields},
    ]


def test_a_batch_may_be_a_generator() -> None:
    users: Any
    for save in ("create_batch", "update_batch"):
        recorder, users = Recorder(b"[]"), (KNOWN for _ in range(2))
        getattr(recorder.client().users, save)(users)
        assert json.loads(recorder.sent[0].body or b"") == [KNOWN, KNOWN]


@pytest.mark.parametrize(
    ("ask", "place"),
    [
        (lambda vyte: vyte.teams.retrieve(""), "team_id"),
        (lambda vyte: vyte.teams.events("t1", limit=0), "limit"),
        (lambda vyte: vyte.teams.events("t1", q=re.compile("x", re.IGNORECASE)), "q"),
        (lambda vyte: vyte.teams.events("t1", filter=""), "filter"),
        (
            lambda vyte: vyte.teams.create(name="x", extid="1", members=[{"email": "ada"}]),
            r"members\[0\].email",
        ),
        (
            lambda vyte: vyte.teams.book_member("t1", title="x", dates=[{"date": datetime(2026, 11, 20)}]),  # noqa: DTZ001
            r"dates\[0\].date",
        ),
        (lambda vyte: vyte.users.create(organization="o1", user={"emails": ["ada"]}), r"user.emails\[0\]"),
        (lambda vyte: vyte.users.create_batch([]), "users"),
        (lambda vyte: vyte.users.create_batch(None), "users"),
        (lambda vyte: vyte.users.create_batch(["a@b.c"]), "users"),
        (lambda vyte: vyte.users.update_batch({"user": {"id": "u1"}}), "users"),
        (
            lambda vyte: vyte.users.update_batch([{"user": {"timezone": "Paris"}}]),
            r"users\[0\].user.timezone",
        ),
        (lambda vyte: vyte.availabilities.update("u1", buffer_before=-5), "buffer_before"),
        (
            lambda vyte: vyte.availabilities.create(
                "u1", days={"monday": {"enabled": True, "slots": [{"start_time": time(9, tzinfo=UTC)}]}}
            ),
            r"days.monday.slots\[0\].start_time",
        ),
        (lambda vyte: vyte.booking_pages.update("ada", custom={"duration": 0}), "custom.duration"),
        (
            lambda vyte: vyte.booking_pages.update("ada", custom={"fixed_timezone": "Paris"}),
            "custom.fixed_timezone",
        ),
        (lambda vyte: vyte.appointment_types.retrieve("ada", ".."), "handle"),
        (lambda vyte: vyte.locations.delete("l1", None), "location_id"),
    ],
)
def test_a_wrong_argument_is_named_before_anything_is_sent(ask: Any, place: str) -> None:
    recorder = Recorder()
    with pytest.raises(ValueError, match=f"^{place}[ :]"):
        ask(recorder.client())
    assert recorder.sent == []


def test_the_events_of_a_team_are_found_by_a_regular_expression() -> None:
    recorder = Recorder(b"[]")
    recorder.client().teams.events("t1", q=re.compile("^kick-?off"))
    assert parse_qs(urlsplit(recorder.sent[0].url or "").query) == {"q": ["^kick-?off"]}


def test_an_event_of_a_team_that_cannot_be_read_does_not_hide_the_others() -> None:
    events = Recorder(b'[{"_id": "1"}, 7, {"_id": "2"}]').client().teams.events("t1")
    assert [event["_id"] for event in events] == ["1", "2"]


def test_a_list_of_a_team_s_events_that_is_as_long_as_asked_for_warns_that_it_may_be_cut() -> None:
    with pytest.warns(ProbablyIncomplete, match="exactly 2 events") as caught:
        assert len(Recorder(json.dumps(A_LIST).encode()).client().teams.events("t1", limit=2)) == 2
    assert caught[0].filename == __file__
