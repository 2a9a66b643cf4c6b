"""Every operation but those of test_resource_operations: what it sends and what it answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from django_vyte.client.types import NewCreator
from tests.client import test_resource_operations
from tests.client.operations import (
    TABLE,
    Operation,
    check_how_often_it_is_sent,
    check_what_is_sent,
    check_what_is_unexpected,
    every,
    missing,
    reading,
    reads,
    tells,
)

START, END = date(2026, 11, 20), date(2026, 11, 21)
SLOT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAYS = {"from": "2026-11-20", "to": "2026-11-21"}
WRITTEN = "2026-11-20T09:00:00.000Z"
JANE: NewCreator = {"email": "jane@acme.com"}
URL = "https://crm.example.com/vyte/webhooks/0123456789abcdef01/"
HOOK = {"action": "event.created", "target_url": URL}
APP = {"name": "Super App", "contact_email": "jane@acme.com", "contact_name": "Jane Doe"}
TOKEN = {"email": "jane@acme.com", "secret": "cfsvut1yp6dd2nuwkxjo"}
TOKEN_QUERY = {"cm": "jane@acme.com", "secret": "cfsvut1yp6dd2nuwkxjo"}
A_LIST = [{"_id": "1"}, {"_id": "2"}]
UNIFORM = {"_id": "1", "new": True, "slots": [], "nextAvailability": None}
UNIFORM_DAYS = {"_id": "1", "new": True, "days": {}, "nextAvailability": None}
FILTERS: dict[str, Any] = {
    "filter": "confirmed",
    "q": "kick-off?",
    "limit": 100,
    "creator_users": ["u1"],
    "creator_emails": ["a@b.c", "d+e@f.g"],
    "invitee_users": ["u2", "u3"],
    "invitee_emails": ["h@i.j"],
    "app_id": "app1",
    "group_ids": ["project_1", "project_2"],
}
FILTER_QUERY = {
    **{name: ",".join(value) if isinstance(value, list) else str(value) for name, value in FILTERS.items()},
    "q": r"kick-off\?",
}

OPERATIONS = [
    reads(
        "1 v1.third_parties.register",
        lambda vyte: vyte.v1.third_parties.register(**APP),
        "GET /thirdparties/new",
        query=APP,
        repeated=False,
    ),
    reads(
        "2 v1.third_parties.token",
        lambda vyte: vyte.v1.third_parties.token(**TOKEN),
        "GET /thirdparties/token",
        query=TOKEN_QUERY,
    ),
    reads(
        "3 v1.third_parties.group_events",
        lambda vyte: vyte.v1.third_parties.group_events("app1", ["project 1", "a/b"]),
        "GET /thirdparties/app1/groups/project%201,a%2Fb/events",
        answer=A_LIST,
    ),
    reads(
        "3 v1.third_parties.group_events of one group",
        lambda vyte: vyte.v1.third_parties.group_events("app1", "project_1"),
        "GET /thirdparties/app1/groups/project_1/events",
        answer=A_LIST,
    ),
    reads(
        "4 v1.bookings.create",
        lambda vyte: vyte.v1.bookings.create(
            created_by=JANE,
            title="x",
            dates=[{"date": SLOT, "end_date": SLOT}],
            third_party={"app": "app1", "ct": "c0ffee"},
        ),
        "POST /events",
        body={
            "title": "x",
            "dates": [{"date": WRITTEN, "end_date": WRITTEN}],
            "third_party": {"app": "app1", "ct": "c0ffee"},
            "created_by": JANE,
        },
        repeated=False,
    ),
    reads(
        "5 v1.slots.list",
        lambda vyte: vyte.v1.slots.list(duration=30, emails=["a@b.c", "d@e.f"], start=START, end=END),
        "GET /slots",
        query={"duration": "30", "emails": "a@b.c,d@e.f", **DAYS},
        result=UNIFORM,
    ),
    reads(
        "6 v1.slots.by_day",
        lambda vyte: vyte.v1.slots.by_day(duration=30, emails=["a@b.c"], start=START, end=END),
        "GET /slots/days",
        query={"duration": "30", "emails": "a@b.c", **DAYS},
        result=UNIFORM_DAYS,
    ),
    reads("7 organizations.retrieve", lambda vyte: vyte.organizations.retrieve(), "GET /users/organizations"),
    reads("8 api_keys.retrieve", lambda vyte: vyte.api_keys.retrieve(), "GET /api/keys/team"),
    tells("9 api_keys.delete", lambda vyte: vyte.api_keys.delete("k/1"), "DELETE /api/keys/k%2F1"),
    reads("10 hooks.list", lambda vyte: vyte.hooks.list(), "GET /hooks", answer=A_LIST),
    reads(
        "10 hooks.list wrapped",
        lambda vyte: vyte.hooks.list(),
        "GET /hooks",
        answer={"hooks": A_LIST},
        result=A_LIST,
    ),
    reads(
        "11 hooks.create", lambda vyte: vyte.hooks.create(**HOOK), "POST /hooks", body=HOOK, repeated=False
    ),
    reads("12 hooks.retrieve", lambda vyte: vyte.hooks.retrieve("h1"), "GET /hooks/h1"),
    reads("13 hooks.update", lambda vyte: vyte.hooks.update("h1", **HOOK), "PUT /hooks/h1", body=HOOK),
    tells("14 hooks.delete", lambda vyte: vyte.hooks.delete("h1"), "DELETE /hooks/h1"),
    reads("15 auth.test", lambda vyte: vyte.auth.test(), "GET /v2/auth/test"),
    reads("16 events.list", lambda vyte: vyte.events.list(), "GET /v2/events", answer=A_LIST),
    reads(
        "16 events.list with every filter",
        lambda vyte: vyte.events.list(**FILTERS),
        "GET /v2/events",
        query=FILTER_QUERY,
        answer=[],
    ),
    reads(
        "16 events.iterate",
        lambda vyte: [*vyte.events.iterate(limit=3, group_ids=None)],
        "GET /v2/events",
        query={"limit": "3"},
        answer=A_LIST,
    ),
    reads(
        "17 events.create",
        lambda vyte: vyte.events.create(created_by=JANE, title="x", dates=[{"date": SLOT, "end_date": SLOT}]),
        "POST /v2/events",
        body={"title": "x", "dates": [{"date": WRITTEN, "end_date": WRITTEN}], "created_by": JANE},
        repeated=False,
    ),
    reads("18 events.retrieve", lambda vyte: vyte.events.retrieve("a/../b"), "GET /v2/events/a%2F..%2Fb"),
    reads(
        "19 events.update",
        lambda vyte: vyte.events.update("e1", dates=[{"date": SLOT, "end_date": SLOT}], title="y"),
        "PUT /v2/events/e1",
        body={"dates": [{"date": WRITTEN, "end_date": WRITTEN}], "title": "y"},
    ),
    reads("20 events.confirm", lambda vyte: vyte.events.confirm("e1"), "POST /v2/events/e1/confirm"),
    reads(
        "20 events.confirm a date and a place",
        lambda vyte: vyte.events.confirm("e1", date_id="d1", place_id="p1"),
        "POST /v2/events/e1/confirm",
        query={"d": "d1", "p": "p1"},
    ),
    tells("21 events.cancel", lambda vyte: vyte.events.cancel("e1"), "POST /v2/events/e1/cancel"),
    reads(
        "22 events.add_invitees",
        lambda vyte: vyte.events.add_invitees("e1", [{"email": "a@b.c"}, {"email": "d@e.f"}]),
        "POST /v2/events/e1/invitees",
        body=[{"email": "a@b.c"}, {"email": "d@e.f"}],
        answer=A_LIST,
        repeated=False,
    ),
    tells(
        "23 events.delete_invitee",
        lambda vyte: vyte.events.delete_invitee("e1", "i1"),
        "POST /v2/events/e1/invitees/i1",
    ),
    reads(
        "24 slots.list",
        lambda vyte: vyte.slots.list(
            duration=30, emails=["a@b.c", "d@e.f"], start=START, end=SLOT, timezone=ZoneInfo("Europe/Paris")
        ),
        "GET /v2/slots",
        query={
            "duration": "30",
            "emails": "a@b.c,d@e.f",
            "from": "2026-11-20",
            "to": "2026-11-20",
            "timezone": "Europe/Paris",
        },
        result=UNIFORM,
    ),
    reads(
        "25 slots.by_day",
        lambda vyte: vyte.slots.by_day(
            duration=timedelta(minutes=30), users=["u1", "u2"], start=START, end=END
        ),
        "GET /v2/slots/days",
        query={"duration": "30", "users": "u1,u2", **DAYS},
        result=UNIFORM_DAYS,
    ),
    reads(
        "26 slots.next",
        lambda vyte: vyte.slots.next(duration=30, team="t1"),
        "GET /v2/slots/next",
        query={"duration": "30", "team": "t1"},
        result=UNIFORM,
    ),
    reads(
        "75 third_parties.list",
        lambda vyte: vyte.third_parties.list(),
        "GET /v2/third_parties",
        answer=A_LIST,
    ),
    reads(
        "76 third_parties.create",
        lambda vyte: vyte.third_parties.create(**APP),
        "POST /v2/third_parties",
        query=APP,
        repeated=False,
    ),
    reads(
        "77 third_parties.token",
        lambda vyte: vyte.third_parties.token(**TOKEN),
        "GET /v2/third_parties/token",
        query=TOKEN_QUERY,
    ),
    tells(
        "78 events.change_organizer",
        lambda vyte: vyte.events.change_organizer("e/1", user="u2", keep_as_invitee=True),
        "POST /v2/events/e%2F1/admin",
        body={"user": "u2", "keep_as_invitee": True},
        repeated=False,
    ),
    reads(
        "16 events.list of the future",
        lambda vyte: vyte.events.list(filter="future"),
        "GET /v2/events",
        query={"filter": "future"},
        answer=A_LIST,
    ),
]


@every(OPERATIONS)
def test_an_operation_sends_and_answers_what_the_documentation_says(operation: Operation) -> None:
    check_what_is_sent(operation)


@every(OPERATIONS)
def test_only_what_does_no_harm_twice_is_sent_twice(operation: Operation) -> None:
    check_how_often_it_is_sent(operation)


@every(reading(OPERATIONS))
@pytest.mark.parametrize(
    "body", [b"", b"OK", b"<html></html>", b'{"_id":"1', b'[{"_id":"1"}', b'"text"', b"null"]
)
def test_a_success_that_is_not_the_expected_json_is_unexpected(operation: Operation, body: bytes) -> None:
    check_what_is_unexpected(operation, body)


@every(reading(OPERATIONS))
def test_a_list_is_no_object_and_an_object_no_list(operation: Operation) -> None:
    check_what_is_unexpected(operation, b"[]" if isinstance(operation.result, dict) else b'{"events": []}')


def test_no_operation_of_the_table_is_left_out() -> None:
    everything = [*OPERATIONS, *test_resource_operations.OPERATIONS]
    assert missing(everything, [entry["number"] for entry in TABLE]) == []
