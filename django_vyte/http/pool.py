"""What all clients of a process share: open connections, circuit breakers and rate limits. A fork starts without."""

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
    """One set of each; ``session`` keeps connections, but neither cookies nor headers."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = adapters.Adapter(pool_maxsize=IDLE_CONNECTIONS)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, adapter)
        self.circuits = Circuits()
        self.limits = Limits()


_current = Pool()
# The pools of the parent processes. Never freed: closing them takes locks, which a thread of the parent may have held
# during the fork, and nobody releases those in the child (https://docs.python.org/3/library/os.html#os.fork).
_inherited: list[Pool] = []


def current() -> Pool:
    """The pool of this process."""
    return _current


def reset() -> None:
    """Forget circuits and rate limits and close idle connections, as in a new process. For tests."""
    global _current
    before, _current = _current, Pool()
    before.session.close()


def _after_fork() -> None:
    """In the child: use none of the parent's connections, or both processes would read each other's responses."""
    global _current
    _inherited.append(_current)
    _current = Pool()
    for connection in list(adapters.opened):
        if connection.sock is not None:
            connection.sock.close()
    adapters.opened.clear()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
