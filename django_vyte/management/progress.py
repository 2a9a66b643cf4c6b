"""A progress bar for commands: tqdm's where the extra ``progress`` is installed, a plain counter otherwise."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(label: str, unit: str, *, verbosity: int) -> Iterator[Callable[[int], object]]:
    """Show on stderr how many ``unit`` are done; the block calls what it is given with each further number.

    Shows nothing where stderr is no terminal, nor with ``--verbosity 0``.
    """
    if verbosity < 1:
        yield _ignore
        return
    try:
        from tqdm import tqdm
    except ImportError:
        with _counter(label, unit) as update:
            yield update
        return
    # None: only where stderr is a terminal.
    with tqdm(desc=label, unit=f" {unit}", disable=None, leave=False) as bar:
        yield bar.update


@contextmanager
def _counter(label: str, unit: str) -> Iterator[Callable[[int], object]]:
    stream = sys.stderr
    if not stream.isatty():
        yield _ignore
        return
    done = 0

    def update(count: int) -> None:
        nonlocal done
        done += count
        stream.write(f"\r{label}: {done:,} {unit}")
        stream.flush()

    try:
        yield update
    finally:
        stream.write("\r\033[K")
        stream.flush()


def _ignore(count: int) -> None:
    """What is called where nothing is shown."""
