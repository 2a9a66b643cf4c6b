"""The state file: keeps a local Vyte across restarts, written atomically after changes."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from django_vyte.sandbox.world.courier import Courier, WebhookCall
from django_vyte.sandbox.world.errors import UnusableFile
from django_vyte.sandbox.world.state import VyteState

logger = logging.getLogger("django_vyte.sandbox")

REST = 1.0
"""Least seconds between two saves."""

UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError, LookupError, TypeError, AttributeError)
"""What ``restore`` raises for content that is no state."""


class Storage:
    """The file that holds a state and the webhook calls that wait. API keys and app secrets are in it.

    It is written whole beside itself and put in place, readable for its owner only: after a change, a second
    at most once (more rarely when it takes long), and by ``save``.
    """

    def __init__(self, path: str | os.PathLike[str], state: VyteState, courier: Courier) -> None:
        self.path = Path(path).resolve()
        self._state = state
        self._courier = courier
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._timer: threading.Timer | None = None
        self._next = 0.0

    def load(self) -> bool:
        """Takes over what the file holds; False when there is none. Raises UnusableFile."""
        try:
            content = msgspec.json.decode(self.path.read_bytes())
            restore(content, self._state, self._courier)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise UnusableFile(f"{self.path} cannot be read: {error.strerror}.") from None
        except UNREADABLE as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else error
            raise UnusableFile(
                f"{self.path} is no state of a local Vyte ({reason}). Name another file, or move this one away "
                "to start afresh."
            ) from None
        return True

    def save(self) -> None:
        """Writes the file now. Raises UnusableFile when it cannot be written."""
        started = time.monotonic()
        with self._saving:
            with self._state.lock:
                content = msgspec.json.encode(snapshot(self._state, self._courier))
            try:
                self._write(content)
            except OSError as error:
                raise UnusableFile(f"{self.path} cannot be written: {error.strerror}.") from None
        ended = time.monotonic()
        self._next = ended + max(REST, 10 * (ended - started))

    def _write(self, content: bytes) -> None:
        beside = self.path.with_name(self.path.name + ".new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def note(self) -> None:
        """Something has changed: has the file written soon, in the background."""
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(max(0.0, self._next - time.monotonic()), self._save_noted)
                self._timer.daemon = True
                self._timer.start()

    def _save_noted(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.save()
        except UnusableFile as error:
            logger.warning("%s", error)

    def close(self) -> None:
        """Writes the file for the last time. Raises UnusableFile when it cannot be written."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
        self.save()


def snapshot(state: VyteState, courier: Courier) -> dict[str, Any]:
    """Everything that is kept. Hold the state's lock until it is encoded."""
    waiting = [
        {"action": call.action, "target_url": call.target_url, "body": call.body, "attempts": call.attempts}
        for call in courier.outbox
        if call.waiting
    ]
    return {"team_id": state.team_id, "state": state.kept(), "outbox": waiting}


def restore(content: Any, state: VyteState, courier: Courier) -> None:
    """Puts what ``snapshot`` gave in the place of what there is.

    Raises one of UNREADABLE for anything else, and then changes nothing.
    """
    kept = content["state"]
    for name in state.kept():
        if not isinstance(kept[name], dict):
            raise ValueError(f"{name} is no object")
    team_id = content["team_id"]
    if team_id not in kept["organizations"]:
        raise ValueError("its organization is missing")
    calls = [msgspec.convert(call, WebhookCall) for call in content["outbox"]]
    state.team_id = team_id
    for name, objects in state.kept().items():
        objects.clear()
        objects.update(kept[name])
    courier.outbox[:] = calls
