"""A server whose answers do not end by themselves."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[str], Iterable[bytes]]

OK = b"HTTP/1.1 200 OK\r\n"
# Shorter than any time-out of a test, longer than what a loop could do without the server.
PAUSE = 0.05


@dataclass
class StallingServer:
    """``answer`` gets the path and gives the bytes to send, one after the other."""

    answer: Answer
    url: str = ""
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def slowly(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same, with a pause after each."""
        for piece in pieces:
            yield piece
            if self.closing.wait(PAUSE):
                return


@contextmanager
def stalling_server(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[StallingServer]:
    """Serves one request after the other on each connection, each in a thread of its own."""
    server = StallingServer(answer)
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "https" if tls else "http"
        server.url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        accepting = threading.Thread(target=_accept, args=(listener, server, tls, threads))
        accepting.start()
        try:
            yield server
        finally:
            server.closing.set()
            listener.shutdown(socket.SHUT_RDWR)
            for thread in [accepting, *threads]:
                thread.join(10)


def _accept(
    listener: socket.socket,
    server: StallingServer,
    tls: ssl.SSLContext | None,
    threads: list[threading.Thread],
) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        threads.append(threading.Thread(target=_serve, args=(connection, server, tls)))
        threads[-1].start()


def _serve(connection: socket.socket, server: StallingServer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        connection.settimeout(10)
        with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
            stream.settimeout(0.1)
            while not server.closing.is_set():
                request = _request(stream, server.closing)
                if not request:
                    return
                server.requests.append(request)
                path = request.split(b" ", 2)[1].decode()
                for piece in server.answer(path):
                    stream.sendall(piece)
                if b"connection: close" in request.lower():
                    return


def _request(stream: socket.socket, closing: threading.Event) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = stream.recv(65536)
        except TimeoutError:
            if closing.is_set():
                return b""
            continue
        if not piece:
            return b""
        data += piece
    return data


def for_ever(piece: bytes) -> Iterator[bytes]:
    return itertools.repeat(piece)
