"""Conditions on titles that divide a list in two, without a gap, in any dialect of regular expressions.

A condition is a look ahead from the beginning of the title; its negation holds for exactly the other titles. Letters
are looked for in both cases: Vyte does not say whether its search minds them.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING
from urllib.parse import quote

from django_vyte.client.arguments import search

if TYPE_CHECKING:
    from collections.abc import Iterable

# Of an expression as it stands in an address, which servers take up to some thousand characters of.
LONGEST = 2000


def dividing(titles: Iterable[str], used: tuple[str, ...] = ()) -> str | None:
    """A condition that about half of these titles meet, or all where they are the same.

    None when there is none but those used, or no room for it beside them.
    """
    beginnings = [_folded(title) for title in titles]
    if not beginnings:
        return None
    start = _shared(min(beginnings), max(beginnings))
    following = Counter(title[len(start) : len(start) + 1] for title in beginnings)
    chosen: list[str] = []
    met = 0
    for character, count in sorted(following.items()):
        if chosen and met + count > len(beginnings) / 2:
            break
        chosen.append(_one(character))
        met += count
    condition = f"(?={''.join(map(_one, start))}(?:{'|'.join(chosen)}))"
    fits = len(quote("".join(used) + condition)) < LONGEST
    return condition if fits and condition not in used and negated(condition) not in used else None


def negated(condition: str) -> str:
    """The condition that the other titles meet."""
    return f"(?!{condition.removeprefix('(?=')}"


def meets(title: str, condition: str) -> bool:
    """Whether a title meets a condition."""
    return bool(expression([condition]).search(title))


def expression(conditions: Iterable[str]) -> re.Pattern[str]:
    """What finds the titles that meet all conditions."""
    return re.compile(f"^{''.join(conditions)}")


def _shared(one: str, other: str) -> str:
    """What both begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(character for character, _ in pairs)


def _folded(title: str) -> str:
    """A title as far as it can be written into an expression, in small letters where those are one to one."""
    return "".join(_small(character) for character in takewhile(str.isprintable, title))


def _small(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 and small.upper() == character.upper() else character


def _one(character: str) -> str:
    """An expression for one character in both cases, or, where there is none, for the end."""
    capital = character.upper()
    if len(capital) == 1 and capital != character:
        return f"[{character}{capital}]"
    return search("q", character) or "$"
