"""A preview says what mirroring would change, and writes nothing."""

from __future__ import annotations

import datetime as dt
from datetime import UTC
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_vyte import mirror
from django_vyte.mirror import drift
from django_vyte.mirror.result import MAX_EXAMPLES
from django_vyte.models import Event, EventChange, EventGroup, Invitee, Team

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
DAY = {"_id": "d1", "date": "2027-02-01T09:00:00Z", "end_date": "2027-02-01T10:00:00Z", "all_day": False}


@pytest.fixture
def team() -> Team:
    return Team.objects.create(vyte_id="t1", name="ACME")


def said(vyte_id: str = "e1", **fields: Any) -> dict[str, Any]:
    return {"_id": vyte_id, "title": "Kick-off", **fields}


def answers(*payloads: Any, asked: float = 1, cancelled: float | None = None) -> list[mirror.Answer]:
    as_of = NOON + dt.timedelta(minutes=asked)
    since = None if cancelled is None else NOON + dt.timedelta(minutes=cancelled)
    return [mirror.Answer(payload, as_of, mirror.Origin("sync"), since) for payload in payloads]


def differences(team: Team, payload: dict[str, Any]) -> list[str]:
    return mirror.preview(team.pk, answers(payload)).examples


def counts(came_to: mirror.MirrorResult) -> tuple[int, int, int, int, list[str]]:
    return came_to.created, came_to.changed, came_to.unchanged, came_to.stale, came_to.problems


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Event, Invitee, EventGroup, EventChange)
    ]


MIXED = [
    said("same"),
    said("new", invitees=[{"email": "a@example.com"}], third_party={"group_ids": ["g"]}),
    said("changed", title="Another"),
    said("touched", updatedAt="2027-01-01T12:00:30Z"),
    said("late", title="Old", updatedAt="2027-01-01T11:00:00Z"),
    said("back"),
    "nonsense",
]


@pytest.fixture
def mixed(team: Team) -> Team:
    held = [said(key) for key in ("same", "changed", "touched", "back")]
    mirror.save(team.pk, answers(*held, said("late", updatedAt="2027-01-01T11:30:00Z"), asked=0))
    mirror.save_missing(team.pk, "back", as_of=NOON, origin=mirror.Origin("sync"))
    return team


def test_a_preview_counts_what_a_save_then_does(mixed: Team) -> None:
    expected = counts(mirror.preview(mixed.pk, answers(*MIXED)))
    assert expected == counts(mirror.save(mixed.pk, answers(*MIXED)))
    assert expected[:4] == (1, 3, 1, 1)
    assert len(expected[4]) == 1


def test_a_preview_writes_nothing_and_locks_nothing(mixed: Team) -> None:
    before = everything()
    with CaptureQueriesContext(connection) as queries:
        mirror.preview(mixed.pk, answers(*MIXED))
    statements = [query["sql"] for query in queries]
    assert len(statements) == 2
    assert all(sql.startswith("SELECT") and "FOR UPDATE" not in sql for sql in statements)
    assert everything() == before


def test_a_preview_of_nothing_new_asks_once(mixed: Team) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert mirror.preview(mixed.pk, answers(said("same"))).examples == []
    assert len(queries) == 1


def test_each_event_that_differs_is_named_with_what_differs(mixed: Team) -> None:
    assert mirror.preview(mixed.pk, answers(*MIXED)).examples == [
        "Event new ('Kick-off') is not mirrored.",
        "Event changed ('Kick-off') differs: title 'Kick-off' → 'Another'.",
        "Event touched ('Kick-off') differs in details that no history tells.",
        "Event back ('Kick-off') differs: status 'cancelled' → 'planning'.",
    ]


def test_a_settled_date_is_shown_and_lists_are_named(team: Team) -> None:
    mirror.save(team.pk, answers(said(), asked=0))
    settled = said(confirmed={"flag": True}, dates=[DAY], invitees=[{"email": "a@example.com"}])
    assert differences(team, settled) == [
        "Event e1 ('Kick-off') differs: status 'planning' → 'confirmed', starts_at None → "
        "'2027-02-01T09:00:00+00:00', ends_at None → '2027-02-01T10:00:00+00:00', invitees, dates."
    ]


def test_a_cancellation_that_the_answer_does_not_show_is_foreseen(team: Team) -> None:
    mirror.save(team.pk, answers(said(), asked=0))
    seen = mirror.preview(team.pk, answers(said(), asked=1, cancelled=1))
    assert seen.examples == ["Event e1 ('Kick-off') differs: status 'planning' → 'cancelled'."]


def test_a_title_is_shown_short_and_without_what_moves_a_cursor(team: Team) -> None:
    assert differences(team, said(title="\x1b[2J" + "x" * 400)) == [
        f"Event e1 ('\\x1b[2J{'x' * (drift.SHOWN - 4)}…') is not mirrored."
    ]
    mirror.save(team.pk, answers(said(), asked=0))
    assert differences(team, said(**{"\x1b[2J": 1})) == ["Event e1 ('Kick-off') differs: \\x1b[2J."]


def test_examples_stay_few_however_many_batches_there_are(team: Team) -> None:
    seen = mirror.MirrorResult()
    for start in (0, 15, 30):
        seen += mirror.preview(team.pk, answers(*(said(f"e{start + number}") for number in range(15))))
    assert (seen.created, len(seen.examples)) == (45, MAX_EXAMPLES)
    assert seen.examples[15].startswith("Event e15 ")
