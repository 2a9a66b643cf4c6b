"""The clock of the site's processes, which can be set wrong while they run: they and this one map the same file."""

from __future__ import annotations

import datetime as dt
import mmap
import struct
from pathlib import Path

from django.utils import timezone

SECONDS = struct.Struct("d")


class Clock:
    """Goes ``ahead`` of the machine's by as many seconds as the file says."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), SECONDS.size)

    @property
    def ahead(self) -> float:
        """Seconds."""
        seconds: float = SECONDS.unpack_from(self._shared)[0]
        return seconds

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        SECONDS.pack_into(self._shared, 0, seconds)

    def install(self) -> None:
        """Replace Django's ``timezone.now`` in this process. Call it before any module imports ``now`` by name."""
        now = timezone.now
        timezone.now = lambda: now() + dt.timedelta(seconds=self.ahead)
