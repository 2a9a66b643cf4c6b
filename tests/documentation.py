"""Reads the documentation, for the tests that compare it with the code."""

from __future__ import annotations

import re
from pathlib import Path

from django_vyte import conf

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = Path(conf.__file__).parent
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
MARKDOWN = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
FENCE = re.compile(r"^```(?P<language>[a-z+]+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: str) -> str:
    return (DOCS / page).read_text()


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    _, found, rest = text_of(page).partition(f"# {heading}\n")
    assert found, f"{page} has no heading {heading!r}"
    code = [match.span() for match in FENCE.finditer(rest)]
    starts = (match.start() for match in HEADING.finditer(rest))
    end = next((at for at in starts if not any(first < at < last for first, last in code)), None)
    return rest[:end]


def table(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    heads = {number for number, row in enumerate(rows) if set("".join(row)) <= set("-| ")}
    return [row for number, row in enumerate(rows) if number not in heads and number + 1 not in heads]


def named(cell: str) -> list[str]:
    """What a cell has in code letters."""
    return re.findall(r"`([^`]+)`", cell)


def first_names(text: str) -> list[str]:
    return [name for row in table(text) for name in named(row[0])]
