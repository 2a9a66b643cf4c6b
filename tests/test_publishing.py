"""Nobody waits for a broker."""

from __future__ import annotations

import logging
import os
import threading

import pytest

from django_vyte.publishing import WAITING_ROOM, Publisher


def test_a_message_is_published_in_the_background_in_order():
    seen: list[tuple[object, ...]] = []
    publisher = Publisher(lambda *message: seen.append((*message, threading.current_thread().name)))
    publisher.send("a", 1, at_once=False)
    publisher.send("b", 2, at_once=False)
    assert publisher.flush(10)
    assert seen == [("a", 1, "django-vyte-publisher"), ("b", 2, "django-vyte-publisher")]


def test_at_once_publishes_in_this_thread():
    seen: list[int] = []
    Publisher(lambda message: seen.append(threading.get_ident())).send("a", at_once=True)
    assert seen == [threading.get_ident()]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_broker_that_refuses_is_logged_once_and_raises_nothing(caplog, at_once):
    def refuse(message: str) -> None:
        raise ConnectionRefusedError("no broker here")

    publisher = Publisher(refuse)
    with caplog.at_level(logging.ERROR, "django_vyte.publishing"):
        for _ in range(5):
            publisher.send("a", at_once=at_once)
        assert publisher.flush(10)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the sweep catches up once the broker is back" in caplog.text
    assert "manage.py vyte_inbox process" in caplog.text


def test_a_broker_that_hangs_holds_up_nobody_and_what_does_not_fit_is_dropped(caplog):
    entered, release = threading.Event(), threading.Event()
    seen: list[int] = []

    def hang(number: int) -> None:
        entered.set()
        release.wait(30)
        seen.append(number)

    publisher = Publisher(hang)
    publisher.send(0, at_once=False)
    assert entered.wait(10)
    for number in range(1, WAITING_ROOM + 10):
        publisher.send(number, at_once=False)
    assert not publisher.flush(0)
    assert "fast enough" in caplog.text
    release.set()
    assert publisher.flush(10)
    assert seen == list(range(WAITING_ROOM + 1))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_has_a_thread_and_messages_of_its_own():
    entered, release = threading.Event(), threading.Event()

    def hang(message: str) -> None:
        entered.set()
        release.wait(30)

    publisher = Publisher(hang)
    publisher.send("of the parent", at_once=False)
    assert entered.wait(10)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        seen: list[str] = []
        publisher._publish = seen.append
        left = publisher.flush(0)
        publisher.send("of the child", at_once=False)
        publisher.flush(10)
        os.write(writing, repr((left, seen)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1000).decode() == "(True, ['of the child'])"
    release.set()
    assert publisher.flush(10)


def test_a_thread_that_cannot_start_is_a_complaint(monkeypatch, caplog):
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    Publisher(lambda message: None).send("a", at_once=False)
    assert "no thread could be started" in caplog.text
