"""Progress bars for commands: tqdm if the extra ``progress`` is installed, else one line that is rewritten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any


class Progress:
    """Counts finished work, and shows nothing: for output that is no terminal."""

    def __call__(self, count: int) -> None:
        """``count`` more are done."""

    def expect(self, total: int | None) -> None:
        """Set the total; None when it is unknown."""


@contextmanager
def progress(label: str, unit: str, *, verbosity: int) -> Iterator[Progress]:
    """Show on stderr how many ``unit`` are done, how fast, and the remaining time if the total is known.

    Shows nothing when stderr is no terminal, or with ``--verbosity 0``.
    """
    if verbosity < 1 or not sys.stderr.isatty():
        yield Progress()
        return
    try:
        from tqdm import tqdm
    except ImportError:
        line = _Line(label, unit, monotonic())
        try:
            yield line
        finally:
            line.clear()
        return
    with tqdm(desc=label, unit=f" {unit}", leave=False) as bar:
        yield _Bar(bar)


@dataclass
class _Bar(Progress):
    """A tqdm bar."""

    bar: Any

    def __call__(self, count: int) -> None:
        self.bar.update(count)

    def expect(self, total: int | None) -> None:
        self.bar.total = total
        self.bar.refresh()


@dataclass
class _Line(Progress):
    """``ACME: 1,234 of 10,000 events, 617/s, 0:14 left``"""

    label: str
    unit: str
    began: float
    done: int = 0
    total: int | None = None

    def __call__(self, count: int) -> None:
        self.done += count
        self.show()

    def expect(self, total: int | None) -> None:
        self.total = total
        self.show()

    def show(self) -> None:
        """Overwrite the line."""
        sys.stderr.write(f"\r{self.label}: {self.state()}\033[K")
        sys.stderr.flush()

    def state(self) -> str:
        """The counts, the rate and the remaining time."""
        rate = self.done / max(monotonic() - self.began, 0.001)
        of = f" of {self.total:,}" if self.total else ""
        state = f"{self.done:,}{of} {self.unit}, {rate:,.0f}/s"
        if not self.total or not rate:
            return state
        minutes, seconds = divmod(round(max(0, self.total - self.done) / rate), 60)
        return f"{state}, {minutes}:{seconds:02} left"

    def clear(self) -> None:
        """Erase the line."""
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
