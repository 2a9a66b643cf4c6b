"""What people do at Vyte during the run: meetings are made, changed, settled, called off, and a few deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django_vyte.sandbox import Sandbox

PEOPLE = [
    ("zoe@example.com", "Zoë Martin"),
    ("emile@example.com", "Émile Zola"),
    ("ana@example.com", "Ana Ñandú"),
    ("li@example.com", "李 Li"),
]
PLACES = [("Café 北京 ☕", "1 Rue de Rivoli"), ("Office", "2 Main Street"), ("Zoom", "")]
ZONES = ["Europe/Paris", "America/New_York", "Asia/Kolkata"]
FIRST = datetime(2031, 3, 3, 9, tzinfo=UTC)
ACTIONS = {
    "change": 40,
    "vote": 12,
    "invite": 10,
    "move": 12,
    "confirm": 14,
    "cancel": 8,
    "delete": 2,
    "join": 2,
}
DELETED = 0.1
"""Of the events, how many are deleted at most."""


class Driver:
    """Acts on up to ``most`` events; what it decides depends on ``random`` alone.

    What Vyte does not call about (votes, invitations) is followed by a change that it does call about. Every change
    gives the event a title it never had, so that no two states of it are the same.
    """

    def __init__(self, sandbox: Sandbox, random: Random, most: int) -> None:
        self.present: list[str] = []
        self.deleted: list[str] = []
        self.joined: list[str] = []
        self.steps = 0
        self._sandbox, self._random, self._most = sandbox, random, most

    def step(self, progress: float) -> None:
        """Do one thing. All events are there by the time that ``progress``, from 0 to 1, is at a half."""
        self.steps += 1
        self._disturb()
        if len(self.present) + len(self.deleted) < self._most * min(1.0, 2 * progress + 0.05):
            self._create()
            return
        action = self._random.choices(list(ACTIONS), weights=list(ACTIONS.values()))[0]
        getattr(self, f"_{action}")(self._random.choice(self.present))

    def _disturb(self) -> None:
        """Let some of the calls come twice, late, and in another order."""
        mode, random = self._sandbox.webhook_mode, self._random
        mode.duplicate = random.random() < 0.3
        mode.reorder = random.random() < 0.5
        mode.delay = random.choice([0.0, 0.0, 0.3, 1.5])

    def _create(self) -> None:
        random = self._random
        event = self._sandbox.create_event(
            title=self._title(),
            creator=random.choice(PEOPLE)[0],
            dates=self._dates(),
            places=random.sample(PLACES, random.randint(0, len(PLACES))),
            invitees=random.sample(PEOPLE, 2),
            group_ids=random.choice([[], ["project_1"], ["project_1", "project_2"]]),
            confirmed=random.random() < 0.2,
        )
        self.present.append(event["_id"])

    def _change(self, key: str, **fields: Any) -> None:
        if self._random.random() < 0.2:
            fields["timezone"] = self._random.choice(ZONES)
        self._sandbox.update_event(key, title=self._title(), **fields)

    def _vote(self, key: str) -> None:
        event = self._sandbox.state.events[key]
        voter = event["invitees"][-1]["email"]
        self._sandbox.vote(key, voter, yes=self._random.random() < 0.7)
        self._change(key)

    def _invite(self, key: str) -> None:
        self._sandbox.invite(key, (f"guest{self.steps}@example.com", f"Guest {self.steps}"))
        self._change(key)

    def _move(self, key: str) -> None:
        self._change(key, dates=self._dates(), places=[self._random.choice(PLACES)])

    def _confirm(self, key: str) -> None:
        dates = self._sandbox.state.events[key]["dates"]
        self._sandbox.confirm(key, date_id=self._random.choice(dates)["_id"])

    def _cancel(self, key: str) -> None:
        self._sandbox.cancel(key)

    def _delete(self, key: str) -> None:
        """Vyte does not call about that: a call about an earlier change arrives when the event is gone."""
        if len(self.deleted) >= self._most * DELETED or len(self.present) < 2:
            return
        self._sandbox.webhook_mode.hold = True
        self._change(key)
        self._sandbox.delete_event(key)
        self._sandbox.webhook_mode.hold = False
        self.present.remove(key)
        self.deleted.append(key)

    def _join(self, key: str) -> None:
        user = self._sandbox.join(email=f"new{self.steps}@example.com", full_name=f"New {self.steps}")
        self.joined.append(user["_id"])

    def _title(self) -> str:
        return f"Réunion 🗓 {self.steps}"

    def _dates(self) -> list[tuple[datetime, datetime]]:
        starts = [
            FIRST + timedelta(days=self._random.randint(0, 300)) for _ in range(self._random.randint(1, 3))
        ]
        return [(start, start + timedelta(hours=1)) for start in starts]
