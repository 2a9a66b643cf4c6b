"""Syncing one event or user: what Vyte answers is mirrored, and a 404 is believed only after checks."""

from __future__ import annotations

import datetime as dt

import pytest

from django_vyte import mirror
from django_vyte.exceptions import (
    AuthenticationFailed,
    NotFound,
    PermissionDenied,
    ServerError,
    UnexpectedAnswer,
    VyteError,
)
from django_vyte.models import ApiKey, Event, EventChange, Member, Team
from django_vyte.sandbox import Sandbox
from django_vyte.sync.event import sync_event, sync_user

EVENT = "5f0d7eb02003d0971e2a961a"
ORIGIN = mirror.Origin("refresh")


def fetch(
    team: Team, vyte_id: str = EVENT, cancelled_at: dt.datetime | None = None, **named: bool
) -> mirror.MirrorResult:
    return sync_event(team.pk, vyte_id, origin=ORIGIN, cancelled_at=cancelled_at, **named)


def a_second_later(sandbox: Sandbox) -> None:
    """Time passes at Vyte."""
    sandbox.state.clock.forward(1)


def test_an_event_is_mirrored_as_vyte_has_it(team: Team, vyte_sandbox: Sandbox) -> None:
    saved = fetch(team)
    assert saved.created == 1
    event = Event.objects.get(team=team)
    assert (event.vyte_id, event.title, event.status) == (EVENT, "First created event (updated)", "confirmed")
    assert set(EventChange.objects.values_list("cause", flat=True)) == {"refresh"}
    assert [(request.method, request.path) for request in vyte_sandbox.requests] == [
        ("GET", f"/v2/events/{EVENT}")
    ]


def test_an_answer_without_an_id_is_about_the_event_that_was_asked_for(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.quirks.missing = ("_id",)
    fetch(team)
    assert Event.objects.get().vyte_id == EVENT


@pytest.mark.parametrize("style", ["Z", "+0000", "+00:00", "+01:00", "-0530"])
@pytest.mark.parametrize("milliseconds", [True, False])
def test_times_are_the_same_however_vyte_spells_them(
    style: str, milliseconds: bool, team: Team, vyte_sandbox: Sandbox
) -> None:
    fetch(team)
    vyte_sandbox.quirks.offset_style, vyte_sandbox.quirks.milliseconds = style, milliseconds
    assert fetch(team).changes == []
    assert Event.objects.get().starts_at == dt.datetime(2020, 7, 16, 7, tzinfo=dt.UTC)


def test_lists_may_be_single_objects_or_absent(team: Team, vyte_sandbox: Sandbox) -> None:
    vyte_sandbox.quirks.single_as_object = True
    vyte_sandbox.quirks.missing = ("messages", "declines", "third_party")
    fetch(team)
    event = Event.objects.get()
    assert (event.place_name, event.invitees.count(), event.groups.count()) == (
        "Place for the meeting.",
        1,
        0,
    )


def test_an_event_that_is_gone_is_noted_and_one_that_is_back_too(team: Team, vyte_sandbox: Sandbox) -> None:
    fetch(team)
    raw = vyte_sandbox.state.events.pop(EVENT)
    assert len(fetch(team).changes) == 1
    assert fetch(team).changes == []
    event = Event.objects.get()
    assert event.status == "cancelled"
    assert event.missing_since is not None
    vyte_sandbox.state.events[EVENT] = raw
    assert len(fetch(team).changes) == 1
    event.refresh_from_db()
    assert (event.status, event.missing_since) == ("confirmed", None)


def test_where_every_event_is_answered_with_404_none_is_gone(team: Team, vyte_sandbox: Sandbox) -> None:
    others = [vyte_sandbox.create_event(title=f"Meeting {number}")["_id"] for number in range(5)]
    for vyte_id in (EVENT, *others):
        fetch(team, vyte_id)
    vyte_sandbox.faults.add(path=r"^/v2/events/", status=404, body=b"<html>nginx</html>", times=None)
    with pytest.raises(VyteError, match="404 for every event"):
        fetch(team)
    assert not Event.objects.filter(missing_since__isnull=False).exists()


def test_where_every_event_was_deleted_all_are_gone(team: Team, vyte_sandbox: Sandbox) -> None:
    others = [vyte_sandbox.create_event(title=f"Meeting {number}")["_id"] for number in range(2)]
    for vyte_id in (EVENT, *others):
        fetch(team, vyte_id)
    vyte_sandbox.state.events.clear()
    for vyte_id in (EVENT, *others):
        fetch(team, vyte_id)
    assert not Event.objects.filter(missing_since__isnull=True).exists()


def test_an_event_that_was_never_here_and_is_not_there_is_an_error(team: Team, vyte_sandbox: Sandbox) -> None:
    with pytest.raises(NotFound):
        fetch(team, "5f0000000000000000000000")
    assert not Event.objects.exists()


def test_another_organizations_event_is_not_mirrored(team: Team, vyte_sandbox: Sandbox) -> None:
    _, key = vyte_sandbox.add_organization("Other")
    ApiKey.objects.update(key=key)
    with pytest.raises(PermissionDenied):
        fetch(team)
    assert not Event.objects.exists()


def test_what_is_not_found_with_another_teams_key_is_not_gone(team: Team, vyte_sandbox: Sandbox) -> None:
    fetch(team)
    _, key = vyte_sandbox.add_organization("Other")
    ApiKey.objects.update(key=key)
    vyte_sandbox.faults.add(path=EVENT, status=404)
    with pytest.raises(VyteError, match="belongs to another team"):
        fetch(team)
    assert Event.objects.get().missing_since is None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, ServerError),
        ({"status": 401}, AuthenticationFailed),
        ({"truncate": 100}, VyteError),
        ({"status": 200, "body": b"[]"}, UnexpectedAnswer),
        ({"status": 200, "body": b"<html>"}, UnexpectedAnswer),
    ],
)
def test_what_vyte_cannot_answer_changes_nothing(
    fault: dict[str, object], error: type[VyteError], team: Team, vyte_sandbox: Sandbox, settings: object
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}  # type: ignore[attr-defined]
    fetch(team)
    before = Event.objects.values().get()
    vyte_sandbox.faults.add(times=None, **fault)  # type: ignore[arg-type]
    with pytest.raises(error):
        fetch(team)
    assert Event.objects.values().get() == before


def test_a_cancellation_that_vyte_does_not_show_is_kept(team: Team, vyte_sandbox: Sandbox) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    fetch(team)
    cancelled = vyte_sandbox.cancel(EVENT)["cancelled"]
    fetch(team)
    assert Event.objects.get().status == "confirmed"  # nobody said
    fetch(team, cancelled_at=dt.datetime.fromisoformat(cancelled))
    assert Event.objects.get().status == "cancelled"
    vyte_sandbox.invite(EVENT, "late@example.com")
    fetch(team)
    assert Event.objects.get().status == "cancelled"
    a_second_later(vyte_sandbox)
    vyte_sandbox.confirm(EVENT)
    fetch(team)
    assert Event.objects.get().status == "confirmed"


def test_a_cancellation_is_kept_when_the_call_left_out_the_milliseconds(
    team: Team, vyte_sandbox: Sandbox
) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    a_second_later(vyte_sandbox)
    cancelled = dt.datetime.fromisoformat(vyte_sandbox.cancel(EVENT)["cancelled"])
    fetch(team, cancelled_at=cancelled.replace(microsecond=0))
    assert Event.objects.get().status == "cancelled"


def test_what_this_site_just_cancelled_is_cancelled(team: Team, vyte_sandbox: Sandbox) -> None:
    vyte_sandbox.quirks.show_cancelled = False
    fetch(team)
    vyte_sandbox.cancel(EVENT)
    fetch(team, just_cancelled=True)
    fetch(team)
    assert Event.objects.get().status == "cancelled"
    a_second_later(vyte_sandbox)
    vyte_sandbox.confirm(EVENT)
    fetch(team)
    assert Event.objects.get().status == "confirmed"


def test_a_user_is_mirrored_as_vyte_has_them(team: Team, vyte_sandbox: Sandbox) -> None:
    joined = vyte_sandbox.join(email="new@acme.com", full_name="New Person", extid="crm-7")
    member = sync_user(team.pk, joined["_id"])
    assert Member.objects.get() == member
    assert (member.email, member.full_name, member.extid) == ("new@acme.com", "New Person", "crm-7")


def test_a_user_whom_vyte_does_not_know_is_an_error(team: Team, vyte_sandbox: Sandbox) -> None:
    with pytest.raises(NotFound):
        sync_user(team.pk, "5f0000000000000000000000")


@pytest.mark.parametrize(
    "answer",
    [b"{}", b'{"message": "down for maintenance"}', b'{"_id": "5f0d7eb02003d0971e2a961a"}', b'{"ok": true}'],
)
def test_a_success_that_is_no_event_changes_nothing(team: Team, vyte_sandbox: Sandbox, answer: bytes) -> None:
    fetch(team)
    before = Event.objects.values().get()
    vyte_sandbox.faults.add(path=r"^/v2/events/", status=200, body=answer, times=1)
    with pytest.raises(UnexpectedAnswer, match="no event"):
        fetch(team)
    assert Event.objects.values().get() == before


def test_an_answer_about_another_event_changes_nothing(team: Team, vyte_sandbox: Sandbox) -> None:
    fetch(team)
    before = Event.objects.values().get()
    vyte_sandbox.faults.add(
        path=r"^/v2/events/", status=200, body=b'{"_id": "other", "title": "Other"}', times=1
    )
    with pytest.raises(UnexpectedAnswer, match="answered with another one"):
        fetch(team)
    assert Event.objects.values().get() == before
