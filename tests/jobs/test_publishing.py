"""Nobody waits for a broker."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator

import pytest

from django_vyte.jobs.publishing import MOST_KEYS, MOST_WAITING, Message, Publisher


class Broker:
    """Notes what is published and by which thread; holds up whoever publishes while ``open`` is not set."""

    def __init__(self) -> None:
        self.open, self.entered = threading.Event(), threading.Event()
        self.open.set()
        self.seen: list[Message] = []
        self.threads: set[str] = set()

    def publish(self, message: Message) -> None:
        self.threads.add(threading.current_thread().name)
        self.entered.set()
        assert self.open.wait(30)
        self.seen.append(message)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def publisher(broker: Broker) -> Publisher:
    return Publisher(broker.publish)


@pytest.fixture
def busy(broker: Broker, publisher: Publisher) -> Iterator[Publisher]:
    """A publisher in the middle of its first message, so that what is sent has to wait."""
    broker.open.clear()
    publisher.send(Message("first", ()), at_once=False)
    assert broker.entered.wait(10)
    yield publisher
    broker.open.set()
    assert publisher.flush(10)


def test_a_message_is_published_in_the_background_in_order(broker, publisher):
    publisher.send(Message("a", (1,)), at_once=False)
    publisher.send(Message("b", (2, 3), 4.5), at_once=False)
    assert publisher.flush(10)
    assert broker.seen == [Message("a", (1,)), Message("b", (2, 3), 4.5)]
    assert broker.threads == {"django-vyte-publisher"}


def test_at_once_publishes_in_this_thread(broker, publisher):
    publisher.send(Message("a", ([1],)), at_once=True)
    assert broker.seen == [Message("a", ([1],))]
    assert broker.threads == {threading.current_thread().name}


def test_messages_that_wait_become_one_that_names_every_row_in_order(broker, busy):
    for key in (1, 2, 3):
        busy.send(Message("process", ([key, key * 10],)), at_once=False)
    broker.open.set()
    assert busy.flush(10)
    assert broker.seen[1:] == [Message("process", ([1, 10, 2, 20, 3, 30],))]


def test_a_message_names_no_more_rows_than_a_worker_takes_at_once(broker, busy):
    keys = list(range(2 * MOST_KEYS + 1))
    for key in keys:
        busy.send(Message("process", ([key],)), at_once=False)
    broker.open.set()
    assert busy.flush(10)
    parts = [message.args[0] for message in broker.seen[1:]]
    assert [len(part) for part in parts] == [MOST_KEYS, MOST_KEYS, 1]
    assert [key for part in parts for key in part] == keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Message("process", ([1],)), Message("tell", ([2],))),
        (Message("process", ([1],)), Message("process", ([2],), 5.0)),
        (Message("process", ([1],)), Message("process", ([2],), None, 5.0)),
        (Message("tell", ([1], [])), Message("tell", ([2], []))),
        (Message("sync", (1,)), Message("sync", (2,))),
        (Message("sweep", ()), Message("sweep", ())),
    ],
    ids=["tasks", "times", "ends", "more than one argument", "no list", "no arguments"],
)
def test_messages_that_differ_in_more_than_their_rows_stay_apart(broker, busy, one, other):
    busy.send(one, at_once=False)
    busy.send(other, at_once=False)
    broker.open.set()
    assert busy.flush(10)
    assert broker.seen[1:] == [one, other]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_broker_that_refuses_is_logged_once_and_raises_nothing(caplog, at_once):
    def refuse(message: Message) -> None:
        raise ConnectionRefusedError("no broker here")

    publisher = Publisher(refuse)
    with caplog.at_level(logging.ERROR, "django_vyte.jobs.publishing"):
        for number in range(5):
            publisher.send(Message("a", (number,)), at_once=at_once)
        assert publisher.flush(10)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the sweep catches up once the broker is back" in caplog.text
    assert "manage.py vyte_inbox process" in caplog.text


def test_a_broker_that_hangs_holds_up_nobody_and_what_does_not_fit_is_dropped(broker, busy, caplog):
    for number in range(MOST_WAITING + 9):
        busy.send(Message("a", (number,)), at_once=False)
    assert not busy.flush(0)
    assert "fast enough" in caplog.text
    broker.open.set()
    assert busy.flush(10)
    assert broker.seen[1:] == [Message("a", (number,)) for number in range(MOST_WAITING)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_has_a_thread_and_messages_of_its_own(busy):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        seen: list[object] = []
        busy._publish = lambda message: seen.append(tuple(message))
        left = busy.flush(0)
        busy.send(Message("of the child", ()), at_once=False)
        busy.flush(10)
        os.write(writing, repr((left, seen)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1000).decode() == "(True, [('of the child', (), None, None)])"


def test_a_thread_that_cannot_start_is_a_complaint(monkeypatch, caplog, publisher):
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    publisher.send(Message("a", ()), at_once=False)
    assert "no thread could be started" in caplog.text
