"""Webhook calls without an id: the event is identified by its description, or nothing is cancelled."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte import mirror
from django_vyte.inbox import scheduling
from django_vyte.models import Delivery, Event, Team
from django_vyte.sandbox import Sandbox
from django_vyte.sync import matching, unidentified
from django_vyte.sync.context import VyteContext
from django_vyte.sync.team import sync_team
from tests.calls import kept

DAY = ("2027-01-01T09:00:00.000Z", "2027-01-01T10:00:00.000Z")
# What the published sample of a call has besides the time of the cancellation.
PUBLISHED = ("confirmed", "created_by", "dates", "invitees", "messages", "places", "title", "vyteme")


@pytest.fixture(autouse=True)
def a_vyte_that_tells_little(vyte_sandbox: Sandbox) -> None:
    """Calls have no ids, and the API shows no cancellation."""
    vyte_sandbox.state.events.clear()
    vyte_sandbox.quirks.webhook_ids = vyte_sandbox.quirks.show_cancelled = False


@pytest.fixture
def plan(vyte_sandbox: Sandbox) -> Callable[..., str]:
    """Create a meeting at Vyte; its id."""

    def plan(title: str = "Kick-off", **fields: Any) -> str:
        given = {
            "creator": "emma@example.com", "dates": [DAY], "invitees": ["ada@example.com"], "group_ids": ["deal_1"],
        }  # fmt: skip
        return str(vyte_sandbox.create_event(title=title, **{**given, **fields})["_id"])

    return plan


@pytest.fixture
def said_of(vyte_sandbox: Sandbox) -> Callable[..., dict[str, Any]]:
    """The resource of a call without its ``_id``: the whole event, or only these members of it."""

    def said(vyte_id: str, *names: str, **others: Any) -> dict[str, Any]:
        raw = json.loads(json.dumps(vyte_sandbox.state.events[vyte_id]))
        kept = {name: value for name, value in raw.items() if name != "_id" and (not names or name in names)}
        return {**kept, **others}

    return said


@pytest.fixture
def call(team: Team) -> Callable[..., Delivery]:
    """Calls arrive and are processed; the delivery of the last."""

    def call(resource: dict[str, Any], action: str = "event.cancelled", times: int = 1) -> Delivery:
        stored = [
            kept(team, json.dumps({"action": action, "resource": resource}).encode()) for _ in range(times)
        ]
        scheduling.process(stored[-1].pk)
        stored[-1].refresh_from_db()
        return stored[-1]

    return call


def statuses() -> dict[str, str]:
    return dict(Event.objects.values_list("vyte_id", "status"))


def asked(sandbox: Sandbox) -> list[str]:
    """What Vyte was asked, list or event, since it was looked at last."""
    paths = [request.path for request in sandbox.requests]
    sandbox.requests.clear()
    return paths


def cancel(sandbox: Sandbox, vyte_id: str, after: int = 60) -> dt.datetime:
    """A meeting is cancelled, some seconds after whatever happened before; when."""
    sandbox.state.clock.forward(after)
    return dt.datetime.fromisoformat(sandbox.cancel(vyte_id)["cancelled"])


# The one meeting


def test_a_cancellation_that_only_a_call_without_an_id_shows_reaches_the_mirror(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None], plan: Callable[..., str]
) -> None:
    vyte_id, other = plan(), plan("Another")
    settle()
    asked(vyte_sandbox)
    vyte_sandbox.cancel(vyte_id)
    settle()
    assert statuses() == {vyte_id: "cancelled", other: "planning"}
    assert asked(vyte_sandbox) == [f"/v2/events/{vyte_id}"]
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def test_the_published_sample_is_enough_to_know_a_meeting_by(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id, other = plan(confirmed=True), plan(dates=[("2027-01-02T09:00:00Z", "2027-01-02T10:00:00Z")])
    sync_team(team)
    asked(vyte_sandbox)
    when = cancel(vyte_sandbox, vyte_id)
    call(said_of(vyte_id, *PUBLISHED, "cancelled"))
    assert statuses() == {vyte_id: "cancelled", other: "planning"}
    assert Event.objects.get(vyte_id=vyte_id).cancelled_at == when
    # Another meeting like it may be new: the mirror is brought up to date before it is trusted.
    assert asked(vyte_sandbox) == ["/v2/events", f"/v2/events/{vyte_id}"]


def test_a_meeting_that_is_new_here_is_known_once_all_are_mirrored(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id = plan()
    cancel(vyte_sandbox, vyte_id)
    assert call(said_of(vyte_id)).status == "done"
    assert statuses() == {vyte_id: "cancelled"}


@pytest.mark.parametrize("action", ["event.confirmed", "event.updated"])
def test_another_call_about_a_known_meeting_costs_one_question(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any, action: str
) -> None:
    vyte_id = plan()
    sync_team(team)
    asked(vyte_sandbox)
    vyte_sandbox.confirm(vyte_id)
    assert call(said_of(vyte_id), action).status == "done"
    assert statuses() == {vyte_id: "confirmed"}
    assert asked(vyte_sandbox) == [f"/v2/events/{vyte_id}"]


@pytest.mark.parametrize(
    "spelling",
    [
        {"offset_style": "+0100"},
        {"milliseconds": False},
        {"single_as_object": True},
        {"webhook_owner": "organization"},
    ],
)
def test_a_meeting_is_known_however_it_is_spelt(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Any, plan: Callable[..., str], spelling: dict[str, Any]
) -> None:
    vyte_id = plan(creator="Emma@Example.com", title=" Kick-off  ", places=["Office"])
    settle()
    for name, value in spelling.items():
        setattr(vyte_sandbox.quirks, name, value)
    asked(vyte_sandbox)
    vyte_sandbox.cancel(vyte_id)
    settle()
    assert statuses() == {vyte_id: "cancelled"}
    # Another one may have been made in the same second, where no milliseconds tell them apart.
    first = [] if vyte_sandbox.quirks.milliseconds else ["/v2/events"]
    assert asked(vyte_sandbox) == [*first, f"/v2/events/{vyte_id}"]


def test_the_same_call_twice_cancels_once(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id = plan()
    sync_team(team)
    cancel(vyte_sandbox, vyte_id)
    call(said_of(vyte_id), times=2)
    call(said_of(vyte_id))
    assert Event.objects.get().changes.filter(kind="cancelled").count() == 1
    assert set(Delivery.objects.values_list("status", "error")) == {("done", "")}


def test_a_cancellation_that_says_no_time_came_before_its_call(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id = plan(confirmed=True)
    sync_team(team)
    # The sandbox's clock runs some milliseconds ahead: it never gives the same one twice.
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)):
        delivery = call(said_of(vyte_id, "title", "dates", "created_by"))
    assert Event.objects.get().cancelled_at == delivery.received_at


# What agrees, and what does not


@pytest.mark.parametrize(
    "difference",
    [
        {"title": "Kick off"},
        {"dates": [{"date": "2027-01-01T09:00:00Z", "end_date": "2027-01-01T10:30:00Z"}]},
        {"dates": [{"date": "2027-01-01T09:00:00Z"}]},
        {"created_by": {"email": "adam@example.com"}},
        {"invitees": [{"email": "ada@example.com"}, {"email": "bob@example.com"}]},
        {"invitees": []},
        {"third_party": {"group_ids": ["deal_2"]}},
        {"createdAt": "2026-01-01T00:00:00Z"},
    ],
)
def test_whatever_a_call_says_must_agree(
    team: Team,
    vyte_sandbox: Sandbox,
    plan: Callable[..., str],
    said_of: Any,
    call: Any,
    difference: dict[str, Any],
) -> None:
    vyte_id = plan()
    delivery = call(said_of(vyte_id, cancelled="2027-01-01T00:00:00Z", **difference))
    assert statuses() == {vyte_id: "planning"}
    assert (delivery.status, "and none here fits" in delivery.error) == ("failed", True)


@pytest.mark.parametrize(
    "names", [("title",), ("title", "created_by"), ("title", "dates"), ("dates", "created_by")]
)
def test_a_call_that_says_little_is_about_no_meeting_for_certain(
    team: Team, plan: Callable[..., str], said_of: Any, call: Any, names: tuple[str, ...]
) -> None:
    vyte_id = plan()
    assert call(said_of(vyte_id, *names)).status == "failed"
    assert statuses() == {vyte_id: "planning"}


# Several alike


def test_of_two_alike_neither_is_cancelled_and_that_is_said(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one, two = plan(confirmed=True), plan(confirmed=True)
    cancel(vyte_sandbox, one)
    delivery = call(said_of(one, *PUBLISHED, "cancelled"))
    assert statuses() == {one: "confirmed", two: "confirmed"}
    assert delivery.status == "failed"
    assert "more than one here fits what it says: nothing was cancelled" in delivery.error


def test_two_alike_are_distinguished_by_when_they_were_made(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one = plan(confirmed=True)
    vyte_sandbox.state.events[one]["createdAt"] = "2026-01-01T00:00:00.000Z"
    two = plan(confirmed=True)
    sync_team(team)
    cancel(vyte_sandbox, one)
    call(said_of(one))
    assert statuses() == {one: "cancelled", two: "confirmed"}


def test_of_two_alike_of_which_one_is_not_listed_none_is_cancelled(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("django_vyte.sync.listing.partition.BUDGET", 0)
    one, two = plan(confirmed=True), plan(confirmed=True)
    sync_team(team)
    Event.objects.get(vyte_id=one).delete()
    said = said_of(one, *PUBLISHED, "cancelled")
    cancel(vyte_sandbox, one)
    listed = [event for key, event in vyte_sandbox.state.events.items() if key != one]
    body = json.dumps(listed + [None] * (50 - len(listed))).encode()
    vyte_sandbox.faults.add(path=r"^/v2/events$", status=200, body=body, times=None)
    delivery = call(said)
    assert (delivery.status, "others may be missing" in delivery.error) == ("failed", True)
    assert statuses()[two] == "confirmed"


def test_of_two_alike_where_vyte_shows_which_one_it_is_nothing_is_left_to_say(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_sandbox.quirks.show_cancelled = True
    one, two = plan(), plan()
    sync_team(team)
    cancel(vyte_sandbox, one)
    assert call(said_of(one, *PUBLISHED, "cancelled")).status == "done"
    assert statuses() == {one: "cancelled", two: "planning"}


def test_a_meeting_that_was_cancelled_before_is_not_cancelled_again_in_place_of_another(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one = plan()
    cancel(vyte_sandbox, one)
    call(said_of(one, *PUBLISHED, "cancelled"))
    two = plan()
    cancel(vyte_sandbox, two)
    call(said_of(two, *PUBLISHED, "cancelled"))
    assert statuses() == {one: "cancelled", two: "cancelled"}


def test_a_late_call_does_not_cancel_what_was_booked_again(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one = plan()
    cancel(vyte_sandbox, one)
    late = said_of(one, *PUBLISHED, "cancelled")
    call(late)
    clock = vyte_sandbox.state.clock
    clock.forward(60)
    two = plan()
    assert call(late).status == "done"
    assert statuses() == {one: "cancelled", two: "planning"}
    del vyte_sandbox.state.events[one]
    Event.objects.filter(vyte_id=one).delete()
    assert call(late).status == "failed"
    assert statuses() == {two: "planning"}


def test_a_cancellation_of_a_meeting_that_was_confirmed_again_and_has_changed_since_is_old_news(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id = plan(confirmed=True)
    cancel(vyte_sandbox, vyte_id)
    said = said_of(vyte_id)
    vyte_sandbox.state.clock.forward(60)
    vyte_sandbox.confirm(vyte_id)
    vyte_sandbox.invite(vyte_id, "eve@example.com")
    delivery = call(said)
    assert (delivery.status, delivery.error) == ("done", "")
    assert statuses() == {vyte_id: "confirmed"}


def test_a_cancellation_of_a_meeting_that_was_cancelled_again_and_has_changed_since_is_old_news(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id = plan(confirmed=True)
    cancel(vyte_sandbox, vyte_id)
    said = said_of(vyte_id)
    vyte_sandbox.state.clock.forward(60)
    vyte_sandbox.confirm(vyte_id)
    vyte_sandbox.invite(vyte_id, "eve@example.com")
    cancel(vyte_sandbox, vyte_id)
    vyte_sandbox.quirks.show_cancelled = True
    delivery = call(said)
    assert (delivery.status, delivery.error) == ("done", "")
    assert statuses() == {vyte_id: "cancelled"}


@pytest.mark.parametrize("again", [Sandbox.confirm, Sandbox.cancel])
def test_a_cancellation_is_not_old_news_while_it_may_be_about_a_meeting_that_is_planned(
    again: Callable[[Sandbox, str], Any],
    team: Team,
    vyte_sandbox: Sandbox,
    plan: Callable[..., str],
    said_of: Any,
    call: Any,
) -> None:
    one, two = plan(), plan()
    created = vyte_sandbox.state.events[one]["createdAt"]
    vyte_sandbox.state.events[two]["createdAt"] = created
    cancel(vyte_sandbox, one)
    said = said_of(one, title="Another title", createdAt=f"{created[:19]}Z")
    vyte_sandbox.state.clock.forward(60)
    vyte_sandbox.confirm(one)
    vyte_sandbox.state.clock.forward(60)
    again(vyte_sandbox, one)
    vyte_sandbox.quirks.show_cancelled = True
    delivery = call(said)
    assert (delivery.status, "none here fits" in delivery.error) == ("failed", True)
    assert statuses()[two] == "planning"


def test_two_cancellations_that_are_not_certain_are_one_problem(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one, _, other, _ = plan(), plan(), plan("Retro"), plan("Retro")
    for vyte_id in (one, other):
        cancel(vyte_sandbox, vyte_id)
    said = said_of(one, *PUBLISHED, "cancelled")
    kept(team, json.dumps({"action": "event.cancelled", "resource": said}).encode())
    delivery = call(said_of(other, *PUBLISHED, "cancelled"))
    assert delivery.error.count("nothing was cancelled") == 1
    assert set(statuses().values()) == {"planning"}


def test_of_two_that_were_made_in_one_second_the_one_that_a_call_is_about_is_cancelled(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one = plan(confirmed=True)
    vyte_sandbox.state.events[one]["createdAt"] = "2026-01-01T00:00:00.100Z"
    sync_team(team)
    two = plan(confirmed=True)
    vyte_sandbox.state.events[two]["createdAt"] = "2026-01-01T00:00:00.900Z"
    assert call(said_of(two), "event.created").status == "done"
    assert statuses() == {one: "confirmed", two: "confirmed"}
    cancel(vyte_sandbox, two)
    call(said_of(two))
    assert statuses() == {one: "confirmed", two: "cancelled"}


# Where cancelled meetings are not listed


@pytest.fixture
def hidden(vyte_sandbox: Sandbox) -> Sandbox:
    vyte_sandbox.quirks.list_cancelled = False
    return vyte_sandbox


def test_the_meeting_that_is_not_listed_any_more_is_the_one_that_was_cancelled(
    team: Team, hidden: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    one, other, twin = plan(confirmed=True), plan("Another"), plan(confirmed=True)
    sync_team(team)
    asked(hidden)
    cancel(hidden, one)
    assert call(said_of(one, *PUBLISHED, "cancelled")).status == "done"
    assert statuses() == {one: "cancelled", other: "planning", twin: "confirmed"}
    assert asked(hidden) == ["/v2/events", f"/v2/events/{one}"]


def test_a_meeting_that_is_still_listed_is_not_cancelled_in_place_of_one_that_never_was_here(
    team: Team, hidden: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    known = plan()
    sync_team(team)
    cancel(hidden, known)
    assert call(said_of(known, *PUBLISHED, "cancelled")).status == "done"
    hidden.state.clock.forward(60)
    one, two = plan(), plan()
    cancel(hidden, one)
    assert call(said_of(one, *PUBLISHED, "cancelled")).status == "failed"
    assert statuses() == {known: "cancelled", two: "planning"}


def test_a_cancellation_that_vyte_shows_and_does_not_list_leaves_no_doubt(
    team: Team, hidden: Sandbox, plan: Callable[..., str]
) -> None:
    hidden.quirks.show_cancelled = True
    one, other = plan(), plan("Another")
    sync_team(team)
    cancel(hidden, one)
    assert sync_team(team).incomplete == ""
    assert statuses() == {one: "cancelled", other: "planning"}


# What Vyte refuses, or does not have yet


def test_a_meeting_that_vyte_refuses_keeps_no_other_call_waiting_for_its_work(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    bad, good = plan("Bad"), plan("Good", confirmed=True)
    sync_team(team)
    new = plan("New")
    vyte_sandbox.faults.add(path=f"^/v2/events/{bad}", status=403, times=None)
    cancel(vyte_sandbox, good)
    for vyte_id, action in ((bad, "event.updated"), (new, "event.created")):
        kept(team, json.dumps({"action": action, "resource": said_of(vyte_id)}).encode())
    delivery = call(said_of(good))
    assert statuses() == {bad: "planning", good: "cancelled", new: "planning"}
    assert (delivery.status, "answered 403" in delivery.error) == ("waiting", True)


def test_a_meeting_that_is_not_listed_yet_is_looked_for_again_and_not_for_ever(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    late = plan("Late")
    vyte_sandbox.state.clock.forward(60)
    never = plan("Never")
    said = {vyte_id: said_of(vyte_id) for vyte_id in (late, never)}
    events = {vyte_id: vyte_sandbox.state.events.pop(vyte_id) for vyte_id in (late, never)}
    delivery = call(said[late], "event.created")
    assert (delivery.status, "not yet, listed" in delivery.error) == ("waiting", True)
    vyte_sandbox.state.events[late] = events[late]
    other = kept(team, json.dumps({"action": "event.created", "resource": said[never]}).encode())
    for _ in range(3):
        Delivery.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=delivery.received_at)
        scheduling.process(other.pk)
    assert statuses() == {late: "planning"}
    other.refresh_from_db()
    assert other.status == "ignored"


def test_looking_for_many_meetings_keeps_the_hold_on_their_calls(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any
) -> None:
    said = [plan(f"Meeting {number}") for number in range(3)]
    described = [
        matching.describe(said_of(vyte_id, *PUBLISHED), cancelled=False, cancelled_at=None)
        for vyte_id in said
    ]
    kept_at: list[int] = []
    context = VyteContext(str(team.pk), lambda *_: kept_at.append(len(vyte_sandbox.requests)))
    unidentified.sync_unidentified(described, context, mirror.Origin("webhook"))
    assert {1, 2, 3} <= set(kept_at)


# What it costs


def test_a_call_that_says_nothing_leads_to_a_look_at_all_also_beside_one_that_is_certain(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    vyte_id = plan()
    sync_team(team)
    new = plan("New")
    kept(team, b'{"action": "event.created", "resource": {}}')
    call(said_of(vyte_id), "event.updated")
    assert new in statuses()


@pytest.fixture
def cut_off(vyte_sandbox: Sandbox) -> Sandbox:
    """A Vyte with many meetings, of which a list shows a third."""
    vyte_sandbox.fill(300)
    vyte_sandbox.quirks.list_maximum = 100
    return vyte_sandbox


@pytest.mark.parametrize("action", ["event.created", "event.cancelled"])
def test_a_meeting_that_is_new_is_found_by_its_title_however_many_there_are(
    team: Team, cut_off: Sandbox, plan: Callable[..., str], said_of: Any, call: Any, action: str
) -> None:
    vyte_id = plan("Kick-off (second try)")
    said = said_of(vyte_id, *PUBLISHED)
    if action == "event.cancelled":
        said["cancelled"] = cancel(cut_off, vyte_id).isoformat()
    assert call(said, action).status == "done"
    assert statuses() == {vyte_id: action.replace("event.created", "planning").removeprefix("event.")}
    assert len(asked(cut_off)) <= 2


def test_a_cancelled_meeting_that_is_not_listed_any_more_is_looked_at_where_it_is_known(
    team: Team, cut_off: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    cut_off.quirks.show_cancelled = True
    vyte_id = plan()
    sync_team(team)
    asked(cut_off)
    cancel(cut_off, vyte_id)
    said = said_of(vyte_id, *PUBLISHED, "cancelled")
    cut_off.faults.add(path=r"^/v2/events$", status=200, body=b"[]")
    assert call(said).status == "done"
    assert statuses()[vyte_id] == "cancelled"
    assert asked(cut_off) == ["/v2/events", f"/v2/events/{vyte_id}"]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400},
        {"status": 200, "body": b'[{"_id": "5f0d7eb02003d0971e2a961a", "title": "Another"}]'},
        {"status": 200, "body": b"[" + b", ".join([b"null"] * 50) + b"]"},
        {"status": 200, "body": b"null"},
    ],
    ids=["refused", "not searched", "cut short", "no list"],
)
def test_where_titles_cannot_be_searched_all_meetings_are_looked_through(
    team: Team,
    vyte_sandbox: Sandbox,
    plan: Callable[..., str],
    said_of: Any,
    call: Any,
    answer: dict[str, Any],
) -> None:
    vyte_id, other = plan(), plan("Another")
    cancel(vyte_sandbox, vyte_id)
    # A refused limit is asked without once more.
    vyte_sandbox.faults.add(path=r"^/v2/events$", times=1 + (answer["status"] == 400), **answer)
    assert call(said_of(vyte_id, *PUBLISHED, "cancelled")).status == "done"
    assert {vyte_id: "cancelled", other: "planning"}.items() <= statuses().items()


def test_finding_a_meeting_is_one_question_to_the_database_however_many_there_are(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any
) -> None:
    starts = [dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC) + dt.timedelta(days=day) for day in range(120)]
    for start in starts:
        dates = [(start.isoformat(), (start + dt.timedelta(hours=1)).isoformat())]
        vyte_id = plan(dates=dates, confirmed=True)
    sync_team(team)
    said = matching.describe(said_of(vyte_id, *PUBLISHED), cancelled=True, cancelled_at=None)
    with CaptureQueriesContext(connection) as queries:
        assert matching.candidates(team.pk, said) == [vyte_id]
    assert len(queries) == 1


def test_of_too_many_alike_none_is_certain(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(matching, "MAX_ALIKE", 3)
    ids = [plan(invitees=[f"guest{number}@example.com"]) for number in range(4)]
    sync_team(team)
    said = matching.describe(said_of(ids[0], *PUBLISHED), cancelled=True, cancelled_at=None)
    assert len(matching.candidates(team.pk, said)) == 4
    Event.objects.filter(vyte_id=ids[3]).delete()
    assert matching.candidates(team.pk, said) == [ids[0]]


def test_where_many_calls_wait_all_meetings_are_listed_once(
    team: Team, vyte_sandbox: Sandbox, plan: Callable[..., str], said_of: Any, call: Any
) -> None:
    ids = [plan(f"Meeting {number}") for number in range(15)]
    sync_team(team)
    asked(vyte_sandbox)
    for vyte_id in ids[:14]:
        vyte_sandbox.confirm(vyte_id)
        kept(team, json.dumps({"action": "event.confirmed", "resource": said_of(vyte_id)}).encode())
    cancel(vyte_sandbox, ids[14])
    call(said_of(ids[14]))
    assert sorted(statuses().values()) == ["cancelled", *["confirmed"] * 14]
    assert asked(vyte_sandbox) == ["/v2/events", f"/v2/events/{ids[14]}"]
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
