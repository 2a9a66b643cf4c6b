"""Connections that give up when the deadline of a call has passed, however slowly bytes trickle in."""

from __future__ import annotations

import io
import socket
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_vyte.http.timeouts import Deadline

SHORTEST = 0.001  # 0 would not mean "at once" to a socket, but "never wait"

# The deadline of the call that this thread sends now: http.client has no argument to pass it in.
deadline_of_call: ContextVar[Deadline | None] = ContextVar("django_vyte.http.deadline", default=None)
# Connections that may be open, for a child process to let go of.
opened: WeakSet[Any] = WeakSet()


class _TimedBytes(io.RawIOBase):
    """The bytes that come from a socket, until the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        # The socket counts the files made of it, and closes when the last one does.
        self._file = sock.makefile("rb", buffering=0)
        self._timeout = sock.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        """Always; io asks."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for bytes as long as both limits allow; TimeoutError after that."""
        left = self._deadline.left
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        if self._timeout is None or left < self._timeout:
            self._sock.settimeout(max(left, SHORTEST))
        return self._file.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._file.close()
        super().close()


class _TimedFiles:
    """Stands in for a socket where http.client asks it for a file."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedBytes(self._sock, self._deadline))


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        deadline = deadline_of_call.get()
        super().__init__(_TimedFiles(sock, deadline) if deadline else sock, *args, **options)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        opened.add(self)
        super().connect()

    def _new_conn(self) -> socket.socket:
        """A socket to the first address that answers; urllib3 would take the whole timeout for each of them."""
        deadline = deadline_of_call.get()
        if deadline is None:
            return super()._new_conn()
        name, timeout = self._dns_host, self.timeout
        failure: NewConnectionError | ConnectTimeoutError | None = None
        try:
            for address in _addresses(name, self.port):
                if failure and deadline.left <= 0:
                    break
                self.host = address
                self.timeout = min(timeout or deadline.seconds, max(deadline.left, SHORTEST))
                try:
                    sock = super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
                else:
                    # For the TLS handshake.
                    sock.settimeout(min(self.timeout, max(deadline.left, SHORTEST)))
                    return sock
        finally:
            self.host, self.timeout = name, timeout
        if failure:
            raise failure
        return super()._new_conn()


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class Adapter(HTTPAdapter):
    """Connections shared by all threads; through a SOCKS proxy, which has classes of its own, no deadline holds."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """As in requests, with our own connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """As in requests, with our own connections."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager


def _addresses(host: str, port: int | None) -> Iterator[str]:
    """What a name stands for, each once; the name itself when it cannot be looked up, so that urllib3 says why."""
    try:
        host.encode("idna")
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return iter([host])
    return iter(dict.fromkeys(str(info[4][0]) for info in found))
