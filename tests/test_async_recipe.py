"""What docs/use/async.md shows does what it says, against a local Vyte."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import RequestFactory

from django_vyte.client import VyteClient
from django_vyte.exceptions import NotFound

PAGE = Path(__file__).parent.parent / "docs" / "use" / "async.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COUNT = 12


class Busy:
    """A client that counts how many of its calls are under way, and were at most."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, *args: Any, **options: Any) -> VyteClient:
        client = VyteClient(*args, **options)
        client.events.retrieve = self.counting(client.events.retrieve)  # type: ignore[method-assign]
        return client

    def counting(self, call: Any) -> Any:
        def counted(*args: Any) -> Any:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            try:
                return call(*args)
            finally:
                with self.lock:
                    self.now -= 1

        return counted


@pytest.fixture
def recipe() -> dict[str, Any]:
    """All that the page defines, from top to bottom."""
    names: dict[str, Any] = {}
    for code in BLOCK.findall(PAGE.read_text()):
        exec(code, names)
    return names


@pytest.fixture
def meetings(vyte_sandbox):
    """Meetings to come, by their titles in the order in which they are listed."""
    dates = [("2100-01-04T09:00:00Z", "2100-01-04T10:00:00Z")]
    return {
        meeting["title"]: meeting["_id"]
        for meeting in (vyte_sandbox.create_event(title=f"No. {i}", dates=dates) for i in range(COUNT))
    }


def test_a_call_in_a_thread_answers(recipe, meetings, vyte_sandbox):
    assert sorted(asyncio.run(recipe["titles"](vyte_sandbox.api_key))) == sorted(meetings)


def test_many_calls_answer_in_order_and_only_so_many_at_once(recipe, meetings, vyte_sandbox):
    busy = recipe["VyteClient"] = Busy()
    vyte_sandbox.faults.add(path="/v2/events/", delay=0.02, times=None)
    events = asyncio.run(recipe["retrieve_all"](vyte_sandbox.api_key, meetings.values(), at_once=3))
    assert [event["title"] for event in events] == list(meetings)
    assert (busy.now, busy.most) == (0, 3)


def test_a_call_that_fails_cancels_those_that_wait_for_their_turn(recipe, meetings, vyte_sandbox):
    wrong_first = ["0" * 24, *meetings.values()]
    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(recipe["retrieve_all"](vyte_sandbox.api_key, wrong_first, at_once=1))
    assert [type(error) for error in caught.value.exceptions] == [NotFound]
    assert len(vyte_sandbox.requests) < COUNT


@pytest.mark.parametrize("size", [1, 5, COUNT, 100])
def test_a_large_answer_comes_in_batches_and_whole(recipe, meetings, vyte_sandbox, size):
    async def titles():
        events = recipe["iterate"](vyte_sandbox.api_key, size=size, filter="upcoming")
        return [event["title"] async for event in events]

    assert sorted(asyncio.run(titles())) == sorted(meetings)


def test_a_large_answer_need_not_be_used_up(recipe, meetings, vyte_sandbox):
    async def first():
        return await anext(recipe["iterate"](vyte_sandbox.api_key, size=5, filter="upcoming"))

    assert asyncio.run(first())["title"] in meetings


def test_an_async_view_reads_the_key_and_asks_vyte(recipe, meetings, team):
    answer = async_to_sync(recipe["agenda"])(RequestFactory().get("/"), team.pk)
    assert sorted(json.loads(answer.content)["titles"]) == sorted(meetings)


MEETING = {"title": "Kick-off", "created_by": {"email": "emma@example.com"}}


def titles_at(sandbox: Any) -> list[str]:
    with VyteClient(sandbox.api_key) as vyte:
        return [event["title"] for event in vyte.events.list()]


def test_a_meeting_is_created_within_the_deadline(recipe, vyte_sandbox):
    created = asyncio.run(recipe["create"](vyte_sandbox.api_key, **MEETING))
    assert created["title"] == "Kick-off"


def test_giving_up_ends_the_waiting_and_not_the_call(recipe, vyte_sandbox):
    async def give_up():
        async with asyncio.timeout(0.05):
            await recipe["create"](vyte_sandbox.api_key, **MEETING)

    vyte_sandbox.faults.add(path="/v2/events", method="POST", delay=0.3)
    with pytest.raises(TimeoutError):
        asyncio.run(give_up())  # ends when its threads have
    assert "Kick-off" in titles_at(vyte_sandbox)
