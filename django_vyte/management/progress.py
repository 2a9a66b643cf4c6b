"""A progress bar for commands: tqdm's where the extra ``progress`` is installed, a plain line otherwise."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Progress:
    """What is told how far the work is, and shows nothing: where nobody looks."""

    def __call__(self, count: int) -> None:
        """So many more are done."""

    def expect(self, total: int | None) -> None:
        """So many there are in all; None where nobody can tell."""


@contextmanager
def progress(label: str, unit: str, *, verbosity: int) -> Iterator[Progress]:
    """Show on stderr how many ``unit`` are done, how fast, and how long the rest will take where its size is known.

    Shows nothing where stderr is no terminal, nor with ``--verbosity 0``.
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
    """tqdm's, which has rate and remaining time."""

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
        """Write the line over the one before."""
        sys.stderr.write(f"\r{self.label}: {self.state()}\033[K")
        sys.stderr.flush()

    def state(self) -> str:
        """How many of how many, how fast, and how long the rest takes."""
        rate = self.done / max(monotonic() - self.began, 0.001)
        of = f" of {self.total:,}" if self.total else ""
        state = f"{self.done:,}{of} {self.unit}, {rate:,.0f}/s"
        if not self.total or not rate:
            return state
        minutes, seconds = divmod(round(max(0, self.total - self.done) / rate), 60)
        return f"{state}, {minutes}:{seconds:02} left"

    def clear(self) -> None:
        """Leave nothing behind."""
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
