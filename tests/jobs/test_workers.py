"""Workers are asked which queues they consume, without waiting for ever."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from celery import Celery, current_app
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging

from django_vyte.jobs import workers
from django_vyte.jobs.workers import consumed_queues, queue_of, wanted_queues


@pytest.fixture
def app(tmp_path, monkeypatch) -> Celery:
    """An app whose broker is a folder, so that workers can be asked without a server."""
    app = Celery("tests", broker="filesystem://", set_as_current=False)
    folders = {name: tmp_path / name for name in ("messages", "control", "processed")}
    for folder in folders.values():
        folder.mkdir()
    app.conf.broker_transport_options = {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "control_folder": str(folders["control"]),
        "processed_folder": str(folders["processed"]),
        "polling_interval": 0.05,
    }
    monkeypatch.setattr(workers, "current_app", app)
    return app


@pytest.fixture
def unlogged() -> Iterator[None]:
    """A worker in this process leaves its logging alone: Celery would raise the level of the root logger for good."""

    def leave_alone(**named: object) -> None:
        """Whoever receives this signal sets up logging."""

    setup_logging.connect(leave_alone)
    yield
    setup_logging.disconnect(leave_alone)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("unlogged")
def test_a_worker_that_runs_says_what_it_consumes(app):
    with start_worker(
        app, pool="solo", perform_ping_check=False, queues="meetings,other", shutdown_timeout=30
    ):
        (queues,) = (consumed_queues() or {}).values()
    assert queues == {"meetings", "other"}


def test_where_no_worker_runs_the_answer_is_empty_after_some_seconds(app, monkeypatch):
    monkeypatch.setattr(workers, "FIRST", 0.05)
    monkeypatch.setattr(workers, "AGAIN", 0.05)
    assert consumed_queues() == {}


def test_a_broker_that_hangs_is_not_waited_for(app, monkeypatch):
    monkeypatch.setattr(workers, "FIRST", 0.05)
    monkeypatch.setattr(workers, "AGAIN", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:
        app.conf.broker_url = f"amqp://guest:guest@127.0.0.1:{server.getsockname()[1]}//"
        began = time.monotonic()
        assert consumed_queues() == {}
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "option",
    [{"task_always_eager": True}, {"worker_enable_remote_control": False}, {"broker_url": "memory://"}],
)
def test_workers_that_cannot_be_asked_are_not_said_to_be_missing(app, option):
    app.conf.update(option)
    assert consumed_queues() is None


def test_a_broker_without_broadcast_cannot_be_asked(app, monkeypatch):
    transport = app.connection_for_write().transport
    direct = type(transport).implements.extend(exchange_type=frozenset(["direct"]))
    monkeypatch.setattr(type(transport), "implements", direct)
    assert consumed_queues() is None


def test_the_queues_of_messages_follow_the_setting_and_the_routes(settings, monkeypatch):
    assert wanted_queues() == {"celery"}
    settings.VYTE = {**settings.VYTE, "QUEUE": "vyte"}
    assert wanted_queues() == {"vyte"}
    routed = Celery("routed", set_as_current=False)
    routed.conf.task_routes = {"django_vyte.sweep": {"queue": "slow"}, "django_vyte.*": {"queue": "fast"}}
    routed.conf.task_default_queue = "other"
    monkeypatch.setattr(workers, "current_app", routed)
    assert wanted_queues() == {"vyte"}
    settings.VYTE = {**settings.VYTE, "QUEUE": None}
    assert wanted_queues() == {"fast"}
    assert [queue_of(task) for task in ("django_vyte.sweep", "other.task")] == ["slow", "other"]
    assert queue_of("django_vyte.sweep", "named") == "named"


def test_the_app_that_is_asked_is_that_of_the_caller():
    assert workers.current_app is current_app
