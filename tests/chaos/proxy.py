"""A TCP proxy in front of a database or broker: it can cut off one run while the server itself keeps running."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from random import Random
from typing import Any

CHUNK = 64 * 1024


class Proxy:
    """Forwards TCP connections to ``host``:``port`` while it is open; a context manager.

    Shut, it refuses connections. Silent, it takes them and passes nothing on, as a network that swallows packets.
    While ``fragile`` is above 0, that share of what passes is the last of its connection, which ``broken`` counts:
    half of the time the other side has it and cannot answer, half of the time it never comes.
    """

    def __init__(self, host: str, port: int, random: Random) -> None:
        self.fragile = 0.0
        self.broken = 0
        self._random = random
        self._target = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chaos-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self.port = 0

    def __enter__(self) -> Proxy:
        self._thread.start()
        self.open()
        return self

    def __exit__(self, *error: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def open(self) -> None:
        """Let connections through, after ``silence`` new ones only."""
        self._run(self._open())

    def shut(self) -> None:
        """Break off all connections and refuse new ones."""
        self._run(self._shut())

    def silence(self) -> None:
        """Let nothing through, and let nobody know."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._abort()
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort()

    async def _end(self) -> None:
        await self._shut()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect the two sides until one of them ends."""
        ends = {writer}
        self._writers |= ends
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            ends.add(far_writer)
            self._writers |= ends
            directions = [
                asyncio.ensure_future(self._pump(*way))
                for way in ((reader, far_writer), (far_reader, writer))
            ]
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for direction in directions:
                direction.cancel()
        except OSError:
            pass
        finally:
            for end in ends:
                end.close()
            self._writers -= ends

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                breaks = self._random.random() < self.fragile
                if not breaks or self._random.random() < 0.5:
                    writer.write(data)
                    await writer.drain()
                if breaks:
                    self.broken += 1
                    return
