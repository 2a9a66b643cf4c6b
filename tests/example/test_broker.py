"""The broker without a server: a message is there whole or not at all."""

from __future__ import annotations

import threading
import uuid

import pytest
from kombu import Connection, Exchange, Producer, Queue


@pytest.fixture
def named():
    """A queue of this test alone: what is bound to what, Kombu remembers for the whole process."""
    name = uuid.uuid4().hex
    return Queue(name, Exchange(name), "k")


@pytest.fixture
def connect(tmp_path):
    """Connections to one folder."""
    (tmp_path / "control").mkdir()
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options = {**folders, "control_folder": str(tmp_path / "control")}

    def connect():
        return Connection(
            "memory://", transport="example_project.broker:Transport", transport_options=options
        )

    return connect


def test_a_message_that_is_being_written_is_not_read(connect, named, tmp_path):
    (tmp_path / f".1_unfinished.{named.name}.msg").write_text('{"half": ')
    with connect() as connection:
        queue = named(connection.channel())
        queue.declare()
        assert queue.get() is None


def test_every_message_arrives_whole_while_others_are_sent(connect, named):
    count, got = 300, []

    def send():
        with connect() as connection:
            producer = Producer(
                connection.channel(), exchange=named.exchange, routing_key="k", serializer="json"
            )
            for number in range(count):
                producer.publish({"number": number}, declare=[named])

    with connect() as connection:
        queue = named(connection.channel())
        queue.declare()
        sender = threading.Thread(target=send)
        sender.start()
        sending, message = True, None
        while sending or message:
            sending, message = sender.is_alive(), queue.get(no_ack=True)
            got += [message.payload["number"]] if message else []
    assert sorted(got) == list(range(count))
