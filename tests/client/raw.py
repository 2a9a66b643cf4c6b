"""A server on 127.0.0.1 that answers with exactly these bytes, for what no HTTP library would send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HANG = b"<hang>"


@dataclass
class RawServer:
    """Answers each connection with the next of ``answers`` and hangs up; ``HANG`` lets the client do that."""

    answers: list[bytes]
    received: list[bytes] = field(default_factory=list)
    url: str = ""


@contextmanager
def raw_server(*answers: bytes) -> Iterator[RawServer]:
    server = RawServer(list(answers))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=_serve, args=(listener, server), daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _serve(listener: socket.socket, server: RawServer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):  # the client may leave first
            connection.settimeout(10)
            server.received.append(_request(connection))
            answer = server.answers.pop(0) if server.answers else b""
            head, hang, _ = answer.partition(HANG)
            connection.sendall(head)
            if hang:
                connection.recv(1)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        data += piece
        if not piece or data.startswith(b"\x16"):  # a TLS handshake: nothing to read on with
            return data
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(
    body: bytes = b"{}", status: str = "200 OK", length: int | None = None, headers: str = ""
) -> bytes:
    """One HTTP answer; ``length`` is what it claims to have, ``headers`` are whole lines."""
    length = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    return head.encode() + body


def refusing_url() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
