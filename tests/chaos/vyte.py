"""The local Vyte of the run: its API fails at random, and each webhook call it makes is timed."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from django_vyte.sandbox import Fault, Faults, Sandbox
from django_vyte.sandbox.world.courier import post_for_real

HTML = {
    "headers": {"Content-Type": "text/html"},
    "body": b"<html><body>Something is wrong here.</body></html>",
}
KINDS: dict[str, dict[str, Any]] = {
    "503": {"status": 503},
    "500": {"status": 500},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "1"}},
    "502 with HTML": {"status": 502, **HTML},
    "401": {"status": 401},
    "200 with HTML": {"status": 200, **HTML},
    "200 with nothing": {"status": 200},
    "200 with another type": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": b"[]"},
    "connection dropped": {"drop": True},
    "body cut off": {"truncate": 300},
    "slow answer": {"delay": 1.0},
    "answer after the timeout": {"delay": 4.0},
    # By the time it arrives it may be old.
    "answer overtaken": {"delay": 1.5, "after_acting": True},
}
SHARE = 0.2
"""Of the API's answers, how many go wrong."""


class RandomFaults(Faults):
    """Faults that come by themselves while ``share`` is above 0, each kind as often as the others."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.share = 0.0
        self.asked = 0
        self.counts: Counter[str] = Counter()
        self._random = random
        self._deck: list[str] = []
        self._draw_lock = threading.Lock()

    def take(self, method: str, path: str) -> Fault | None:
        with self._draw_lock:
            self.asked += bool(self.share)
            kind = self._draw() if self._random.random() < self.share else ""
        if kind:
            self.add(**KINDS[kind])
        return super().take(method, path)

    def _draw(self) -> str:
        if not self._deck:
            self._deck = self._random.sample(sorted(KINDS), len(KINDS))
        kind = self._deck.pop()
        self.counts[kind] += 1
        return kind


@dataclass(frozen=True)
class Attempt:
    """One webhook call, made once; ``status`` is 0 for no answer, ``seconds`` how long it took."""

    body: bytes = field(repr=False)
    status: int
    seconds: float

    @cached_property
    def resource(self) -> dict[str, Any]:
        """What the call is about."""
        resource: dict[str, Any] = json.loads(self.body)[0]["resource"]
        return resource


class CallRecorder:
    """Posts the local Vyte's webhook calls over the network and records every attempt."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        started, status = time.perf_counter(), 0
        try:
            status = post_for_real(url, body, headers)
        finally:
            self.attempts.append(Attempt(body, status, time.perf_counter() - started))
        return status

    @property
    def accepted(self) -> list[Attempt]:
        """The attempts that were answered 200."""
        return [attempt for attempt in self.attempts if attempt.status == 200]

    def out_of_order(self) -> int:
        """How many calls about an event were accepted after a later state of it had been."""
        latest: dict[str, str] = {}
        late = 0
        for attempt in self.accepted:
            key, changed = attempt.resource.get("_id", ""), str(attempt.resource.get("updatedAt", ""))
            late += changed < latest.get(key, "")
            latest[key] = max(changed, latest.get(key, ""))
        return late


def make_vyte(api_key: str, random: Random) -> tuple[Sandbox, RandomFaults, CallRecorder]:
    """A local Vyte that calls about every change, also of meetings that are not confirmed."""
    sandbox = Sandbox(api_key=api_key)
    sandbox.quirks.updates_before_confirmation = True
    api_faults, recorder = RandomFaults(random), CallRecorder()
    sandbox.faults = api_faults
    sandbox.courier.post = recorder
    return sandbox, api_faults, recorder
