"""Faults on request: which requests fail, how, and how many times."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from django_vyte.sandbox.world.errors import ConnectionDropped


@dataclass
class Fault:
    """One fault. ``left`` counts down to 0; None means until cleared."""

    path: re.Pattern[str]
    method: str | None
    status: int | None
    delay: float
    drop: bool
    truncate: int | None
    left: int | None
    after_acting: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def apply(self, act: Callable[[], Response]) -> Response:
        """The answer to give instead of the true one, which ``act`` computes; raises ConnectionDropped for none.

        Without ``act`` nothing changes in the world.
        """
        answer = act() if self.after_acting else None
        if self.delay:
            time.sleep(self.delay)
        if self.drop:
            raise ConnectionDropped("fault")
        if self.status is not None:
            answer = Response(self.body, self.status, self.headers)
        answer = answer or act()
        return answer if self.truncate is None else cut(answer, self.truncate)


def cut(answer: Response, length: int) -> Response:
    """An answer that announces its whole length and ends after ``length`` bytes."""
    whole = answer.get_data()
    headers = answer.headers.copy()
    headers["Content-Length"] = str(len(whole))
    return Response([whole[:length]], answer.status_code, headers)


class Faults:
    """The faults in force. The first one that matches a request is applied and counted down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        path: str = "",
        method: str | None = None,
        status: int | None = None,
        delay: float = 0.0,
        drop: bool = False,
        truncate: int | None = None,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        after_acting: bool = False,
    ) -> Fault:
        """Asks for a fault on the next ``times`` requests (None: all until ``clear``).

        ``path`` is a regular expression searched in the path, ``method`` the only one affected. What happens:
        wait ``delay`` seconds; then ``drop`` the connection, or answer ``status`` with ``headers`` and
        ``body``, or give the true answer, cut off after ``truncate`` bytes when that is given. With neither
        status, delay, drop nor truncate the answer is a 503. With ``after_acting`` all of this comes after the
        request has been done, so that only its answer is lost; otherwise what is dropped or answered with a
        ``status`` is not done, and what is delayed is done late. Raises ValueError for a wrong expression.
        """
        try:
            affected = re.compile(path)
        except re.error as error:
            raise ValueError(f"path: {error}") from None
        if status is None and not (delay or drop or truncate is not None):
            status = 503
        fault = Fault(
            path=affected,
            method=method.upper() if method else None,
            status=status,
            delay=delay,
            drop=drop,
            truncate=truncate,
            left=times,
            after_acting=after_acting,
            headers=headers or {},
            body=body,
        )
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forgets every fault."""
        with self._lock:
            self._faults.clear()

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted down; None when all is well."""
        with self._lock:
            matching = (f for f in self._faults if f.path.search(path) and f.method in (None, method))
            fault = next(matching, None)
            if fault is not None and fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self._faults.remove(fault)
        return fault
