"""Connections that keep the deadline of a call, also with a server that sends a byte now and then.

The read time-out of requests starts anew with each byte, so it does not limit how long a response takes:
https://requests.readthedocs.io/en/latest/user/advanced/#timeouts
"""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from django_vyte.http.call import ApiCall, Deadline

# Seconds. A time-out of 0 would make a socket non-blocking: https://docs.python.org/3/library/socket.html#notes-on-socket-timeouts
SHORTEST_TIMEOUT = 0.001

# The call that this thread is sending: http.client has no argument to pass it in.
current_call: ContextVar[ApiCall | None] = ContextVar("django_vyte.http.call", default=None)
# Connections that may be open, for a forked child to close its copies.
opened: WeakSet[Any] = WeakSet()


class _TimedBytes(io.RawIOBase):
    """Reads from a socket until the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        # A socket that is closed stays open until the files made of it are closed too.
        self._file = sock.makefile("rb", buffering=0)
        self._timeout = sock.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        """True, for ``io.BufferedReader``."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for bytes until the read time-out or the deadline, whichever is first; TimeoutError then."""
        left = self._deadline.left
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        if self._timeout is None or left < self._timeout:
            self._sock.settimeout(max(left, SHORTEST_TIMEOUT))
        return self._file.readinto(buffer)

    def close(self) -> None:
        """Close the file, and with it the socket unless something else uses it."""
        self._file.close()
        super().close()


class _TimedFiles:
    """Takes the place of the socket in ``HTTPResponse``, which only calls ``makefile``."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedBytes(self._sock, self._deadline))


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        call = current_call.get()
        super().__init__(_TimedFiles(sock, call.deadline) if call else sock, *args, **options)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        """Connect, with TLS and through a proxy where there is one; the call notes when that fails."""
        opened.add(self)
        call = current_call.get()
        if call:
            call.never_connected = True
        super().connect()
        if call:
            call.never_connected = False

    def _new_conn(self) -> socket.socket:
        """A socket to the first address that accepts; urllib3 would wait the whole time-out for each address."""
        call = current_call.get()
        if call is None:
            return super()._new_conn()
        deadline = call.deadline
        name, timeout = self._dns_host, self.timeout
        failure: NewConnectionError | ConnectTimeoutError | None = None
        try:
            for address in _addresses(name, self.port):
                if failure and deadline.left <= 0:
                    break
                self.host = address
                self.timeout = min(timeout or deadline.seconds, max(deadline.left, SHORTEST_TIMEOUT))
                try:
                    sock = super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
                else:
                    # The TLS handshake has to end in time too.
                    sock.settimeout(min(self.timeout, max(deadline.left, SHORTEST_TIMEOUT)))
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
    """Makes such connections. Not through a SOCKS proxy, for which urllib3 has connection classes of its own."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """As in requests, with the connections of this module."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """As in requests, with the connections of this module."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager


def _addresses(host: str, port: int | None) -> Iterator[str]:
    """The addresses of a name, each once; the name itself when the lookup fails, so that urllib3 says why."""
    try:
        host.encode("idna")
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return iter([host])
    return iter(dict.fromkeys(str(info[4][0]) for info in found))
