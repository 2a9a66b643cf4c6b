"""Whatever happens at Vyte, and in whatever order and number its calls arrive: the mirror ends as Vyte has it."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_vyte import mirror
from django_vyte.inbox import scheduling
from django_vyte.models import Delivery, Event, EventChange, Team
from django_vyte.ops import sweep
from django_vyte.sandbox import Quirks, Sandbox, WebhookCall
from django_vyte.signals import event_cancelled, event_confirmed, event_created, event_updated
from tests.calls import kept

SIGNALS = {
    "created": event_created,
    "confirmed": event_confirmed,
    "updated": event_updated,
    "cancelled": event_cancelled,
}
HAPPENINGS = st.one_of(
    st.tuples(st.just("create"), st.booleans(), st.just(0)),
    st.tuples(
        st.sampled_from(
            ["cancel", "confirm", "cancel", "confirm", "reschedule", "retitle", "vote", "invite"]
        ),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
)
DELIVERY = st.one_of(
    st.tuples(st.just("deliver"), st.lists(st.integers(0, 20), min_size=1, max_size=3), st.just(0)),
    st.tuples(st.sampled_from(["sweep", "process one"]), st.just(0), st.just(0)),
    st.tuples(st.just("ask"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("hear"), st.just(0), st.just(0)),
    st.tuples(st.just("respell"), st.sampled_from(["Z", "+0100"]), st.booleans()),
)
BEGINNING = st.tuples(st.just("create"), st.booleans(), st.just(0))
STORIES = st.tuples(BEGINNING, st.lists(st.one_of(HAPPENINGS, DELIVERY), min_size=3, max_size=20))
SPELLINGS = st.fixed_dictionaries(
    {
        "webhook_shape": st.sampled_from(["array", "object"]),
        "webhook_owner": st.sampled_from(["team", "organization"]),
        "offset_style": st.sampled_from(["Z", "+0000", "+01:00"]),
        "milliseconds": st.booleans(),
        "updates_before_confirmation": st.booleans(),
    }
)


@dataclass
class World:
    """A local Vyte, this site, and what is on its way between them."""

    sandbox: Sandbox
    team: Team
    ids: list[str] = field(default_factory=list)
    pool: list[WebhookCall] = field(default_factory=list)
    late: list[tuple[dict[str, Any], dt.datetime]] = field(default_factory=list)
    heard: Counter[int] = field(default_factory=Counter)

    def play(self, verb: str, first: Any, second: int) -> None:
        """One step of a story; calls that it fires are collected and not delivered."""
        if verb == "create":
            self.create(first)
        elif verb == "respell":
            self.sandbox.quirks.offset_style, self.sandbox.quirks.single_as_object = first, bool(second)
        elif verb in ("deliver", "sweep", "process one", "hear"):
            self.work(verb, first)
        elif self.ids:
            self.happen(verb, self.ids[first % len(self.ids)], second)
        self.pool += [call for call in self.sandbox.outbox if call not in self.pool]

    def create(self, confirmed: bool) -> None:
        """Somebody plans a meeting on one of three days, or books one."""
        if len(self.ids) < 3:
            days = [(f"2027-01-0{day}T09:00:00Z", f"2027-01-0{day}T10:00:00Z") for day in (1, 2, 3)]
            made = self.sandbox.create_event(
                title=f"Meeting {len(self.ids)}",
                dates=days,
                places=["Office", ("Video", "https://meet.example/1")],
                invitees=["guest@example.com"],
                group_ids=["project_1"],
                confirmed=confirmed,
            )
            self.ids.append(made["_id"])

    def happen(self, verb: str, vyte_id: str, number: int) -> None:
        """Something happens to a meeting at Vyte, or this site asks about it and is slow to listen."""
        clock = self.sandbox.state.clock
        clock.forward(1)
        raw = self.sandbox.state.events[vyte_id]
        if verb == "vote":
            self.sandbox.vote(vyte_id, "guest@example.com", raw["dates"][number % len(raw["dates"])]["_id"])
        elif verb == "confirm":
            self.sandbox.confirm(vyte_id, raw["dates"][number % len(raw["dates"])]["_id"])
        elif verb == "reschedule":
            day = f"2027-02-{number + 1:02}"
            self.sandbox.update_event(vyte_id, dates=[(f"{day}T09:00:00Z", f"{day}T10:00:00Z")])
        elif verb == "retitle":
            self.sandbox.update_event(vyte_id, title=f"Another title {number}")
        elif verb == "invite":
            self.sandbox.invite(vyte_id, f"guest{number}@example.com")
        elif verb == "cancel":
            self.sandbox.cancel(vyte_id)
        elif verb == "ask":
            as_of = timezone.now()
            with self.team.client() as client:
                self.late.append((client.events.retrieve(vyte_id), as_of))

    def work(self, verb: str, numbers: list[int]) -> None:
        """This site gets calls, or works on those it has."""
        if verb == "deliver" and self.pool:
            self.deliver([self.pool[number % len(self.pool)] for number in numbers])
        elif verb == "sweep":
            sweep.sweep()
        elif verb == "process one":
            for pk in Delivery.objects.all().due_keys(1):
                scheduling.process(pk)
        elif verb == "hear" and self.late:
            answer, as_of = self.late.pop()
            mirror.save(self.team.pk, [mirror.FetchedEvent(answer, as_of, mirror.Origin("refresh"))])

    def deliver(self, calls: list[WebhookCall]) -> None:
        """Calls arrive: several in one array, if that is how Vyte sends them."""
        bodies = [json.loads(call.body) for call in calls]
        headers = {"Content-Type": "application/json"}
        if self.sandbox.quirks.webhook_shape == "array":
            bodies = [[each for body in bodies for each in body]]
        for body in bodies:
            answer = self.sandbox.courier.post(calls[0].target_url, json.dumps(body).encode(), headers)
            assert answer.status == 200

    def end(self, order: random.Random) -> None:
        """The last call about each meeting arrives at last, among some that arrived before, in any order.

        Meanwhile people vote, which no call is about; after it, one more call about each meeting comes, old or new.
        """
        about: dict[str, list[WebhookCall]] = {vyte_id: [] for vyte_id in self.ids}
        for call in self.pool:
            about[json.loads(call.body.strip(b"[]"))["resource"]["_id"]].append(call)
        calls = [
            *(each[-1] for each in about.values()),
            *(call for call in self.pool if order.random() < 0.3),
        ]
        order.shuffle(calls)
        for call in calls:
            self.deliver([call])
            if order.random() < 0.5:
                sweep.sweep()
            if order.random() < 0.5:
                self.happen("vote", order.choice(self.ids), order.randrange(3))
        for each in about.values():
            self.deliver([order.choice(each)])
        sweep.sweep()
        while self.late:
            self.play("hear", 0, 0)
        sweep.sweep()


@pytest.fixture
def world(vyte_sandbox: Sandbox, linked_team: Team) -> Iterator[World]:
    """An empty Vyte and an empty mirror; ``begin`` empties them again."""
    world = World(vyte_sandbox, linked_team)

    def hear(sender: object, event: Event, change: EventChange, **named: object) -> None:
        world.heard[change.pk] += 1

    for signal in SIGNALS.values():
        signal.connect(hear, weak=False)
    yield world
    for signal in SIGNALS.values():
        signal.disconnect(hear)


def begin(world: World, spelling: dict[str, Any]) -> None:
    """Another story: nobody remembers the one before."""
    Delivery.objects.all().delete()
    Event.objects.all().delete()
    for name, value in {**asdict(Quirks()), **spelling}.items():
        setattr(world.sandbox.quirks, name, value)
    for memory in (world.sandbox.state.events, world.sandbox.outbox, world.ids, world.pool, world.late):
        memory.clear()
    world.heard.clear()


def chosen(options: list[dict[str, Any]], vyte_id: str | None) -> dict[str, Any] | None:
    """The option with this id; the only one, should the one that was chosen be gone."""
    found = [option for option in options if option["_id"] == vyte_id] or options
    return found[0] if len(found) == 1 else None


def at_vyte(raw: dict[str, Any]) -> dict[str, Any]:
    """What Vyte shows of an event, in the words of the mirror."""
    confirmed = raw["confirmed"]
    date = chosen(raw["dates"], confirmed.get("date_id")) if confirmed["flag"] else None
    place = chosen(raw["places"], confirmed.get("place_id")) if confirmed["flag"] else None
    return {
        "title": raw["title"],
        "status": "cancelled" if "cancelled" in raw else "confirmed" if confirmed["flag"] else "planning",
        "starts_at": date and dt.datetime.fromisoformat(date["date"]),
        "ends_at": date and dt.datetime.fromisoformat(date["end_date"]),
        "place": (place["name"], place.get("address", "")) if place else ("", ""),
        "invitees": {each["email"] for each in raw["invitees"]},
        "groups": set(raw["third_party"]["group_ids"]),
        "votes": [len(each["votes"]["yes"]) for each in raw["dates"]],
    }


def here(event: Event) -> dict[str, Any]:
    """The same of the mirror."""
    return {
        "title": event.title,
        "status": event.status,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "place": (event.place_name, event.place_address),
        "invitees": set(event.invitees.values_list("email", flat=True)),
        "groups": set(event.groups.values_list("group_id", flat=True)),
        "votes": [option.yes for option in event.dates],
    }


def check_history(event: Event) -> None:
    """Each line of the history starts where the one before ended, and the last ends where the event is."""
    state: dict[str, Any] = {}
    rows = list(event.changes.order_by("pk"))
    assert rows[0].kind == "created"
    for number, row in enumerate(rows):
        assert row.changes
        if row.changes.get("status", [0])[0] is None:
            assert number == 0 or (number == 1 and rows[0].changes["status"] == row.changes["status"])
            state["status"] = row.changes["status"][1]
            continue
        for name, change in row.changes.items():
            if name != "data":
                assert change[0] != change[1]
                assert state.get(name, change[0]) == change[0], (name, rows)
                state[name] = change[1]
        became = row.changes.get("status", [None, None])[1]
        assert row.kind == {"cancelled": "cancelled", "confirmed": "confirmed"}.get(became, "updated")
    for name, value in state.items():
        if name not in ("starts_at", "ends_at", "invitees", "groups"):
            assert getattr(event, name) == value
    assert state["status"] == event.status
    for name in ("starts_at", "ends_at"):
        if state.get(name):
            assert dt.datetime.fromisoformat(state[name]) == getattr(event, name)


def check(world: World) -> None:
    """The mirror is as Vyte is, and receivers heard of every change of it once."""
    assert set(Delivery.objects.values_list("status", flat=True)) <= {"done"}
    mirrored = {event.vyte_id: event for event in Event.objects.all()}
    assert set(mirrored) == set(world.ids)
    for vyte_id in world.ids:
        assert here(mirrored[vyte_id]) == at_vyte(world.sandbox.state.events[vyte_id])
        check_history(mirrored[vyte_id])
    assert world.heard == Counter(EventChange.objects.values_list("pk", flat=True))
    assert not EventChange.objects.filter(told_at__isnull=True).exists()


@given(
    story=STORIES, spelling=SPELLINGS, show_cancelled=st.booleans(), order=st.randoms(use_true_random=False)
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_calls_ends_in_what_vyte_shows(
    world: World,
    story: tuple[Any, list[Any]],
    spelling: dict[str, Any],
    show_cancelled: bool,
    order: random.Random,
) -> None:
    begin(world, {**spelling, "show_cancelled": show_cancelled})
    for step in [story[0], *story[1]]:
        world.play(*step)
    world.end(order)
    check(world)


@given(story=STORIES, order=st.randoms(use_true_random=False))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_calls_that_do_not_say_which_event_end_in_what_vyte_shows(
    world: World, story: tuple[Any, list[Any]], order: random.Random
) -> None:
    begin(world, {"webhook_ids": False})
    for step in [story[0], *story[1]]:
        world.play(*step)
    for call in world.pool:
        world.deliver([call])
        if order.random() < 0.3:
            sweep.sweep()
    sweep.sweep()
    # Votes fire no call: one that says nothing of any meeting leads to a look at all of them.
    kept(world.team, b'{"action": "event.updated", "resource": {}}')
    sweep.sweep()
    while world.late:
        world.play("hear", 0, 0)
    sweep.sweep()
    check(world)


@given(story=STORIES, missing=st.sampled_from([(), ("createdAt",)]), prompt=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cancellation_that_only_calls_without_id_show_is_never_another_meetings(
    world: World, story: tuple[Any, list[Any]], missing: tuple[str, ...], prompt: bool
) -> None:
    begin(world, {"webhook_ids": False, "show_cancelled": False, "missing": missing})
    for step in [story[0], *story[1]]:
        seen = len(world.pool)
        world.play(*step)
        for call in world.pool[seen:] if prompt else ():
            world.deliver([call])
            sweep.sweep()
    for call in world.pool:
        world.deliver([call])
    sweep.sweep()
    raw = world.sandbox.state.events
    for event in Event.objects.all():
        assert event.status != "cancelled" or "cancelled" in raw[event.vyte_id]
    if not Delivery.objects.exclude(status="done").exists():
        cancelled = {event.vyte_id for event in Event.objects.cancelled()}
        assert cancelled == {vyte_id for vyte_id in world.ids if "cancelled" in raw[vyte_id]}
