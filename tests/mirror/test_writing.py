"""Mirroring answers: older never overwrites newer, a cancellation stays, one bad answer stops no other."""

from __future__ import annotations

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from django_vyte import mirror
from django_vyte.mirror import bulk, history, writing
from django_vyte.models import Event, EventChange, EventGroup, Invitee, Team
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SYNC = mirror.Origin("sync")
DAY = {"_id": "d1", "date": "2027-02-01T09:00:00Z", "end_date": "2027-02-01T10:00:00Z", "all_day": False}


@pytest.fixture
def team() -> Team:
    return Team.objects.create(vyte_id="t1", name="ACME")


def minutes(number: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=number)


def stamp(number: float) -> str:
    return minutes(number).isoformat().replace("+00:00", "Z")


def said(
    title: str = "Kick-off", at: float | None = None, vyte_id: str = "e1", **fields: Any
) -> dict[str, Any]:
    """An event; ``at`` is when Vyte says it was last changed, in minutes after noon."""
    clock = {} if at is None else {"updatedAt": stamp(at)}
    return {"_id": vyte_id, "title": title, **clock, **fields}


def confirmed(at: float, **fields: Any) -> dict[str, Any]:
    return said(at=at, confirmed={"flag": True, "updated_at": stamp(at)}, dates=[DAY], **fields)


def save(team: Team, *answers: Any, asked: float = 0, cancelled: float | None = None) -> mirror.MirrorResult:
    since = None if cancelled is None else minutes(cancelled)
    return mirror.save(team.pk, [mirror.FetchedEvent(each, minutes(asked), SYNC, since) for each in answers])


def state() -> tuple[str, str]:
    event = Event.objects.get()
    return event.title, event.status


def kinds() -> list[str]:
    return list(EventChange.objects.order_by("pk").values_list("kind", flat=True))


# Late answers


@pytest.mark.parametrize("clocks", [(0, 5), (None, None), (0, 0), (None, 5), (0, None)])
def test_an_answer_asked_for_later_is_newer(team: Team, clocks: tuple[Any, Any]) -> None:
    save(team, said("Old", at=clocks[0]), asked=0)
    saved = save(team, said("New", at=clocks[1]), asked=1)
    assert (saved.changed, saved.stale) == (1, 0)
    assert state()[0] == "New"


@pytest.mark.parametrize("clocks", [(0, 5), (None, None), (0, 0), (None, 5), (0, None)])
def test_an_older_answer_that_comes_late_changes_nothing(team: Team, clocks: tuple[Any, Any]) -> None:
    save(team, said("New", at=clocks[1]), asked=1)
    before = Event.objects.values().get()
    saved = save(team, said("Old", at=clocks[0], invitees=[{"email": "a@example.com"}]), asked=0)
    assert (saved.changed, saved.stale, saved.changes) == (0, 1, [])
    assert Event.objects.values().get() == before
    assert not Invitee.objects.exists()


def test_vytes_clock_decides_where_both_speak(team: Team) -> None:
    save(team, said("New", at=5), asked=0)
    assert save(team, said("Old", at=3), asked=1).stale == 1  # a server of Vyte's that lags behind
    assert save(team, said("Newer", at=7), asked=-1).changed == 1
    assert state()[0] == "Newer"


def test_an_answer_without_its_milliseconds_is_not_older(team: Team) -> None:
    save(team, said("Old", at=5.5 / 60), asked=0)
    assert save(team, said("New", at=5 / 60), asked=1).changed == 1
    assert save(team, said("Old", at=5.5 / 60), asked=0).stale == 1


def test_the_clock_of_confirming_counts_too(team: Team) -> None:
    save(team, said(at=0, confirmed={"flag": True, "updated_at": stamp(10)}), asked=10)
    assert save(team, said("Old", at=0, confirmed={"flag": False, "updated_at": None}), asked=9).stale == 1
    assert state() == ("Kick-off", "confirmed")


def test_a_clock_that_was_set_back_is_believed_after_a_while(team: Team) -> None:
    save(team, said("New", at=60), asked=0)
    assert save(team, said("Back", at=0), asked=4).stale == 1
    assert save(team, said("Back", at=0), asked=5).changed == 1


# Cancellations


def test_a_cancellation_that_the_answer_does_not_show_is_shown_here(team: Team) -> None:
    save(team, confirmed(0))
    save(
        team, said(at=5, confirmed={"flag": True, "updated_at": stamp(5)}, dates=[DAY]), asked=5, cancelled=5
    )
    event = Event.objects.get()
    assert (event.status, event.cancelled_at) == ("cancelled", minutes(5))
    assert event.starts_at is not None
    assert kinds() == ["created", "confirmed", "cancelled"]


@pytest.mark.parametrize(("seconds", "status"), [(-1, "cancelled"), (0.9, "cancelled"), (1, "confirmed")])
def test_milliseconds_that_come_and_go_are_no_later_confirmation(
    team: Team, seconds: float, status: str
) -> None:
    save(team, confirmed(5 + seconds / 60), asked=6, cancelled=5)
    assert state()[1] == status


@pytest.mark.parametrize("flag", [True, False])
def test_a_cancellation_stays_when_later_answers_do_not_show_it(team: Team, flag: bool) -> None:
    answer = said(at=5, confirmed={"flag": flag, "updated_at": stamp(5)}, dates=[DAY])
    save(team, answer, asked=5, cancelled=5)
    later = {**answer, "title": "Another", "updatedAt": stamp(9)}
    for number in (6, 600, 60_000):
        save(team, {**later, "messages": [{"body": str(number)}]}, asked=number)
        assert state() == ("Another", "cancelled")
    assert kinds().count("cancelled") == 1


def test_a_cancellation_shown_once_stays_when_it_is_not_shown_any_more(team: Team) -> None:
    save(team, confirmed(0, cancelled=stamp(5)), asked=5)
    save(team, confirmed(0, title="Another"), asked=10)
    assert state() == ("Another", "cancelled")


def test_an_event_confirmed_again_later_is_on_again(team: Team) -> None:
    save(team, confirmed(5), asked=5, cancelled=5)
    save(team, confirmed(6), asked=6)
    event = Event.objects.get()
    assert (event.status, event.cancelled_at) == ("confirmed", None)
    assert kinds() == ["created", "cancelled", "confirmed"]


def test_an_event_planned_again_is_not_on_again_until_it_is_confirmed(team: Team) -> None:
    save(team, confirmed(5), asked=5, cancelled=5)
    save(team, said(at=6, confirmed={"flag": False, "updated_at": None}), asked=6)
    assert state()[1] == "cancelled"
    save(team, confirmed(7), asked=7)
    assert state()[1] == "confirmed"


def test_an_old_cancellation_does_not_undo_a_later_confirmation(team: Team) -> None:
    save(team, confirmed(6), asked=6)
    save(team, confirmed(6), asked=7, cancelled=5)
    assert state()[1] == "confirmed"
    assert kinds() == ["created", "confirmed"]


def test_a_cancellation_known_of_an_answer_that_is_late_is_not_lost_with_it(team: Team) -> None:
    save(team, said("New", at=8, confirmed={"flag": True, "updated_at": stamp(5)}), asked=8)
    saved = save(
        team, said("Old", at=5, confirmed={"flag": True, "updated_at": stamp(5)}), asked=7, cancelled=5
    )
    assert len(saved.changes) == 1
    assert state() == ("New", "cancelled")
    assert kinds() == ["created", "confirmed", "cancelled"]


def test_an_older_cancellation_of_a_late_answer_is_no_news(team: Team) -> None:
    save(team, confirmed(8), asked=8)
    assert save(team, confirmed(4), asked=4, cancelled=5).changes == []
    assert state()[1] == "confirmed"


def test_a_cancellation_without_any_clock_stays(team: Team) -> None:
    save(team, said(confirmed={"flag": True}), asked=0)
    save(team, said(confirmed={"flag": True}), asked=1, cancelled=1)
    save(team, said("Another", confirmed={"flag": True}), asked=2)
    assert state() == ("Another", "cancelled")


# Events that Vyte does not have any more


def gone(team: Team, asked: float) -> mirror.MirrorResult | None:
    return mirror.save_missing(team.pk, "e1", as_of=minutes(asked), origin=SYNC)


def test_an_event_that_is_gone_is_cancelled_once(team: Team) -> None:
    save(team, confirmed(0))
    first, second = gone(team, 1), gone(team, 2)
    assert first is not None
    assert second is not None
    assert (first.changed, second.changed, second.unchanged) == (1, 0, 1)
    event = Event.objects.get()
    assert (event.status, event.missing_since) == ("cancelled", minutes(1))
    assert kinds() == ["created", "confirmed", "cancelled"]


def test_an_event_that_was_never_here_cannot_be_gone(team: Team) -> None:
    assert gone(team, 1) is None


def test_an_event_that_was_cancelled_already_is_gone_without_a_word(team: Team) -> None:
    save(team, confirmed(0, cancelled=stamp(0)))
    saved = gone(team, 1)
    assert saved is not None
    assert saved.changes == []
    assert Event.objects.get().missing_since == minutes(1)


def test_an_event_that_is_back_is_what_it_was(team: Team) -> None:
    save(team, confirmed(0))
    gone(team, 1)
    saved = save(team, confirmed(0), asked=2)
    event = Event.objects.get()
    assert (saved.changed, event.status, event.missing_since) == (1, "confirmed", None)
    assert kinds() == ["created", "confirmed", "cancelled", "confirmed"]


def test_an_event_that_is_back_stays_cancelled_if_it_was_before_it_went(team: Team) -> None:
    save(team, confirmed(5), asked=5, cancelled=5)
    gone(team, 6)
    save(team, confirmed(5), asked=7)
    event = Event.objects.get()
    assert (event.status, event.missing_since) == ("cancelled", None)
    assert kinds() == ["created", "cancelled"]


@pytest.mark.parametrize("at", [0, 5])
def test_an_answer_from_before_it_went_does_not_bring_it_back(team: Team, at: float) -> None:
    save(team, confirmed(0))
    gone(team, 2)
    assert save(team, confirmed(at), asked=1).stale == 1
    assert Event.objects.get().missing_since == minutes(2)


def test_a_404_from_before_the_last_answer_is_late(team: Team) -> None:
    save(team, confirmed(0), asked=2)
    saved = gone(team, 1)
    assert saved is not None
    assert saved.changed == 0
    assert state()[1] == "confirmed"


# Invitees and groups


def people() -> set[tuple[str, str, str, str]]:
    return set(Invitee.objects.values_list("vyte_id", "email", "full_name", "phone"))


def test_invitees_and_groups_follow(team: Team) -> None:
    one = {"_id": "i1", "email": "one@example.com", "full_name": "One"}
    two = {"_id": "i2", "email": "two@example.com", "phone": "1"}
    three = {"email": "three@example.com"}
    save(team, said(invitees=[one, two], third_party={"group_ids": ["a", "b"]}), asked=0)
    kept = Invitee.objects.get(email="one@example.com").pk
    save(
        team,
        said(invitees=[{**one, "full_name": "Uno"}, three], third_party={"group_ids": ["b", "c"]}),
        asked=1,
    )
    assert people() == {("i1", "one@example.com", "Uno", ""), ("", "three@example.com", "", "")}
    assert Invitee.objects.get(email="one@example.com").pk == kept
    assert set(EventGroup.objects.values_list("group_id", flat=True)) == {"b", "c"}
    change = EventChange.objects.order_by("pk").last()
    assert change is not None
    assert change.changes == {
        "invitees": [["one@example.com", "two@example.com"], ["one@example.com", "three@example.com"]],
        "groups": [["a", "b"], ["b", "c"]],
    }
    save(team, said(invitees=None, third_party=None), asked=2)
    assert people() == set()
    assert not EventGroup.objects.exists()


def test_an_invitee_who_gets_an_id_is_still_one_invitee(team: Team) -> None:
    save(team, said(invitees=[{"email": "one@example.com"}]), asked=0)
    save(team, said(invitees=[{"_id": "i1", "email": "one@example.com"}]), asked=1)
    assert people() == {("i1", "one@example.com", "", "")}


def test_another_event_with_the_same_people_keeps_them(team: Team) -> None:
    guest = {"_id": "i1", "email": "one@example.com"}
    both = [said(vyte_id=key, invitees=[guest], third_party={"group_ids": ["g"]}) for key in ("e1", "e2")]
    save(team, *both)
    save(team, said(invitees=[]), asked=1)
    assert Invitee.objects.get().event.vyte_id == "e2"
    assert EventGroup.objects.get().event.vyte_id == "e2"


def test_many_who_leave_many_events_go_in_few_statements(team: Team) -> None:
    crowd = [{"email": f"p{number}@example.com"} for number in range(30)]
    save(team, *(said(vyte_id=f"e{number}", invitees=crowd) for number in range(20)))
    with CaptureQueriesContext(connection) as queries:
        save(team, *(said(vyte_id=f"e{number}", invitees=crowd[:1]) for number in range(20)), asked=1)
    assert Invitee.objects.count() == 20
    assert len([query for query in queries if query["sql"].startswith("DELETE")]) == 6
    assert len(queries) <= 14


# One among others


@pytest.mark.parametrize(
    "odd", [None, 5, "x", [], {}, {"_id": None}, {"_id": "a/b"}, {"_id": "é"}, {"title": "no id"}]
)
def test_an_unreadable_answer_hurts_no_other(team: Team, odd: object) -> None:
    saved = save(team, odd, said(vyte_id="e1"), odd, said(vyte_id="e2"))
    assert saved.created == 2
    assert len(saved.problems) == 2
    assert saved.problems[0].startswith("Vyte answered with an event ")
    assert set(Event.objects.values_list("vyte_id", flat=True)) == {"e1", "e2"}


WRONG = [
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    [{"a": 1}],
    10**30,
    float("nan"),
    "x" * 5000,
]
FIELDS = [
    "title", "confirmed", "created_by", "dates", "invitees", "places", "messages", "lang", "timezone", "vyteme",
    "third_party", "cancelled", "updatedAt", "createdAt",
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_an_event_is_mirrored_whatever_a_field_holds(team: Team, field: str) -> None:
    answers = [said(vyte_id=f"e{number}", **{field: wrong}) for number, wrong in enumerate(WRONG)]
    saved = save(team, *answers)
    assert (saved.created, saved.problems) == (len(WRONG), [])
    assert save(team, *answers, asked=1).unchanged == len(WRONG)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("confirmed", "flag"), ("confirmed", "updated_at"), ("confirmed", "date_id"), ("confirmed", "place_id"),
        ("created_by", "email"), ("created_by", "user"), ("third_party", "app"), ("third_party", "group_ids"),
    ],
)  # fmt: skip
def test_an_event_is_mirrored_whatever_a_part_holds(team: Team, outer: str, inner: str) -> None:
    answers = [said(vyte_id=f"e{number}", **{outer: {inner: wrong}}) for number, wrong in enumerate(WRONG)]
    assert save(team, *answers).created == len(WRONG)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("dates", "_id"), ("dates", "date"), ("dates", "end_date"), ("dates", "all_day"), ("dates", "votes"),
        ("places", "name"), ("places", "address"), ("invitees", "email"), ("invitees", "_id"),
        ("invitees", "full_name"), ("invitees", "phone"),
    ],
)  # fmt: skip
def test_an_event_is_mirrored_whatever_an_element_holds(team: Team, outer: str, inner: str) -> None:
    place, guest = {"_id": "p1", "name": "Office"}, {"_id": "i1", "email": "a@example.com"}
    base: dict[str, dict[str, Any]] = {"dates": DAY, "places": place, "invitees": guest}
    answers = [
        said(vyte_id=f"e{number}", confirmed={"flag": True}, **{outer: [{**base[outer], inner: wrong}]})
        for number, wrong in enumerate(WRONG)
    ]
    assert save(team, *answers).created == len(WRONG)


def test_an_event_listed_twice_is_one_event(team: Team) -> None:
    saved = save(team, said("First"), said("Second"))
    assert (saved.created, state()[0]) == (1, "Second")
    assert kinds() == ["created"]


def test_teams_do_not_share_events(team: Team) -> None:
    other = Team.objects.create(vyte_id="t2", name="Other")
    save(team, said("Ours"))
    save(other, said("Theirs"))
    assert set(Event.objects.values_list("team__vyte_id", "title")) == {("t1", "Ours"), ("t2", "Theirs")}


def test_what_is_held_already_is_not_written(team: Team) -> None:
    answers = [said(vyte_id=f"e{number}") for number in range(50)]
    save(team, *answers)
    with CaptureQueriesContext(connection) as queries:
        saved = save(team, *answers, asked=1)
    assert (saved.unchanged, len(queries)) == (50, 1)


def test_who_and_what_caused_a_change_is_written_down(team: Team, admin_user: Any) -> None:
    origin = mirror.Origin("action", actor=admin_user)
    saved = mirror.save(team.pk, [mirror.FetchedEvent(said(), NOON, origin)])
    change = EventChange.objects.get(pk=saved.changes[0])
    assert (change.cause, change.actor, change.delivery) == ("action", admin_user, None)


# Two writers at once


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another writer inserts between this one's look and its insert is not seen by that look."""
    look = writing._locked
    looks: list[Any] = []

    def look_too_early(*args: Any) -> Any:
        looks.append(args)
        return {} if len(looks) == 1 else look(*args)

    monkeypatch.setattr(writing, "_locked", look_too_early)


def test_two_who_insert_the_same_event_make_one_and_one_history(team: Team, request: Any) -> None:
    theirs = mirror.FetchedEvent(said("Theirs", at=1), minutes(1), mirror.Origin("webhook"))
    mirror.save(team.pk, [theirs])
    request.getfixturevalue("overtaken")
    saved = save(team, said("Ours", at=2), said(vyte_id="e2", invitees=[{"email": "a@example.com"}]), asked=2)
    assert (saved.created, saved.changed) == (1, 1)
    assert Event.objects.get(vyte_id="e1").title == "Ours"
    rows = EventChange.objects.filter(event__vyte_id="e1").order_by("pk")
    assert list(rows.values_list("kind", "cause")) == [("created", "webhook"), ("updated", "sync")]
    assert EventChange.objects.filter(event__vyte_id="e2").count() == 1
    assert Invitee.objects.count() == 1


def test_the_older_of_two_who_insert_the_same_event_gives_way(team: Team, request: Any) -> None:
    save(team, said("Theirs", at=1), asked=1)
    request.getfixturevalue("overtaken")
    assert save(team, said("Ours", at=0), asked=0).stale == 1
    assert state()[0] == "Theirs"
    assert kinds() == ["created"]


def test_a_conflict_that_does_not_end_is_an_error_and_leaves_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conflict(*args: Any, **named: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(EventChange.objects, "bulk_create", conflict)
    with pytest.raises(IntegrityError), transaction.atomic():
        save(team, said(invitees=[{"email": "a@example.com"}]))
    assert not Event.objects.exists()
    assert not Invitee.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="writers of SQLite take turns")
@pytest.mark.parametrize("batch", [20, 60])
def test_many_who_insert_the_same_events_at_once_make_one_history(team: Team, batch: int) -> None:
    together = threading.Barrier(4)

    def write(number: int) -> None:
        try:
            together.wait(10)
            for start in range(0, 60, batch):
                save(team, *(said(vyte_id=f"e{each}") for each in range(start, start + batch)), asked=number)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    assert Event.objects.count() == 60
    assert kinds() == ["created"] * 60


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_is_not_used_again(team: Team) -> None:
    with lost_connection(at="INSERT"):
        assert save(team, said("Kick-off")).created == 1
    assert state()[0] == "Kick-off"
    assert kinds() == ["created"]


def test_one_event_that_the_database_refuses_keeps_no_other_from_its_place(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = history.of_new

    def refuse(event: Event) -> list[EventChange]:
        if event.vyte_id == "bad":
            raise DataError("invalid")
        return record(event)

    monkeypatch.setattr(history, "of_new", refuse)
    saved = save(team, said(vyte_id="a"), said(vyte_id="bad"), said(vyte_id="c"))
    assert set(Event.objects.values_list("vyte_id", flat=True)) == {"a", "c"}
    assert (saved.created, len(saved.changes)) == (2, 2)
    assert saved.problems == ["Event bad could not be stored (DataError)."]


@pytest.mark.parametrize("pair", [("aBc", "AbC"), ("resume", "RESUME")])
def test_ids_are_compared_to_the_letter(team: Team, pair: tuple[str, str]) -> None:
    save(team, *(said(vyte_id=key) for key in pair))
    assert set(Event.objects.values_list("vyte_id", flat=True)) == set(pair)


def test_groups_and_addresses_are_compared_to_the_letter(team: Team) -> None:
    groups = {"third_party": {"group_ids": ["deal_aB", "deal_Ab", "résumé", "resume"]}}
    people = [{"email": "jose@example.com"}, {"email": "josé@example.com"}]
    save(team, said(at=0, invitees=people, **groups), asked=0)
    assert EventGroup.objects.count() == 4
    assert Invitee.objects.count() == 2
    assert not Event.objects.for_group("deal_AB").exists()
    save(team, said(at=1, invitees=people[:1], third_party={"group_ids": ["deal_aB"]}), asked=1)
    assert [group.group_id for group in EventGroup.objects.all()] == ["deal_aB"]
    assert [invitee.email for invitee in Invitee.objects.all()] == ["jose@example.com"]


@pytest.mark.parametrize("depth", [20, 31, 45, 200])
def test_json_of_any_depth_finds_a_place(team: Team, depth: int) -> None:
    nested: Any = "x"
    for _ in range(depth):
        nested = {"a": nested}
    save(team, said(vyte_id="deep", odd=nested), said(vyte_id="flat"))
    assert Event.objects.count() == 2


def test_events_that_the_database_refuses_one_by_one_are_an_error(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(event: Event) -> list[EventChange]:
        raise DataError("invalid")

    monkeypatch.setattr(history, "of_new", refuse)
    with pytest.raises(DataError):
        save(team, said(vyte_id="a"), said(vyte_id="b"))
    assert not Event.objects.exists()


# Cost


def written(queries: CaptureQueriesContext) -> list[str]:
    """The tables written to, one for each statement."""
    found = (
        re.match(r"(?:INSERT|COPY|UPDATE|DELETE)\W+(?:INTO|FROM)?\W+(\w+)", query["sql"]) for query in queries
    )
    return [match[1].removeprefix("django_vyte_") for match in found if match]


def is_copied(count: int) -> bool:
    """Whether so many rows are copied, whose primary keys are reserved in a statement before."""
    return connection.vendor == "postgresql" and count >= bulk.MIN_COPY


def crowded(number: int, title: str = "Kick-off", at: float = 0) -> dict[str, Any]:
    invitees = [{"email": f"{name}@example.com"} for name in "abc"]
    return said(title, at=at, vyte_id=f"e{number}", invitees=invitees, third_party={"group_ids": ["g"]})


def test_an_answer_like_the_last_one_is_not_cleaned_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [crowded(number) for number in range(3)]
    save(team, *answers)

    def refuse(payload: object) -> None:
        raise AssertionError

    monkeypatch.setattr("django_vyte.payloads.events.clean", refuse)
    assert save(team, *answers, asked=1).unchanged == 3


def test_an_answer_that_differs_in_what_is_not_stored_changes_nothing(team: Team) -> None:
    save(team, said(at=0, key_store="one", created_by={"token": "t1", "email": "a@example.com"}))
    again = said(at=0, key_store="two", created_by={"email": "a@example.com", "token": "t2"})
    with CaptureQueriesContext(connection) as queries:
        assert save(team, again, asked=1).unchanged == 1
    assert len(queries) == 1


@pytest.mark.parametrize("count", [1, 40])
def test_new_events_are_one_statement_a_table(team: Team, count: int) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert save(team, *map(crowded, range(count))).created == count
    assert written(queries) == ["event", "invitee", "eventgroup", "eventchange"]
    # Beside them what is there already, looked at and then locked, and a savepoint.
    assert len(queries) == 8 + 2 * is_copied(count)


@pytest.mark.parametrize("count", [1, 40])
def test_changed_events_are_two_statements(team: Team, count: int) -> None:
    save(team, *map(crowded, range(count)))
    with CaptureQueriesContext(connection) as queries:
        assert save(team, *(crowded(each, "Another", 1) for each in range(count)), asked=1).changed == count
    assert written(queries) == ["event", "eventchange"]
    assert len(queries) == 6 + is_copied(count)


def test_events_get_their_keys_where_the_database_does_not_return_them(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(connection.features), "can_return_rows_from_bulk_insert", False)
    save(team, *map(crowded, range(3)))
    for event in Event.objects.all():
        assert (event.invitees.count(), event.groups.count(), event.changes.count()) == (3, 1, 1)


def test_what_is_stored_is_what_was_said(team: Team) -> None:
    answer = crowded(1) | {"odd": {"é": [1.5, -1, None, True, "\u2028", {}], "big": 2**62, "": []}}
    save(team, answer)
    assert Event.objects.get().data == answer
    save(team, answer | {"title": "Another"}, asked=1)
    assert Event.objects.get().data == answer | {"title": "Another"}


@pytest.mark.parametrize("count", [1, bulk.MIN_COPY])
def test_days_and_long_meetings_are_marked_with_their_end_however_they_are_written(
    team: Team, count: int
) -> None:
    long = {**DAY, "end_date": "2027-02-08T09:00:00Z"}
    whole = {**DAY, "date": "2027-02-01", "end_date": "2027-02-03", "all_day": True}
    dates = {"short": DAY, "long": long, "whole": whole}
    settled = {"flag": True, "updated_at": stamp(0)}
    for name, date in dates.items():
        answers = [
            said(name, vyte_id=f"{name}{number}", confirmed=settled, dates=[date]) for number in range(count)
        ]
        save(team, *(answer | {"timezone": "Pacific/Honolulu"} for answer in answers))
    found = set(Event.objects.values_list("title", "lasts_until"))
    week, days = dt.datetime(2027, 2, 8, 9, tzinfo=UTC), dt.datetime(2027, 2, 3, 10, tzinfo=UTC)
    assert found == {("short", None), ("long", week), ("whole", days)}
