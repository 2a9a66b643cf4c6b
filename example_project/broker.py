"""Kombu's broker without a server, with messages that are there whole or not at all; for development only."""

import time
import uuid
from pathlib import Path

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu writes into a file that a worker sees already, and a worker that reads half a message dies."""

    def _put(self, queue, payload, **kwargs):
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        # What begins with a dot is in nobody's queue.
        unfinished = Path(self.data_folder_out, f".{name}")
        unfinished.write_text(dumps(payload))
        unfinished.rename(unfinished.with_name(name))


class Transport(filesystem.Transport):
    """What ``filesystem://`` stands for in this project."""

    Channel = Channel
