from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from django_vyte.client import VyteClient
from django_vyte.client.types import NewInvitee
from tests.client.operations import Recorder

JANE: NewInvitee = {"email": "jane@acme.com"}
PLAIN = "http://crm.example.com/"
NAIVE = datetime.fromisoformat("2026-01-01T09:00")
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def event_fields(**fields: Any) -> Any:
    return {"title": "x", "created_by": JANE, **fields}


def create(vyte: VyteClient, **fields: Any) -> Any:
    return vyte.events.create(**event_fields(**fields))


def invite(vyte: VyteClient, people: Any) -> Any:
    return vyte.events.add_invitees("e1", people)


WRONG: list[tuple[str, Callable[[VyteClient], Any]]] = [
    (r"^dates\[0\].date", lambda vyte: create(vyte, dates=[{"date": NAIVE}])),
    (r"^dates\[0\].date", lambda vyte: vyte.v1.bookings.create(**event_fields(dates=[{"date": NAIVE}]))),
    (
        r"^dates\[0\].end_date",
        lambda vyte: vyte.events.update("e1", dates=[{"date": "x", "end_date": NAIVE}]),
    ),
    (r"^invitees is an empty", lambda vyte: create(vyte, invitees=[])),
    (r"^invitees\[0\].email", lambda vyte: create(vyte, invitees=[{"email": "jane"}])),
    (r"^created_by", lambda vyte: create(vyte, created_by={})),
    (r"^timezone", lambda vyte: create(vyte, timezone="Europe/Pari")),
    (r"^invitees is an empty", lambda vyte: vyte.events.add_invitees("e1", [])),
    (r"^invitees\[1\].email", lambda vyte: vyte.events.add_invitees("e1", [JANE, {"email": "a@"}])),
    (r"^start", lambda vyte: vyte.slots.list(duration=30, emails=["a@b.c"], start=NAIVE)),
    (
        r"^end ",
        lambda vyte: vyte.slots.by_day(duration=30, emails=["a@b.c"], start=DAY, end=date(2026, 1, 1)),
    ),
    (r"whose", lambda vyte: vyte.slots.next(duration=30)),
    (r"^emails", lambda vyte: vyte.slots.next(duration=30, emails=["a b@c.d"])),
    (r"^duration", lambda vyte: vyte.slots.next(duration=0, emails=["a@b.c"])),
    (r"^timezone", lambda vyte: vyte.slots.next(duration=30, emails=["a@b.c"], timezone="Mars")),
    (r"^emails", lambda vyte: vyte.v1.slots.list(duration=30, emails=[], start=DAY, end=DAY)),
    (r"^event_id", lambda vyte: vyte.events.retrieve("")),
    (r"^event_id", lambda vyte: vyte.events.retrieve("..")),
    (r"^invitee_id", lambda vyte: vyte.events.delete_invitee("e1", "\n")),
    (r"^date_id", lambda vyte: vyte.events.confirm("e1", date_id="")),
    (r"^creator_emails", lambda vyte: vyte.events.list(creator_emails=["jane"])),
    (r"^limit", lambda vyte: vyte.events.list(limit=0)),
    (r"^q: flags", lambda vyte: vyte.events.list(q=re.compile("a", re.IGNORECASE))),
    (r"^group_ids", lambda vyte: vyte.v1.third_parties.group_events("app1", [])),
    (r"^group_ids", lambda vyte: vyte.v1.third_parties.group_events("app1", ["a,b"])),
    (r"^contact_email", lambda vyte: vyte.third_parties.create(name="x", contact_email="a")),
    (r"^secret", lambda vyte: vyte.third_parties.token(email="a@b.c", secret="")),
    (r"^target_url", lambda vyte: vyte.hooks.create(action="event.created", target_url=PLAIN)),
    (r"^target_url", lambda vyte: vyte.hooks.update("h1", action="event.created", target_url=PLAIN)),
    *(
        (r"^invitees must be a list of objects, such as ", lambda vyte, people=people: invite(vyte, people))
        for people in (["jane@acme.com"], {"email": "jane@acme.com"}, "jane@acme.com", None, 5, b"a@b.c")
    ),
    *(
        (
            f"^{name} must be (a list of objects|an object), such as ",
            lambda vyte, fields=fields: create(vyte, **fields),
        )
        for name, fields in (
            ("invitees", {"invitees": ["jane@acme.com"]}),
            ("created_by", {"created_by": "jane@acme.com"}),
            ("created_by", {"created_by": ["jane@acme.com"]}),
            ("dates", {"dates": [NOON]}),
            ("dates", {"dates": [(NOON, NOON)]}),
            ("dates", {"dates": {"date": NOON, "end_date": NOON}}),
            ("places", {"places": ["Room 1"]}),
            ("places", {"places": "Room 1"}),
            ("messages", {"messages": {"body": "See you"}}),
            ("messages", {"messages": "See you"}),
        )
    ),
    *(
        (
            r"^group_ids must be a list of texts",
            lambda vyte, groups=groups: vyte.events.list(group_ids=groups),
        )
        for groups in (5, b"g1", {"g1": 1})
    ),
    (r"^emails must be a list of texts", lambda vyte: vyte.slots.list(duration=30, emails=b"a@b.c")),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("message", "ask"), WRONG)
def test_wrong_arguments_are_refused_before_anything_is_sent(message: str, ask: Any) -> None:
    recorder = Recorder()
    with pytest.raises(ValueError, match=message):
        ask(recorder.client())
    assert recorder.sent == []


def test_an_event_passed_as_an_id_is_refused_without_showing_it() -> None:
    event: Any = {"_id": "e1", "key_store": {"hash": {"5eec": "a2nv79gx86d5i0o3"}}}
    with pytest.raises(ValueError, match=r"^event_id must be a text .* not a value of type dict\.$"):
        Recorder().client().events.retrieve(event)


@pytest.mark.parametrize("dates", [None, [], [{"date": NOON, "votes": {"created_by": "u1"}}]])
def test_none_an_empty_list_and_what_vyte_answered_are_sent(dates: Any) -> None:
    recorder = Recorder()
    create(recorder.client(), dates=dates, invitees=[{**JANE, "stats": {"voted": {"dates": True}}}])
    assert len(recorder.sent) == 1
