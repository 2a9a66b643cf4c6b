"""Every event that Vyte's documentation prints, called in exactly as printed, and what the mirror must hold of it.

The files in ``data/published`` are named after the page that prints them. Expected values were read off the pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client

from django_vyte.models import Delivery, Event, EventChange, Team
from django_vyte.sandbox import Sandbox

PUBLISHED = Path(__file__).parents[1] / "data" / "published"

MEETING_FOR_PROJECT = {
    "title": "Meeting for project",
    "status": "planning",
    "starts_at": None,
    "ends_at": None,
    "all_day": False,
    "timezone": "Europe/Paris",
    "place": ("", ""),
    "organiser": ("martin.saintmac@gmail.com", "522984fb35eaa70200000007"),
    "is_booking": False,
    "lang": "en",
    "app": "569c2e2fa28cc30300778c4c",
    "vyte_created_at": datetime(2016, 1, 18, 1, 9, 53, 477000, UTC),
    "vyte_updated_at": datetime(2016, 1, 18, 1, 10, 5, 670000, UTC),
    "cancelled_at": None,
    "invitees": [],
    "groups": ["project_85fc5"],
    "history": ["created"],
}
MEETING_WITHOUT_DATES = {
    "title": "Meeting Martin Saint-Macary, Martin Saint-Macary",
    "status": "planning",
    "starts_at": None,
    "ends_at": None,
    "all_day": False,
    "timezone": "Europe/Paris",
    "place": ("", ""),
    "organiser": ("martin.saintmac@gmail.com", "522984fb35eaa70200000007"),
    "is_booking": False,
    "lang": "en",
    "app": "569c2e2fa28cc30300778c4c",
    "vyte_created_at": datetime(2016, 1, 18, 1, 8, 11, 524000, UTC),
    "vyte_updated_at": datetime(2016, 1, 18, 1, 8, 12, 691000, UTC),
    "cancelled_at": None,
    "invitees": [],
    "groups": ["project_85fc5"],
    "history": ["created"],
}
FIRST_CREATED = {
    "title": "First created event",
    "status": "planning",
    "starts_at": None,
    "ends_at": None,
    "all_day": False,
    "timezone": "",
    "place": ("", ""),
    "organiser": ("creator@example.com", "5eecc40bb2181073ac6ff375"),
    "is_booking": False,
    "lang": "en",
    "app": "",
    "vyte_created_at": datetime(2020, 7, 14, 9, 45, 20, 862000, UTC),
    "vyte_updated_at": datetime(2020, 7, 14, 9, 45, 20, 862000, UTC),
    "cancelled_at": None,
    "invitees": [("creator@example.com", "Jean Dupont", "")],
    "groups": [],
    "history": ["created"],
}
FIRST_CONFIRMED = {
    "title": "First created event (updated)",
    "status": "confirmed",
    "starts_at": datetime(2020, 7, 16, 7, 0, tzinfo=UTC),
    "ends_at": datetime(2020, 7, 16, 8, 0, tzinfo=UTC),
    "all_day": False,
    "timezone": "",
    "place": ("Place for the meeting.", ""),
    "organiser": ("creator@example.com", "5eecc40bb2181073ac6ff375"),
    "is_booking": False,
    "lang": "en",
    "app": "",
    "vyte_created_at": datetime(2020, 7, 14, 9, 45, 20, 862000, UTC),
    "vyte_updated_at": datetime(2020, 7, 14, 9, 45, 20, 862000, UTC),
    "cancelled_at": None,
    "invitees": [("creator@example.com", "Jean Dupont", "")],
    "groups": [],
    "history": ["created", "confirmed"],
}
SECOND_CREATED = {
    "title": "Second created event",
    "status": "planning",
    "starts_at": None,
    "ends_at": None,
    "all_day": False,
    "timezone": "Europe/Paris",
    "place": ("", ""),
    "organiser": ("john.doe@example.com", "5f3feb7821046c3bb9327e6a"),
    "is_booking": False,
    "lang": "en",
    "app": "",
    "vyte_created_at": datetime(2020, 8, 27, 13, 36, 4, 246000, UTC),
    "vyte_updated_at": datetime(2020, 8, 27, 13, 36, 4, 246000, UTC),
    "cancelled_at": None,
    "invitees": [("john.doe@example.com", "John Doe", "")],
    "groups": [],
    "history": ["created"],
}
EVENT_OBJECT = {
    "title": "Appointment about topic",
    "status": "confirmed",
    "starts_at": datetime(2020, 7, 16, 7, 0, tzinfo=UTC),
    "ends_at": datetime(2020, 7, 16, 8, 0, tzinfo=UTC),
    "all_day": False,
    "timezone": "Europe/Paris",
    "place": ("Place for the meeting.", ""),
    "organiser": ("user.name@domain.com", ""),
    "is_booking": True,
    "lang": "fr",
    "app": "app_id",
    "vyte_created_at": None,
    "vyte_updated_at": None,
    "cancelled_at": None,
    "invitees": [("jean.dupont@domain.com", "Person booking a slot name", "0601020304")],
    "groups": ["user123", "group456", "companyABC"],
    "history": ["created", "confirmed"],
}
BOOKING = {
    "title": "Appointment about topic",
    "status": "confirmed",
    "starts_at": datetime(2017, 11, 10, 11, 0, tzinfo=UTC),
    "ends_at": datetime(2017, 11, 10, 12, 0, tzinfo=UTC),
    "all_day": False,
    "timezone": "Europe/Paris",
    "place": ("Office name", "12 rue de Rivoli, 75004, Paris, France"),
    "organiser": ("use.name@domain.com", ""),
    "is_booking": True,
    "lang": "fr",
    "app": "app_id",
    "vyte_created_at": None,
    "vyte_updated_at": None,
    "cancelled_at": None,
    "invitees": [("jean.dupont@domain.com", "Person booking a slot name", "0601020304")],
    "groups": [],
    "history": ["created", "confirmed"],
}
CANCELLED_APPOINTMENT = {
    **BOOKING,
    "status": "cancelled",
    "app": "",
    "cancelled_at": datetime(2017, 12, 1, 12, 5, tzinfo=UTC),
    "history": ["created", "cancelled"],
}
# Ids as printed; None where the page prints none.
TABLE: dict[str, dict[str | None, dict[str, Any]]] = {
    "v1-group-events": {
        "569c3b6105dc780300951bd0": MEETING_FOR_PROJECT,
        "569c3afaa28cc30300778c69": MEETING_WITHOUT_DATES,
    },
    "v1-booking": {None: BOOKING},
    "v1-webhook-call": {None: CANCELLED_APPOINTMENT},
    "v2-event-object": {None: EVENT_OBJECT},
    "v2-list": {
        "569c3b6105dc780300951bd0": MEETING_FOR_PROJECT,
        "569c3afaa28cc30300778c69": MEETING_WITHOUT_DATES,
    },
    "v2-create": {"5f0d7eb02003d0971e2a961a": FIRST_CREATED},
    "v2-retrieve": {"5f4cc0d72285556ee2c6332d": FIRST_CREATED},
    "v2-update": {"5f0d7eb02003d0971e2a961a": FIRST_CONFIRMED},
    "v2-confirm": {"5f0d7eb02003d0971e2a961a": FIRST_CONFIRMED},
    "events-0": {None: EVENT_OBJECT},
    "events-1": {
        "569c3b6105dc780300951bd0": MEETING_FOR_PROJECT,
        "569c3afaa28cc30300778c69": MEETING_WITHOUT_DATES,
    },
    "events-2": {"5f0d7eb02003d0971e2a961a": FIRST_CREATED},
    "events-3": {"5f4cc0d72285556ee2c6332d": FIRST_CREATED},
    "events-4": {"5f0d7eb02003d0971e2a961a": FIRST_CONFIRMED},
    "events-5": {"5f0d7eb02003d0971e2a961a": FIRST_CONFIRMED},
    "teams-7": {"5f0d7eb02003d0971e2a961a": {**FIRST_CREATED, "title": "First team event"}},
    "teams-8": {
        "569c3b6105dc780300951bd0": MEETING_FOR_PROJECT,
        "569c3afaa28cc30300778c69": MEETING_WITHOUT_DATES,
    },
    "setup-team-booking-2": {"5f47b6c4228555e2d6c63311": SECOND_CREATED},
    "webhooks-6": {None: {**CANCELLED_APPOINTMENT, "organiser": ("user.name@domain.com", "")}},
}


def held(event: Event) -> dict[str, Any]:
    """What the mirror holds of an event, in the terms of the table."""
    names = ("title", "status", "starts_at", "ends_at", "all_day", "timezone", "is_booking", "lang", "app")
    names += ("vyte_created_at", "vyte_updated_at", "cancelled_at")
    return {
        **{name: getattr(event, name) for name in names},
        "place": (event.place_name, event.place_address),
        "organiser": (event.creator_email, event.creator_id),
        "invitees": list(event.invitees.order_by("pk").values_list("email", "full_name", "phone")),
        "groups": list(event.groups.order_by("pk").values_list("group_id", flat=True)),
        "history": list(event.changes.order_by("pk").values_list("kind", flat=True)),
    }


def resources(printed: Any) -> list[dict[str, Any]]:
    """The events in what a page prints: a list of them, one, or a call about one."""
    found = printed if isinstance(printed, list) else [printed]
    return [each.get("resource", each) for each in found]


def body_of(name: str, shape: str, owner: str) -> str:
    """The webhook call, or calls, about what a page prints, letter by letter."""
    text = (PUBLISHED / f"{name}.json").read_text(encoding="utf-8")
    printed = json.loads(text)
    if "action" in printed:
        return text if shape == "object" else f"[{text}]"
    several = isinstance(printed, list)
    texts = (
        [bytes(raw).decode() for raw in msgspec.json.decode(text, type=list[msgspec.Raw])]
        if several
        else [text]
    )
    call = '{"action": "event.created", "resource": %s, "%s": "14ce14c8a8ced358c78a5c231d"}'
    calls = [call % (each, owner) for each in texts]
    return calls[0] if shape == "object" and len(calls) == 1 else f"[{', '.join(calls)}]"


@pytest.mark.parametrize("owner", ["team", "organization"])
@pytest.mark.parametrize("shape", ["object", "array"])
@pytest.mark.parametrize("name", TABLE)
def test_a_published_event_is_mirrored(
    name: str,
    shape: str,
    owner: str,
    vyte_sandbox: Sandbox,
    team: Team,
    webhook_path: str,
    settle: Callable[[], None],
) -> None:
    printed = resources(json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8")))
    known = {event.get("_id"): vyte_sandbox.load(event)["_id"] for event in printed}

    body = body_of(name, shape, owner).encode()
    assert Client().post(webhook_path, body, content_type="application/json").status_code == 200
    settle()

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.error) == ("done", "")
    for given, expected in TABLE[name].items():
        event = Event.objects.get(team=team, vyte_id=known[given])
        assert held(event) == expected
    assert not EventChange.objects.filter(told_at__isnull=True).exists()


@pytest.mark.parametrize("name", TABLE)
def test_the_whole_of_a_published_event_is_kept_but_its_keys(
    name: str, vyte_sandbox: Sandbox, team: Team, webhook_path: str, settle: Callable[[], None]
) -> None:
    printed = resources(json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8")))
    for event in printed:
        event["_id"] = vyte_sandbox.load(event)["_id"]
    Client().post(webhook_path, body_of(name, "object", "team"), content_type="application/json")
    settle()
    for event in printed:
        event.pop("key_store", None)
        if event.get("third_party"):
            event["third_party"].pop("ct", None)
        assert Event.objects.get(team=team, vyte_id=event["_id"]).data == event


def test_every_published_event_is_in_the_table() -> None:
    assert {path.stem for path in PUBLISHED.glob("*.json")} == set(TABLE)
    for name, expected in TABLE.items():
        printed = resources(json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8")))
        assert [event.get("_id") for event in printed] == list(expected)


def test_all_of_them_one_after_the_other_end_as_vyte_has_them(
    vyte_sandbox: Sandbox, team: Team, webhook_path: str, settle: Callable[[], None]
) -> None:
    for name in TABLE:
        Client().post(webhook_path, body_of(name, "object", "team"), content_type="application/json")
    settle()
    statuses = dict(Event.objects.filter(team=team).values_list("vyte_id", "status"))
    # Seven events are what a local Vyte starts with; nothing else was loaded into it.
    assert len(statuses) == 7
    assert statuses["5f0d7eb02003d0971e2a961a"] == "confirmed"
    assert statuses["569c3b6105dc780300951bd0"] == "planning"
    assert sorted(statuses.values()) == ["cancelled", "confirmed", "confirmed", *["planning"] * 4]
