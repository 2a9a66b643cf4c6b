"""Every JSON sample that Vyte's documentation prints is taken as an answer, or sent as a body, and stays as it is.

The files of ``data/samples`` and ``data/published`` are named after the page that prints them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from django_vyte.client import VyteClient
from tests.client.operations import Recorder

DATA = Path(__file__).parents[1] / "data"
FILES = {path.stem: path for folder in ("samples", "published") for path in (DATA / folder).glob("*.json")}
WHO: dict[str, Any] = {"title": "x", "created_by": {"email": "a@b.c"}}
HOOK = {"action": "event.created", "target_url": "https://a.example/1"}
ANY: Any = {}

Ask = Callable[[VyteClient], Any]

# The operation that prints a sample as its answer, by the page and the number on it.
ANSWERS: dict[str, dict[str, Ask]] = {
    "add-scheduling-features-to-your-app-or-platform": {
        "0": lambda vyte: vyte.third_parties.create(name="acme"),
        "1": lambda vyte: vyte.third_parties.token(email="a@b.c", secret="s"),
    },
    "appointment-types": {
        "0": lambda vyte: vyte.appointment_types.retrieve("n", "h"),
        "1": lambda vyte: vyte.appointment_types.retrieve("n", "h"),
        "2": lambda vyte: vyte.appointment_types.create("n", **ANY),
        "3": lambda vyte: vyte.appointment_types.retrieve("n", "h"),
        "4": lambda vyte: vyte.appointment_types.update("n", "h", **ANY),
    },
    "availabilities": {
        "1": lambda vyte: vyte.availabilities.retrieve("u"),
        "2": lambda vyte: vyte.availabilities.create("u", **ANY),
        "3": lambda vyte: vyte.availabilities.update("u", **ANY),
    },
    "calendars": {
        "0": lambda vyte: vyte.calendars.retrieve("u"),
        "1": lambda vyte: vyte.calendars.update("u", **ANY),
    },
    "create-and-manage-booking-pages": {
        "0": lambda vyte: vyte.organizations.retrieve(),
        "1": lambda vyte: vyte.users.create(**ANY),
    },
    "events": {
        "0": lambda vyte: vyte.events.retrieve("e"),
        "1": lambda vyte: vyte.events.list(),
        "2": lambda vyte: vyte.events.create(**WHO),
        "3": lambda vyte: vyte.events.retrieve("e"),
        "4": lambda vyte: vyte.events.update("e", title="x"),
        "5": lambda vyte: vyte.events.confirm("e"),
    },
    "getting-started": {"0": lambda vyte: vyte.auth.test()},
    "locations": {
        "0": lambda vyte: vyte.locations.retrieve("l", "i"),
        "1": lambda vyte: vyte.locations.list("l"),
        "2": lambda vyte: vyte.locations.retrieve("l", "i"),
        "3": lambda vyte: vyte.locations.create("l", **ANY),
        "4": lambda vyte: vyte.locations.update("l", "i", **ANY),
    },
    "locators": {
        "0": lambda vyte: vyte.locators.retrieve("h"),
        "1": lambda vyte: vyte.locators.list(),
        "2": lambda vyte: vyte.locators.retrieve("h"),
        "3": lambda vyte: vyte.locators.create(**ANY),
        "4": lambda vyte: vyte.locators.update("l", **ANY),
    },
    "set-up-webhooks": {
        "0": lambda vyte: vyte.hooks.create(**HOOK),
        "1": lambda vyte: vyte.hooks.list(),
        "2": lambda vyte: vyte.hooks.retrieve("h"),
    },
    "setup-team-booking": {
        "0": lambda vyte: vyte.teams.create(**ANY),
        "2": lambda vyte: vyte.teams.book_member("t", **WHO),
    },
    "team_admin_preferences": {
        "0": lambda vyte: vyte.admin_preferences.retrieve("t"),
        "1": lambda vyte: vyte.admin_preferences.retrieve("t"),
        "2": lambda vyte: vyte.admin_preferences.create("t", **ANY),
        "3": lambda vyte: vyte.admin_preferences.update("t", **ANY),
    },
    "teams": {
        "0": lambda vyte: vyte.teams.retrieve("t"),
        "7": lambda vyte: vyte.teams.book_member("t", **WHO),
        "8": lambda vyte: vyte.teams.events("t"),
    },
    "use-simple-locator": {"0": lambda vyte: vyte.locations.create("l", **ANY)},
    "user_preference": {
        "1": lambda vyte: vyte.preferences.retrieve("u"),
        "2": lambda vyte: vyte.preferences.update("u", **ANY),
    },
    "users": {
        "0": lambda vyte: vyte.users.retrieve("u"),
        "1": lambda vyte: vyte.users.list(),
        "2": lambda vyte: vyte.users.retrieve("u"),
        "3": lambda vyte: vyte.users.create(**ANY),
        "4": lambda vyte: vyte.users.update("u", **ANY),
    },
    "v1": {"group-events": lambda vyte: vyte.v1.third_parties.group_events("a", "g")},
    "v2": {
        "confirm": lambda vyte: vyte.events.confirm("e"),
        "create": lambda vyte: vyte.events.create(**WHO),
        "event-object": lambda vyte: vyte.events.retrieve("e"),
        "list": lambda vyte: [*vyte.events.iterate()],
        "retrieve": lambda vyte: vyte.events.retrieve("e"),
        "update": lambda vyte: vyte.events.update("e", title="x"),
    },
    "vytemes": {
        "0": lambda vyte: vyte.booking_pages.retrieve("n"),
        "1": lambda vyte: vyte.booking_pages.retrieve_for_user("u"),
        "2": lambda vyte: vyte.booking_pages.list_for_user("u"),
        "3": lambda vyte: vyte.booking_pages.create(**ANY),
        "4": lambda vyte: vyte.booking_pages.update("n", **ANY),
    },
    "webhooks": {
        "1": lambda vyte: vyte.hooks.create(**HOOK),
        "2": lambda vyte: vyte.hooks.retrieve("h"),
        "4": lambda vyte: vyte.hooks.update("h", **HOOK),
        "5": lambda vyte: vyte.hooks.list(),
    },
}
BY_FILE = {f"{page}-{number}": ask for page, asks in ANSWERS.items() for number, ask in asks.items()}
# What is printed as the body of a request.
BODIES: dict[str, Callable[[VyteClient, Any], Any]] = {
    "v1-booking": lambda vyte, body: vyte.v1.bookings.create(**body),
    "webhooks-0": lambda vyte, body: vyte.hooks.create(**body),
    "webhooks-3": lambda vyte, body: vyte.hooks.update("h", **body),
}
# Calls that Vyte makes: their event is of the kind that "Retrieve an event" answers.
CALLS = {"v1-webhook-call", "webhooks-6"}
# Printed under an operation that the client answers with None.
DISCARDED: dict[str, Ask] = {"users-5": lambda vyte: vyte.users.delete("u")}


def sample(name: str) -> Any:
    return json.loads(FILES[name].read_text())


@pytest.mark.parametrize("name", BY_FILE)
def test_a_sample_is_taken_as_an_answer_and_reads_back_unchanged(name: str) -> None:
    printed = sample(name)
    answer = BY_FILE[name](Recorder(FILES[name].read_bytes()).client())
    unwrapped = printed["hooks"] if name == "webhooks-5" else printed
    assert answer == unwrapped


@pytest.mark.parametrize("name", BODIES)
def test_a_sample_is_sent_as_a_body_and_arrives_unchanged(name: str) -> None:
    recorder = Recorder()
    BODIES[name](recorder.client(), copy.deepcopy(sample(name)))
    [request] = recorder.sent
    assert json.loads(request.body or "") == sample(name)


@pytest.mark.parametrize("name", CALLS)
def test_the_event_of_a_webhook_call_is_taken_as_an_answer(name: str) -> None:
    event = sample(name)["resource"]
    assert Recorder(json.dumps(event).encode()).client().events.retrieve("e") == event


@pytest.mark.parametrize("name", DISCARDED)
def test_a_sample_of_a_deletion_is_none(name: str) -> None:
    assert DISCARDED[name](Recorder(FILES[name].read_bytes()).client()) is None


def test_no_sample_is_left_out() -> None:
    assert set(FILES) == {*BY_FILE, *BODIES, *CALLS, *DISCARDED}
    assert len([*DATA.glob("samples/*.json")]) == 54
    assert len(FILES) == 54 + 19
