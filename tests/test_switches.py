"""Whatever Vyte's documentation leaves open: the main job ends in the same, under every switch of the local Vyte."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest

from django_vyte.accounts import linking, subscriptions
from django_vyte.models import Delivery, Event, EventChange, Member, Team
from django_vyte.sandbox import Sandbox
from django_vyte.sandbox.quirks import CHOICES
from django_vyte.sync.team import sync_team

SEED = 3
ALONE = [{name: position} for name, choices in CHOICES.items() for position in choices]
DATES = [("2027-01-04T09:00:00Z", "2027-01-04T10:00:00Z"), ("2027-01-05T09:00:00Z", "2027-01-05T10:00:00Z")]


def mixed(count: int) -> list[dict[str, Any]]:
    """Combinations of all switches, the same ones in every run."""
    lot = random.Random(SEED)
    return [{name: lot.choice(choices) for name, choices in CHOICES.items()} for _ in range(count)]


def shown(sandbox: Sandbox, vyte_id: str) -> dict[str, Any]:
    """What can be known here of an event at Vyte, which leaves members out that it is switched to leave out."""
    raw = {
        name: value
        for name, value in sandbox.state.events[vyte_id].items()
        if name not in sandbox.quirks.missing
    }
    flag, date_id = raw["confirmed"]["flag"], raw["confirmed"].get("date_id")
    settled = next((date for date in raw.get("dates", []) if flag and date["_id"] == date_id), None)
    return {
        "title": raw["title"],
        "status": "cancelled" if "cancelled" in raw else "confirmed" if flag else "planning",
        "starts_at": settled and dt.datetime.fromisoformat(settled["date"]),
        "invitees": {invitee["email"] for invitee in raw.get("invitees", [])},
        "dates": len(raw.get("dates", [])),
        "places": [place["name"] for place in raw.get("places", [])],
        "groups": {"project_1"},
    }


def mirrored(vyte_id: str) -> dict[str, Any]:
    """The same of this site's event."""
    event = Event.objects.get(vyte_id=vyte_id)
    return {
        "title": event.title,
        "status": event.status,
        "starts_at": event.starts_at,
        "invitees": set(event.invitees.values_list("email", flat=True)),
        "dates": len(event.dates),
        "places": [place.name for place in event.places],
        "groups": set(event.groups.values_list("group_id", flat=True)),
    }


class Job:
    """The main job: a team is linked, people plan meetings at Vyte and here, and this site follows."""

    def __init__(self, sandbox: Sandbox, settle: Callable[[], None]) -> None:
        self.sandbox, self.settle = sandbox, settle
        self.planned = self.booked = ""
        self.team = self.link()

    def link(self) -> Team:
        team = linking.link(self.sandbox.api_key)
        subscriptions.register(team)
        subscriptions.register(team)
        assert len(self.sandbox.state.hooks) == 5
        sync_team(team)
        return team

    def plan(self) -> None:
        self.planned = self.create(title="Kick-off", dates=DATES, places=["Office"])
        self.booked = self.create(title="Demo", dates=DATES[:1], places=["Office"], confirmed=True)

    def create(self, **fields: Any) -> str:
        given = {"creator": "emma@example.com", "invitees": ["ada@example.com"], "group_ids": ["project_1"]}
        return str(self.sandbox.create_event(**given, **fields)["_id"])

    def settle_date(self) -> None:
        self.sandbox.confirm(self.planned, self.sandbox.state.events[self.planned]["dates"][1]["_id"])

    def retitle(self) -> None:
        self.sandbox.update_event(self.planned, title="Kick-off, again")

    def invite(self) -> None:
        Event.objects.get(vyte_id=self.planned).add_invitees(["bob@example.com"])

    def uninvite(self) -> None:
        event = Event.objects.get(vyte_id=self.planned)
        for invitee in event.invitees.filter(email="bob@example.com"):
            event.remove_invitee(invitee)
        emails = {invitee["email"] for invitee in self.sandbox.state.events[self.planned]["invitees"]}
        assert ("bob@example.com" in emails) == ("invitees" in self.sandbox.quirks.missing)

    def cancel_there(self) -> None:
        self.sandbox.cancel(self.planned)

    def cancel_here(self) -> None:
        Event.objects.get(vyte_id=self.booked).cancel()

    def confirm_here(self) -> None:
        vyte_id = self.create(title="Retro", dates=DATES[:1])
        self.settle()
        Event.objects.get(vyte_id=vyte_id).confirm()
        assert mirrored(vyte_id) == shown(self.sandbox, vyte_id)

    def join(self) -> None:
        self.sandbox.join(email="new@example.com", full_name="New Person", extid="crm-7")

    def look_again(self) -> None:
        assert sync_team(self.team).mirrored.changes == []


STEPS = (
    Job.plan,
    Job.settle_date,
    Job.retitle,
    Job.invite,
    Job.uninvite,
    Job.cancel_there,
    Job.cancel_here,
    Job.confirm_here,
    Job.join,
    Job.look_again,
)


@pytest.mark.parametrize("positions", [*ALONE, *mixed(20)], ids=str)
def test_the_main_job_ends_in_the_same(
    db: None, vyte_sandbox: Sandbox, settle: Callable[[], None], positions: dict[str, Any]
) -> None:
    for name, position in positions.items():
        setattr(vyte_sandbox.quirks, name, position)
    if not positions.keys().isdisjoint(("list_default", "list_maximum")):
        vyte_sandbox.fill(110)
    job = Job(vyte_sandbox, settle)
    for step in STEPS:
        step(job)
        settle()
        for vyte_id in (job.planned, job.booked):
            assert mirrored(vyte_id) == shown(vyte_sandbox, vyte_id), step.__name__
    assert {mirrored(vyte_id)["status"] for vyte_id in (job.planned, job.booked)} == {"cancelled"}
    member = Member.objects.get()
    assert (member.email, member.extid) == ("new@example.com", "crm-7")
    assert set(Delivery.objects.values_list("status", "error")) == {("done", "")}
    assert not EventChange.objects.filter(told_at__isnull=True).exists()
    assert member.told_at
