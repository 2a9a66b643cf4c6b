"""Receivers hear of every change, each on its own."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte import outbox, signals
from django_vyte.jobs.models import JobQuerySet
from django_vyte.models import Event, EventChange, Member, Team
from tests.connections import lost_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> EventChange:
    team = Team.objects.create(vyte_id="t1", name="ACME")
    event = Event.objects.create(
        team=team, vyte_id="e1", title="Kick-off", as_of=timezone.now(), fingerprint="x"
    )
    return EventChange.objects.create(event=event, kind="confirmed", cause="webhook")


@contextmanager
def connected(signal: signals.OutboxSignal, *receivers) -> Iterator[None]:
    for receiver in receivers:
        signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        for receiver in receivers:
            signal.disconnect(receiver)


def test_a_receiver_is_given_the_event_and_the_change_once(change):
    heard = []

    def note(sender, event, change, **kwargs):
        heard.append((sender, event.title, change.pk))

    with connected(signals.event_confirmed, note):
        assert outbox.dispatch(EventChange, [change.pk]) == 1
        outbox.dispatch(EventChange, [change.pk])
    assert heard == [(Event, "Kick-off", change.pk)]
    change.refresh_from_db()
    assert change.told_at is not None
    assert change.next_attempt_at is None


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_loses_the_connection_takes_it_from_no_other(change):
    def loses(sender, **kwargs):
        Member.objects.count()

    def counts(sender, **kwargs):
        Event.objects.count()

    with connected(signals.event_confirmed, loses, counts), lost_connection(at="COUNT"):
        assert outbox.dispatch(EventChange, [change.pk]) == 1
    change.refresh_from_db()
    assert [name.rpartition(".")[2] for name in change.told] == ["counts"]
    assert change.lease == ""


def test_what_changes_while_receivers_take_their_time_is_read_again(change, monkeypatch):
    monkeypatch.setattr(outbox, "SAVE_SECONDS", 0)
    later = EventChange.objects.create(event=change.event, kind="confirmed", cause="webhook")
    heard = []

    def renames(sender, event, **kwargs):
        heard.append(event.title)
        Event.objects.update(title="New")

    with connected(signals.event_confirmed, renames):
        outbox.dispatch(EventChange, [change.pk, later.pk])
    assert heard == ["Kick-off", "New"]


@pytest.mark.parametrize("kind", EventChange.Kind.values)
def test_each_kind_has_its_signal(change, kind):
    EventChange.objects.update(kind=kind)
    heard = []

    def note(sender, **kwargs):
        heard.append(kind)

    with connected(getattr(signals, f"event_{kind}"), note):
        outbox.dispatch(EventChange, [change.pk])
    assert heard == [kind]


def test_a_receiver_that_fails_stops_no_other_and_is_the_only_one_called_again(change):
    calls = []

    def fails_first(sender, **kwargs):
        calls.append("fails_first")
        if len(calls) < 3:
            raise RuntimeError("the video service is down")

    def hears(sender, **kwargs):
        calls.append("hears")

    with connected(signals.event_confirmed, fails_first, hears):
        assert outbox.dispatch(EventChange, [change.pk]) == 1
        change.refresh_from_db()
        assert "the video service is down" in change.error
        assert change.told_at is None
        with time_machine.travel(change.next_attempt_at, tick=False):
            assert outbox.dispatch(EventChange, [change.pk]) == 1
    assert calls == ["fails_first", "hears", "fails_first"]
    change.refresh_from_db()
    assert (change.error, change.attempts) == ("", 2)


def test_a_receiver_is_not_called_again_before_its_time(change):
    calls = []

    def fails(sender, **kwargs):
        calls.append(1)
        raise RuntimeError

    with connected(signals.event_confirmed, fails):
        outbox.dispatch(EventChange, [change.pk])
        outbox.dispatch(EventChange, [change.pk])
    assert len(calls) == 1


def test_a_receiver_that_never_succeeds_is_given_up_in_sight(change, settings):
    settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 2}

    def fails(sender, **kwargs):
        raise RuntimeError("for ever")

    with connected(signals.event_confirmed, fails):
        for _ in range(2):
            change.refresh_from_db()
            with time_machine.travel(change.next_attempt_at, tick=False):
                outbox.dispatch(EventChange, [change.pk])
    change.refresh_from_db()
    assert change.next_attempt_at is None
    assert change.told_at is None
    assert "for ever" in change.error


def test_a_dispatch_that_a_dead_worker_left_is_continued_by_another(change):
    calls = []

    def dies_first(sender, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt

    with connected(signals.event_confirmed, dies_first):
        with pytest.raises(KeyboardInterrupt):
            outbox.dispatch(EventChange, [change.pk])
        change.refresh_from_db()
        assert outbox.dispatch(EventChange, [change.pk]) == 0, "the lease still holds"
        with time_machine.travel(change.next_attempt_at, tick=False):
            outbox.dispatch(EventChange, [change.pk])
    assert len(calls) == 2
    change.refresh_from_db()
    assert change.told_at is not None


def test_an_async_receiver_is_called_too(change):
    heard = []

    async def note(sender, **kwargs):
        heard.append(1)

    with connected(signals.event_confirmed, note):
        outbox.dispatch(EventChange, [change.pk])
    assert heard == [1]


def test_a_new_member_is_dispatched_once():
    team = Team.objects.create(vyte_id="t1", name="ACME")
    member = Member.objects.create(team=team, vyte_id="u1", email="jane@acme.com", as_of=timezone.now())
    heard = []

    def note(sender, member, **kwargs):
        heard.append(member.email)

    with connected(signals.user_joined, note):
        outbox.dispatch(Member, [member.pk])
        outbox.dispatch(Member, [member.pk])
    assert heard == ["jane@acme.com"]


def test_receivers_that_share_a_name_are_told_apart(change):
    calls = []

    class Notes:
        def __init__(self, name, fails):
            self.name, self.fails = name, fails

        def note(self, sender, **kwargs):
            calls.append(self.name)
            if self.fails:
                self.fails -= 1
                raise RuntimeError

    first, second = Notes("first", fails=0), Notes("second", fails=1)
    with connected(signals.event_confirmed, first.note, second.note):
        assert outbox.dispatch(EventChange, [change.pk]) == 1
        change.refresh_from_db()
        with time_machine.travel(change.next_attempt_at, tick=False):
            outbox.dispatch(EventChange, [change.pk])
    assert calls == ["first", "second", "second"]


def test_an_error_text_that_no_database_can_hold_stops_nothing(change, caplog):
    # Such a text cannot travel from one test process to another either.
    caplog.set_level(logging.CRITICAL, "django_vyte.signals")

    def hears(sender, **kwargs):
        pass

    def fails(sender, **kwargs):
        raise RuntimeError("odd \x00 and \ud800")

    with connected(signals.event_confirmed, hears, fails):
        assert outbox.dispatch(EventChange, [change.pk]) == 1
    change.refresh_from_db()
    assert len(change.told) == 1
    assert "odd  and ?" in change.error


def test_a_change_whose_receivers_kill_every_worker_is_given_up(change, settings):
    settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 2}
    EventChange.objects.update(attempts=2, next_attempt_at=timezone.now())
    heard = []

    def note(sender, **kwargs):
        heard.append(1)

    with connected(signals.event_confirmed, note):
        assert outbox.dispatch(EventChange, [change.pk]) == 1
    change.refresh_from_db()
    assert (heard, change.next_attempt_at) == ([], None)
    assert "did not come back" in change.error


# Many at once


@pytest.fixture
def changes(change) -> list[EventChange]:
    """Fifty changes of one event."""
    more = [EventChange(event=change.event, kind="confirmed", cause="webhook") for _ in range(49)]
    EventChange.objects.bulk_create(more)
    return list(EventChange.objects.order_by("pk"))


@pytest.mark.parametrize("count", [1, 50])
def test_any_number_of_changes_costs_three_statements(changes, count):
    def note(sender, **kwargs):
        pass

    with connected(signals.event_confirmed, note), CaptureQueriesContext(connection) as queries:
        assert outbox.dispatch(EventChange, [change.pk for change in changes[:count]]) == count
    assert len(queries) == 3
    assert EventChange.objects.filter(told_at__isnull=False, lease="").count() == count


def test_of_no_rows_nobody_is_told_and_nothing_is_made_up_to_find_them(db, monkeypatch):
    monkeypatch.setattr(JobQuerySet, "claim", None)
    assert outbox.dispatch(EventChange, []) == 0


def test_a_receiver_that_fails_puts_off_only_that_change(changes):
    def fails_once(sender, change, **kwargs):
        if change.pk == changes[7].pk:
            raise RuntimeError("the video service is down")

    with connected(signals.event_confirmed, fails_once):
        outbox.dispatch(EventChange, [change.pk for change in changes])
    row = EventChange.objects.get(told_at=None)
    assert (row.pk, row.attempts, row.lease) == (changes[7].pk, 1, "")


def test_a_worker_that_dies_repeats_no_more_than_a_second_of_work(changes, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    heard = []

    def dies_once(sender, change, **kwargs):
        heard.append(change.pk)
        if heard.count(changes[7].pk) == 1 and change.pk == changes[7].pk:
            raise KeyboardInterrupt

    keys = [change.pk for change in changes]
    with connected(signals.event_confirmed, dies_once):
        with pytest.raises(KeyboardInterrupt):
            outbox.dispatch(EventChange, keys)
        assert EventChange.objects.filter(told_at__isnull=False).count() == 7
        with time_machine.travel(timezone.now() + dt.timedelta(seconds=301), tick=False):
            outbox.dispatch(EventChange, keys)
    assert sorted(heard) == sorted([*keys, changes[7].pk])
    assert not EventChange.objects.filter(told_at=None).exists()


def test_a_change_that_kills_every_worker_takes_others_along_once_at_most(changes):
    def deadly(sender, change, **kwargs):
        if change.pk == changes[0].pk:
            raise KeyboardInterrupt

    keys = [change.pk for change in reversed(changes)]
    with connected(signals.event_confirmed, deadly):
        with pytest.raises(KeyboardInterrupt):
            outbox.dispatch(EventChange, keys)
        with time_machine.travel(timezone.now() + dt.timedelta(seconds=301), tick=False):
            with pytest.raises(KeyboardInterrupt):
                outbox.dispatch(EventChange, keys)
            outbox.dispatch(EventChange, keys)
    assert EventChange.objects.get(told_at=None).pk == changes[0].pk


def test_a_change_is_dispatched_with_the_event_as_it_is_by_then(changes, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    titles = []

    def renames(sender, event, **kwargs):
        titles.append(event.title)
        Event.objects.update(title=f"Title {len(titles)}")

    with connected(signals.event_confirmed, renames):
        outbox.dispatch(EventChange, [change.pk for change in changes[:3]])
    assert titles == ["Kick-off", "Title 1", "Title 2"]
