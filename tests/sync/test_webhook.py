"""What each kind of call asks for."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_vyte.client.events import Events
from django_vyte.inbox import scheduling
from django_vyte.inbox.sources import Received
from django_vyte.models import Delivery, Event, Member, Team
from django_vyte.ops.sweep import sweep
from django_vyte.sandbox import Sandbox
from django_vyte.signals import user_joined
from django_vyte.sync.webhook import VyteRequest, VyteSource
from tests.calls import kept

VYTE = VyteSource()
NOON = dt.datetime(2027, 1, 1, 12, 0, tzinfo=UTC)


def requests(action: object, resource: object) -> list[VyteRequest]:
    return list(VYTE.parse({"action": action, "resource": resource, "team": "t1"}, Received({}, NOON)))


# Reading


@pytest.mark.parametrize(
    "action", ["event.created", "event.confirmed", "event.updated", "event.voted", "event.x"]
)
def test_a_call_about_an_event_asks_for_that_event(action: str) -> None:
    assert requests(action, {"_id": "5f0d", "title": "whatever"}) == [VyteRequest("event", "5f0d")]


def test_a_call_about_a_user_asks_for_that_user() -> None:
    assert requests("user.joined", {"_id": "5f0d"}) == [VyteRequest("user", "5f0d")]


@pytest.mark.parametrize("resource", [{}, {"_id": None}, {"_id": ""}, {"title": "Appointment"}])
def test_a_call_that_does_not_say_which_event_asks_for_the_team(resource: dict[str, Any]) -> None:
    assert [each.key for each in requests("event.cancelled", resource)] == ["team"]


@pytest.mark.parametrize("action", ["vyteme.updated", "user.left", "hook", "events.created", "x" * 999])
def test_an_action_that_nobody_handles_asks_for_nothing(action: str) -> None:
    assert requests(action, None) == []


@pytest.mark.parametrize("action", [None, "", 5, True, [], {}])
def test_a_call_without_an_action_is_unreadable(action: object) -> None:
    with pytest.raises(ValueError, match="names no action"):
        requests(action, {})


@pytest.mark.parametrize("resource", [None, "5f0d", 5, [], [{"_id": "5f0d"}]])
def test_a_call_without_a_resource_is_unreadable(resource: object) -> None:
    with pytest.raises(ValueError, match=r"event\.created has no resource"):
        requests("event.created", resource)


@pytest.mark.parametrize("vyte_id", ["a/b", "..", "a b", 5, True, ["5f0d"], {"$ne": 1}, "é", "%2e", "a" * 65])
@pytest.mark.parametrize("action", ["event.created", "user.joined"])
def test_an_id_that_vyte_cannot_have_given_is_unreadable(action: str, vyte_id: object) -> None:
    with pytest.raises(ValueError, match="about an _id that Vyte cannot have given"):
        requests(action, {"_id": vyte_id})


@pytest.mark.parametrize(
    "resource", [{}, {"emails": []}, {"emails": [5]}, {"email": "nobody"}, {"full_name": "A"}]
)
def test_a_user_without_an_id_or_an_address_is_unreadable(resource: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not say which user"):
        requests("user.joined", resource)


@pytest.mark.parametrize(
    "resource", [{"emails": ["A@example.com", "a@example.org"]}, {"email": "a@example.com"}]
)
def test_a_call_about_a_user_who_is_not_named_asks_for_who_has_that_address(resource: dict[str, Any]) -> None:
    (one,) = requests("user.joined", resource)
    assert (one.key, one.emails[0]) == ("users", "a@example.com")
    (other,) = requests("user.joined", {"email": "b@example.com"})
    assert other.merged(one).merged(other).emails == ("b@example.com", *one.emails)


@pytest.mark.parametrize(
    ("action", "resource", "cancelled", "cancelled_at"),
    [
        ("event.cancelled", {"cancelled": "2027-01-01T12:00:00Z"}, True, NOON),
        ("event.updated", {"cancelled": "2027-01-01T12:00:00Z"}, True, NOON),
        ("event.cancelled", {"updatedAt": "2027-01-01T12:00:00Z"}, True, NOON),
        ("event.cancelled", {"confirmed": {"flag": True, "updated_at": "2027-01-01T12:00:00Z"}}, True, NOON),
        (
            "event.cancelled",
            {"cancelled": "2026-01-01T12:00:00Z", "updatedAt": "2027-01-01T12:00:00Z"},
            True,
            NOON,
        ),
        ("event.updated", {"updatedAt": "2027-01-01T12:00:00Z"}, False, None),
        ("event.cancelled", {}, True, NOON),
        ("event.cancelled", {"cancelled": True}, True, NOON),
    ],
)
def test_a_cancellation_is_as_old_as_vyte_says(
    action: str, resource: dict[str, Any], cancelled: bool, cancelled_at: dt.datetime | None
) -> None:
    assert requests(action, {"_id": "5f0d", **resource}) == [
        VyteRequest("event", "5f0d", cancelled, cancelled_at)
    ]


def test_requests_about_one_event_become_one_with_the_latest_cancellation() -> None:
    early, late, never = (
        VyteRequest("event", "5f0d", True, NOON),
        VyteRequest("event", "5f0d", True, NOON + dt.timedelta(1)),
        VyteRequest("event", "5f0d"),
    )
    assert early.merged(late) == late.merged(early) == late.merged(never) == never.merged(late) == late
    assert never.merged(never) == never
    assert never.merged(early, late, never) == late


def test_requests_about_a_team_become_one_with_every_event_that_is_not_named() -> None:
    (one,) = requests("event.cancelled", {"title": "One"})
    (two,) = requests("event.cancelled", {"title": "Two"})
    assert [said.title for said in one.merged(two).merged(one).unidentified] == ["One", "Two"]
    assert one.merged(two, one) == one.merged(two)


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        (VyteRequest("event", "5f0d"), "event:5f0d"),
        (VyteRequest("user", "a" * 64), "user:" + "a" * 64),
        (VyteRequest("team"), "team"),
    ],
)
def test_a_subject_says_what_it_is_about(request_: VyteRequest, key: str) -> None:
    assert request_.key == key
    assert len(key) <= 100


@pytest.mark.parametrize(
    ("calls", "subject"),
    [
        ([{"action": "event.created", "resource": {"_id": "a"}}] * 3, "event:a"),
        ([{"action": "event.created", "resource": {}}], "team"),
        ([{"action": "user.joined", "resource": {"_id": "a"}}], "user:a"),
        ([{"action": "event.created", "resource": {"_id": key}} for key in "ab"], ""),
        ([{"action": "event.created", "resource": {"_id": "a"}}, 5], ""),
        ([{"action": "event.created", "resource": {"_id": "a"}}, {"action": "x"}], "event:a"),
        ([], ""),
    ],
)
def test_a_delivery_about_one_object_has_its_subject(team: Team, calls: list[object], subject: str) -> None:
    assert kept(team, json.dumps(calls).encode()).subject == subject


# Doing


def test_what_a_call_says_is_not_believed(
    team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    lie = {"_id": "5f0d7eb02003d0971e2a961a", "title": "A lie", "confirmed": {"flag": False}, "invitees": []}
    kept(team, json.dumps({"action": "event.updated", "resource": lie}).encode())
    settle()
    event = Event.objects.get()
    assert (event.title, event.status) == ("First created event (updated)", "confirmed")
    assert event.invitees.count() == 1


def test_an_event_is_followed_from_its_making_to_its_end(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    day = ("2027-01-01T09:00:00Z", "2027-01-01T10:00:00Z")
    vyte_id = vyte_sandbox.create_event(title="Kick-off", dates=[day], group_ids=["project_1"])["_id"]
    settle()
    event = Event.objects.get()
    assert (event.title, event.status) == ("Kick-off", "planning")
    vyte_sandbox.confirm(vyte_id)
    settle()
    event.refresh_from_db()
    assert (event.status, event.starts_at) == ("confirmed", dt.datetime(2027, 1, 1, 9, tzinfo=UTC))
    vyte_sandbox.update_event(vyte_id, title="Kick-off, again")
    settle()
    vyte_sandbox.cancel(vyte_id)
    settle()
    event.refresh_from_db()
    assert (event.title, event.status) == ("Kick-off, again", "cancelled")
    assert list(event.changes.order_by("pk").values_list("kind", "cause")) == [
        ("created", "webhook"), ("confirmed", "webhook"), ("updated", "webhook"), ("cancelled", "webhook"),
    ]  # fmt: skip
    assert event.changes.filter(delivery=None).count() == 0


def test_a_cancellation_reaches_the_mirror_when_only_the_call_shows_it(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    vyte_id = vyte_sandbox.create_event(
        dates=[("2027-01-01T09:00:00Z", "2027-01-01T10:00:00Z")], confirmed=True
    )["_id"]
    vyte_sandbox.cancel(vyte_id)
    settle()
    assert Event.objects.get().status == "cancelled"
    assert len([request for request in vyte_sandbox.requests if request.method == "GET"]) == 1


def test_who_joined_is_matched_by_the_external_id_and_dispatched_once(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    here = get_user_model().objects.create_user("jane")
    received: list[Member] = []

    def hear(member: Member, **named: object) -> None:
        received.append(member)

    user_joined.connect(hear)
    vyte_sandbox.webhook_mode.duplicate = True
    joined = vyte_sandbox.join(email="jane@acme.com", full_name="Jane Doe", extid=str(here.pk))
    settle()
    vyte_sandbox.join(email="jane@acme.com", full_name="Jane Roe", extid=str(here.pk))
    settle()
    member = Member.objects.get()
    assert (member.vyte_id, member.user, member.full_name) == (joined["_id"], here, "Jane Roe")
    assert received == [member]


def test_a_user_who_joined_without_an_external_id_is_a_member_all_the_same(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    vyte_sandbox.join(email="jane@acme.com", full_name="Jane Doe")
    settle()
    member = Member.objects.get()
    assert (member.email, member.extid, member.user) == ("jane@acme.com", "", None)
    assert member.told_at is not None


def test_a_cancellation_without_a_time_is_of_before_its_own_call_and_not_of_before_later_ones(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    dates = [(NOON, NOON + dt.timedelta(hours=1))]
    event = vyte_sandbox.create_event(title="Kick-off", dates=dates, confirmed=True)
    settled = dt.datetime.fromisoformat(event["confirmed"]["updated_at"])
    for action, seconds in (("event.cancelled", -60), ("event.confirmed", 5)):
        raw = json.dumps({"action": action, "resource": {"_id": event["_id"]}}).encode()
        delivery = kept(team, raw)
        came = settled + dt.timedelta(seconds=seconds)
        Delivery.objects.filter(pk=delivery.pk).update(received_at=came)
    scheduling.process(delivery.pk)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert Event.objects.get(vyte_id=event["_id"]).status == "confirmed"


def test_who_joined_is_known_by_the_address_when_the_call_does_not_name_them(
    linked_team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    vyte_sandbox.quirks.webhook_ids = False
    joined = [vyte_sandbox.join(email=f"{name}@acme.com", full_name=name, extid=name)["_id"] for name in "ab"]
    settle()
    assert dict(Member.objects.values_list("vyte_id", "extid")) == dict(zip(joined, "ab", strict=True))
    assert not Member.objects.filter(told_at=None).exists()
    assert [request.path for request in vyte_sandbox.requests] == ["/v2/users"]


def test_a_user_whom_vyte_does_not_list_yet_is_looked_for_again(team: Team, vyte_sandbox: Sandbox) -> None:
    raw = b'{"action": "user.joined", "resource": {"emails": ["new@acme.com"]}}'
    delivery = kept(team, raw)
    scheduling.process(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.status, "not yet, listed" in delivery.error) == ("waiting", True)
    vyte_sandbox.join(email="new@acme.com")
    Delivery.objects.update(next_attempt_at=delivery.received_at)
    scheduling.process(delivery.pk)
    assert Member.objects.get().email == "new@acme.com"


def test_a_call_of_a_team_that_is_linked_no_more_is_ignored_with_a_reason(team: Team) -> None:
    delivery = kept(None, b'{"action": "event.created", "resource": {"_id": "5f0d"}}')
    for attempt in (1, 2, 3):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=attempt), tick=False):
            sweep()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.error) == (
        "ignored",
        "UnknownAccount: The team of this call is not linked any more.",
    )


def test_an_event_that_cannot_be_read_keeps_no_other_of_the_team(
    team: Team, vyte_sandbox: Sandbox, settle: Callable[[], None]
) -> None:
    vyte_sandbox.state.events["5f0d7eb02003d0971e2a961a"]["title"] = None
    vyte_sandbox.quirks.missing = ("_id",)
    kept(team, b'{"action": "event.created", "resource": {}}')
    settle()
    assert not Event.objects.exists()
    vyte_sandbox.quirks.missing = ()
    vyte_sandbox.state.events["569c3b6105dc780300951bd0"]["_id"] = "a/b"
    kept(team, b'{"action": "event.created", "resource": {}}')
    settle()
    assert Event.objects.count() == len(vyte_sandbox.state.events) - 1
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}


def created(vyte_id: str) -> bytes:
    return json.dumps({"action": "event.created", "resource": {"_id": vyte_id}}).encode()


def test_requests_about_several_events_overlap(
    team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        vyte_sandbox.create_event(title=f"Meeting {number}")["_id"]
        for number in range(2 * VyteSource.at_once)
    ]
    retrieve, together = Events.retrieve, threading.Barrier(VyteSource.at_once, timeout=30)

    def waiting(self: Events, vyte_id: str) -> Any:
        together.wait()
        return retrieve(self, vyte_id)

    monkeypatch.setattr(Events, "retrieve", waiting)
    keys = [kept(team, created(vyte_id)).pk for vyte_id in ids]
    assert scheduling.process(*keys).deliveries == len(ids)
    assert Event.objects.count() == len(ids)


def test_of_requests_that_overlap_one_that_fails_stops_no_other(team: Team, vyte_sandbox: Sandbox) -> None:
    ids = [
        vyte_sandbox.create_event(title=f"Meeting {number}")["_id"] for number in range(VyteSource.at_once)
    ]
    vyte_sandbox.faults.add(path=rf"^/v2/events/{ids[1]}", status=503, times=None)
    outcome = scheduling.process(*(kept(team, created(vyte_id)).pk for vyte_id in ids))
    assert list(outcome.retry) == [Delivery.objects.get(status="waiting").pk]
    assert Event.objects.count() == len(ids) - 1
