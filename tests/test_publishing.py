"""Nobody waits for a broker."""

from __future__ import annotations

import logging
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
