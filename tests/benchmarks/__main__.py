"""``python -m tests.benchmarks [--strict] [SUBJECT …]``: the package's cost against a baseline.

The baseline, called the floor, is the least code that does the same job: a bare request, one INSERT, a plain loop. Each
module of this folder with a function ``rows()`` is a subject.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable

from django_vyte.loopback import without_proxy
from tests import benchmarks
from tests.benchmarks.rows import Row

HEAD = ("what", "floor", "ours", "ratio", "asked", "")
WIDTHS = (56, 12, 12, 6, 18, 6)


def subjects() -> dict[str, Callable[[], Iterable[Row]]]:
    """The subjects by name."""
    names = [each.name for each in pkgutil.iter_modules(benchmarks.__path__) if each.name[0] != "_"]
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in names}
    return {name: module.rows for name, module in modules.items() if hasattr(module, "rows")}


def main(arguments: list[str]) -> int:
    """0, or with ``--strict`` 1 when a row is missed: times of a busy machine prove nothing."""
    os.environ |= without_proxy(os.environ)
    found = subjects()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("subject", nargs="*", help=f"all when none is given: {', '.join(found)}")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a row is missed")
    options = parser.parse_args(arguments)
    wanted = options.subject or list(found)
    unknown = [name for name in wanted if name not in found]
    if unknown:
        parser.error(f"there is no subject {', '.join(unknown)}, but {', '.join(found)}")
    show(HEAD)
    missed = 0
    for name in wanted:
        for row in found[name]():
            show((row.name, row.floor, row.ours, row.ratio, row.asked, "ok" if row.met else "MISSED"))
            missed += not row.met
    return 1 if missed and options.strict else 0


def show(cells: Iterable[str]) -> None:
    """One line of the table, at once: some rows take a while."""
    line = "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    print(line.rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
