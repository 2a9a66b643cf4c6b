"""A server that costs next to nothing: it reads a request up to its blank line and sends what it was told to."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def tiny_server(body: bytes) -> Iterator[str]:
    """Serves ``body`` as JSON from another process while the block runs; answers the server's address."""
    command = [sys.executable, "-m", "tests.benchmarks.tiny_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(body)
        process.stdin.close()
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.kill()


def _answer(connection: socket.socket, answer: bytes) -> None:
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while _read_request(connection):
            connection.sendall(answer)


def _read_request(connection: socket.socket) -> bool:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = connection.recv(65536)
        if not piece:
            return False
        data += piece
    return True


def _main() -> None:
    body = sys.stdin.buffer.read()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, head.encode() + body), daemon=True).start()


if __name__ == "__main__":
    _main()
