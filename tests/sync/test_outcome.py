"""What is said of an action whose answer got lost is true, nothing is done twice, and the mirror is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth import get_user_model
from django.db import transaction

from django_vyte.exceptions import VyteConnectionError, VyteError
from django_vyte.jobs import publishing
from django_vyte.models import Event
from django_vyte.sync import outcome
from django_vyte.sync.outcome import DELAYS, REFRESH_EVENT
from tests.client.raw import refusing_url

pytestmark = pytest.mark.django_db
TEN, ELEVEN = dt.datetime(2027, 1, 7, 10, tzinfo=dt.UTC), dt.datetime(2027, 1, 7, 11, tzinfo=dt.UTC)


@pytest.fixture
def event(vyte_sandbox, linked_team, settle, settings) -> Event:
    """A meeting in planning; a server that says nothing for 0.3 seconds is given up."""
    vyte_sandbox.create_event(
        title="Kick-off",
        creator="jane@acme.com",
        dates=[
            ("2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z"),
            ("2027-01-06T10:00:00Z", "2027-01-06T11:00:00Z"),
        ],
        places=["Skype", "Office"],
        invitees=["ann@example.com"],
    )
    settle()
    vyte_sandbox.requests.clear()
    settings.VYTE = {**settings.VYTE, "TIMEOUT": (5, 0.3), "DEADLINE": 10, "RETRIES": 1}
    return Event.objects.get(title="Kick-off")


@pytest.fixture
def jane():
    return get_user_model().objects.create_user("jane")


@pytest.fixture
def sent(monkeypatch) -> list[publishing.Message]:
    """What would have gone to the broker."""
    messages: list[publishing.Message] = []
    monkeypatch.setattr(publishing.publisher, "send", lambda message, at_once: messages.append(message))
    return messages


def run_refreshes(sent: list[publishing.Message]) -> int:
    """Do what a worker would about the messages so far; how many were about refreshing an event."""
    found = [message for message in sent if message.task == REFRESH_EVENT]
    sent.clear()
    for message in found:
        current_app.tasks[REFRESH_EVENT](*message.args)
    return len(found)


@dataclass(frozen=True)
class Verb:
    """An action, what Vyte has to show of it, and the same of the mirror."""

    act: Callable[[Event, Any], None]
    shown: Callable[[Event], bool]
    is_told: bool = True
    """Whether Vyte certainly shows what was not done."""


def confirm(event: Event, by: Any) -> None:
    event.confirm(date_id=event.dates[1].id, place_id=event.places[0].id, by=by)


VERBS = {
    "confirm": Verb(confirm, lambda event: event.starts_at == event.dates[1].start),
    "confirm without a choice": Verb(
        lambda event, by: event.confirm(by=by), lambda event: event.status == "confirmed"
    ),
    "cancel": Verb(
        lambda event, by: event.cancel(by=by), lambda event: event.status == "cancelled", is_told=False
    ),
    "add_invitees": Verb(
        lambda event, by: event.add_invitees(["Bob@Example.com", {"email": "eve@example.com"}], by=by),
        lambda event: event.invitees.filter(email__in=["bob@example.com", "eve@example.com"]).count() == 2,
    ),
    "remove_invitee": Verb(
        lambda event, by: event.remove_invitee(event.invitees.get(email="ann@example.com"), by=by),
        lambda event: not event.invitees.filter(email="ann@example.com").exists(),
    ),
    "reschedule dates": Verb(
        lambda event, by: event.reschedule(dates=[(TEN, ELEVEN)], by=by),
        lambda event: [(date.start, date.end) for date in event.dates] == [(TEN, ELEVEN)],
    ),
    "reschedule places": Verb(
        lambda event, by: event.reschedule(places=["Phone", ("Bar", "1 High Street")], by=by),
        lambda event: [place.name for place in event.places] == ["Phone", "Bar"],
    ),
}
AFTER = {
    "dropped after acting": {"drop": True, "after_acting": True},
    "cut off after acting": {"truncate": 1},
    "timed out after acting": {"delay": 0.8, "after_acting": True},
    "502 after acting": {"status": 502, "after_acting": True},
}
MORE = {
    "500 after acting": {"status": 500, "after_acting": True},
    "503 after acting": {"status": 503, "after_acting": True},
    "504 after acting": {"status": 504, "after_acting": True},
    "a web page after acting": {"status": 200, "body": b"<html>", "after_acting": True},
}
NEVER = {
    "dropped before acting": {"drop": True},
    "502 before acting": {"status": 502},
}
REFUSED = {
    "400": {"status": 400},
    "429": {"status": 429, "headers": {"Retry-After": "3600"}},
}
every_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())


def every(faults: dict[str, dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", faults.values(), ids=faults.keys())


WRITING = {"path": r"^/v2/events/[0-9a-f]+(/|$)"}


def lose(vyte_sandbox, fault: dict[str, Any], times: int | None = None) -> None:
    """What happens to each request that changes something."""
    for method in ("POST", "PUT", "DELETE"):
        vyte_sandbox.faults.add(method=method, times=times, **WRITING, **fault)


def writes(vyte_sandbox) -> int:
    return sum(request.method != "GET" for request in vyte_sandbox.requests)


def reads(vyte_sandbox) -> int:
    return sum(request.method == "GET" for request in vyte_sandbox.requests)


def failure(verb: Verb, event: Event, by: Any = None) -> VyteError:
    with pytest.raises(VyteError) as caught:
        verb.act(event, by)
    return caught.value


def last_change(event: Event) -> tuple[str, Any]:
    change = event.changes.latest("pk")
    return change.cause, change.actor


@every_verb
@every(AFTER)
def test_what_was_done_is_done_here_though_nobody_answered(
    verb, fault, vyte_sandbox, event, jane, sent
) -> None:
    lose(vyte_sandbox, fault)
    verb.act(event, jane)
    assert verb.shown(event)
    assert (writes(vyte_sandbox), reads(vyte_sandbox)) == (1, 1)
    assert last_change(event) == ("action", jane)
    assert run_refreshes(sent) == 0


@pytest.mark.parametrize("name", ["confirm", "cancel"])
@every(MORE)
def test_whatever_is_answered_instead_it_is_done_here(name, fault, vyte_sandbox, event, jane, sent) -> None:
    test_what_was_done_is_done_here_though_nobody_answered(
        VERBS[name], fault, vyte_sandbox, event, jane, sent
    )


@every_verb
@every(NEVER)
def test_what_was_not_done_changed_nothing(verb, fault, vyte_sandbox, event, jane, sent) -> None:
    lose(vyte_sandbox, fault)
    before = event.changes.count()
    error = failure(verb, event, jane)
    assert error.maybe_applied == (not verb.is_told)
    assert not error.nothing_sent
    assert (writes(vyte_sandbox), reads(vyte_sandbox)) == (1, 1)
    assert not verb.shown(event)
    assert event.changes.count() == before
    assert run_refreshes(sent) == 1
    # It can be done again.
    vyte_sandbox.faults.clear()
    verb.act(event, jane)
    assert verb.shown(event)


@every_verb
@every(REFUSED)
def test_what_vyte_refused_is_not_looked_up(verb, fault, vyte_sandbox, event, sent) -> None:
    lose(vyte_sandbox, fault)
    error = failure(verb, event)
    assert (error.maybe_applied, error.nothing_sent) == (False, False)
    assert (writes(vyte_sandbox), reads(vyte_sandbox)) == (1, 0)
    assert run_refreshes(sent) == 0


@every_verb
def test_what_was_never_sent_is_not_looked_up(verb, vyte_sandbox, event, settings, sent) -> None:
    settings.VYTE = {**settings.VYTE, "API_URL": refusing_url(), "RETRIES": 0}
    error = failure(verb, event)
    assert isinstance(error, VyteConnectionError)
    assert (error.maybe_applied, error.nothing_sent) == (False, True)
    assert vyte_sandbox.requests == []
    assert run_refreshes(sent) == 0


@every_verb
@pytest.mark.parametrize("kind", ["dropped after acting", "cut off after acting"])
def test_what_cannot_be_looked_up_either_may_have_been_done_and_comes_right_by_itself(
    verb, kind, vyte_sandbox, event, jane, sent
) -> None:
    lose(vyte_sandbox, AFTER[kind])
    vyte_sandbox.faults.add(method="GET", drop=True, times=None)
    if kind == "cut off after acting" and verb in (VERBS["cancel"], VERBS["remove_invitee"]):
        verb.act(event, jane)  # the answer is OK, of which nothing but the status is needed
    else:
        assert failure(verb, event, jane).maybe_applied
    assert writes(vyte_sandbox) == 1
    vyte_sandbox.faults.clear()
    assert run_refreshes(sent) == 1
    event.refresh_from_db()
    assert verb.shown(event)
    assert writes(vyte_sandbox) == 1


@every_verb
def test_what_is_done_late_is_not_called_undone(verb, vyte_sandbox, event, sent, settle) -> None:
    lose(vyte_sandbox, {"delay": 0.6})
    assert failure(verb, event).maybe_applied
    assert not verb.shown(event)
    (request,) = (each for each in vyte_sandbox.requests if each.method != "GET")
    while request.status is None:
        event.refresh()
    assert run_refreshes(sent) == 1
    event.refresh_from_db()
    assert verb.shown(event)


@every_verb
def test_without_a_fault_one_request_does_it(verb, vyte_sandbox, event, jane, sent) -> None:
    verb.act(event, jane)
    assert verb.shown(event)
    assert writes(vyte_sandbox) == 1
    assert last_change(event) == ("action", jane)
    assert run_refreshes(sent) == 0


@pytest.mark.parametrize("name", ["cancel", "add_invitees", "remove_invitee"])
def test_what_was_done_is_a_success_though_it_cannot_be_fetched(name, vyte_sandbox, event, sent) -> None:
    vyte_sandbox.faults.add(method="GET", status=502, times=None)
    VERBS[name].act(event, None)
    assert VERBS[name].shown(event) == (name == "cancel")
    vyte_sandbox.faults.clear()
    assert run_refreshes(sent) == 1
    event.refresh_from_db()
    assert VERBS[name].shown(event)
    assert writes(vyte_sandbox) == 1


# Whether Vyte shows it


@every(AFTER)
def test_a_cancellation_that_vyte_does_not_show_stays_unknown(fault, vyte_sandbox, event, sent) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    lose(vyte_sandbox, fault)
    if fault == AFTER["cut off after acting"]:
        event.cancel()  # the status said so
        assert event.status == "cancelled"
        return
    assert failure(VERBS["cancel"], event).maybe_applied
    assert event.status == "planning"
    assert writes(vyte_sandbox) == 1


def test_the_call_about_a_cancellation_tells_in_the_end(vyte_sandbox, event, settle) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    lose(vyte_sandbox, AFTER["dropped after acting"])
    failure(VERBS["cancel"], event)
    vyte_sandbox.faults.clear()
    settle()
    event.refresh_from_db()
    assert event.status == "cancelled"


def test_a_confirmation_with_another_date_is_not_taken_for_ones_own(vyte_sandbox, event, jane) -> None:
    lose(vyte_sandbox, NEVER["dropped before acting"])
    vyte_sandbox.confirm(event.vyte_id, date_id=event.dates[0].id)
    error = failure(VERBS["confirm"], event, jane)
    assert error.maybe_applied, "nobody knows: it may have been confirmed twice"
    assert event.status == "confirmed"
    assert event.starts_at == event.dates[0].start
    assert last_change(event) == ("refresh", None)


def test_an_old_confirmation_of_a_meeting_that_was_cancelled_is_no_proof(vyte_sandbox, event) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    confirm(event, None)
    event.cancel()
    lose(vyte_sandbox, NEVER["dropped before acting"])
    assert failure(VERBS["confirm"], event).maybe_applied
    assert event.status == "cancelled"


def test_what_others_changed_meanwhile_is_not_the_act_of_who_failed(vyte_sandbox, event, jane) -> None:
    lose(vyte_sandbox, NEVER["dropped before acting"])
    vyte_sandbox.update_event(event.vyte_id, title="Kick-off, moved")
    assert not failure(VERBS["confirm"], event, jane).maybe_applied
    assert event.title == "Kick-off, moved"
    assert last_change(event) == ("refresh", None)


def test_a_meeting_that_is_gone_is_as_good_as_cancelled(vyte_sandbox, event, jane) -> None:
    lose(vyte_sandbox, NEVER["dropped before acting"])
    vyte_sandbox.delete_event(event.vyte_id)
    event.cancel(by=jane)
    assert event.status == "cancelled"
    assert event.missing_since
    assert last_change(event) == ("action", jane)


def test_an_address_that_vyte_looked_up_does_not_make_a_new_place_unknown(vyte_sandbox, event) -> None:
    VERBS["reschedule places"].act(event, None)
    vyte_sandbox.state.events[event.vyte_id]["places"][0]["address"] = "looked up by Vyte"
    lose(vyte_sandbox, NEVER["dropped before acting"])
    VERBS["reschedule places"].act(event, None)
    assert event.places[0].address == "looked up by Vyte"


def test_a_key_that_is_revoked_meanwhile_does_not_make_it_certain(
    vyte_sandbox, event, sent, monkeypatch
) -> None:
    lose(vyte_sandbox, AFTER["dropped after acting"])
    monkeypatch.setattr(
        "django_vyte.actions.outcome.settle",
        lambda *args, settle=outcome.settle: (event.team.api_keys.update(status="revoked"), settle(*args)),
    )
    error = failure(VERBS["confirm"], event)
    assert error.maybe_applied
    assert isinstance(error, VyteConnectionError)


# How long it takes, and where it is remembered


def test_an_action_and_its_look_up_end_within_the_deadline(vyte_sandbox, event, settings) -> None:
    settings.VYTE = {**settings.VYTE, "TIMEOUT": 20, "DEADLINE": 1.0}
    vyte_sandbox.faults.add(delay=3, times=None)
    began = dt.datetime.now(dt.UTC)
    assert failure(VERBS["confirm"], event).maybe_applied
    assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=2.5)


def test_a_transaction_that_is_rolled_back_does_not_forget_to_look_again(vyte_sandbox, event, sent) -> None:
    vyte_sandbox.faults.add(drop=True, after_acting=True, times=None)
    with pytest.raises(VyteError), transaction.atomic():
        event.confirm()
    vyte_sandbox.faults.clear()
    assert [message.countdown for message in sent] == [DELAYS[0]]
    assert run_refreshes(sent) == 1
    event.refresh_from_db()
    assert event.status == "confirmed"


def test_looking_again_is_tried_less_and_less_often_and_then_left_to_the_patrol(
    vyte_sandbox, event, sent
) -> None:
    vyte_sandbox.faults.add(status=502, times=None)
    failure(VERBS["confirm"], event)
    delays = []
    while sent:
        delays += [message.countdown for message in sent]
        run_refreshes(sent)
    assert delays == list(DELAYS)
