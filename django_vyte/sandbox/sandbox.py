"""``Sandbox``: a local Vyte with its server, its state file and its seed; what users of this package create."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from django_vyte.sandbox.app import SandboxApp
from django_vyte.sandbox.seed import load_seed
from django_vyte.sandbox.server import Server
from django_vyte.sandbox.storage import Storage
from django_vyte.sandbox.world.clock import new_secret
from django_vyte.sandbox.world.local_vyte import LocalVyte

TEAM_ID = "5f198da1c1ac5d1a30fc00f3"


class Sandbox(LocalVyte):
    """A Vyte of one's own to develop and test against.

    It starts with the objects that Vyte's documentation prints, owned by the organization ``team_id`` whose
    key is ``api_key`` (random unless given). Use it as a WSGI application (``app``), serve it (``serve``), and
    make things happen from Python with the methods below; each event they answer is a copy in the shape that
    lists show.

    Nothing is kept when it goes, unless there is a ``state_file``: that is loaded when it exists, written
    after each change (at most about once a second) and by ``close``. ``seed`` is a file of things to start
    with; it is passed over when the state file exists. UnusableFile (a ValueError) for either that cannot be
    used.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        team_id: str = TEAM_ID,
        state_file: str | PathLike[str] | None = None,
        seed: str | PathLike[str] | None = None,
    ) -> None:
        super().__init__(team_id, api_key or new_secret())
        self.url = ""
        self.app = SandboxApp(self)
        self._storage = Storage(state_file, self.state, self.courier) if state_file else None
        loaded = self._storage is not None and self._storage.load()
        if seed and not loaded:
            load_seed(Path(seed), self.state)
        self.team_id = self.state.team_id
        self.api_key = self.state.use_key(self.team_id, api_key)
        if self._storage is not None:
            self._storage.save()
            self.state.changed = self._storage.note

    def close(self) -> None:
        """Writes the state file for the last time, if there is one. UnusableFile when that fails."""
        if self._storage is not None:
            self._storage.close()

    def __repr__(self) -> str:
        return f"<Sandbox {self.url or 'not served'}: {len(self.state.events)} events>"

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
        """Serves it in a thread while the block runs; port 0 is a free one. OSError when it is taken."""
        with Server(self.app, host, port) as server:
            self.url = server.url
            try:
                yield server
            finally:
                self.url = ""
                self.close()
