"""What the clients of one process have in common: connections, circuits, and requests to wait."""

from __future__ import annotations

import os
import sys
from http.cookiejar import DefaultCookiePolicy

import requests

from django_vyte.http import adapters
from django_vyte.http.circuit import Circuits
from django_vyte.http.limits import Limits

# Idle connections kept for each host; a process rarely has more threads.
IDLE_CONNECTIONS = 32


class Pool:
    """One set of everything; ``session`` keeps connections, but neither cookies nor headers."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = adapters.Adapter(pool_maxsize=IDLE_CONNECTIONS)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, adapter)
        self.circuits = Circuits()
        self.limits = Limits()


_current = Pool()
# What a child process got from its parent. Kept, because to throw it away takes locks that a thread of the
# parent may have held.
_inherited: list[Pool] = []


def current() -> Pool:
    """What is in force in this process now."""
    return _current


def reset() -> None:
    """Forget which hosts failed and who asked to wait, and close idle connections: as in a new process."""
    global _current
    before, _current = _current, Pool()
    before.session.close()


def _start_afresh() -> None:
    """In a child process: two that use one connection would read each other's answers."""
    global _current
    _inherited.append(_current)
    _current = Pool()
    for connection in list(adapters.opened):
        if connection.sock is not None:
            connection.sock.close()
    adapters.opened.clear()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_start_afresh)
