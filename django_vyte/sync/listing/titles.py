"""Regular expressions that split a list of events by title in two, without a gap.

A condition is a lookahead at the beginning of the title, and its negation a negative lookahead, so each title meets
exactly one of the two. Letters are written in both cases, as ``[aA]``: Vyte does not say whether its search is
case-sensitive, nor which dialect of regular expressions it takes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import takewhile
from urllib.parse import quote

from django_vyte.client.arguments import search

# Characters of an expression in a URL: servers accept a few thousand in all.
MAX_LENGTH = 2000


def dividing(titles: Iterable[str], used: tuple[str, ...] = ()) -> str | None:
    """A condition that about half of these titles meet, or all of them if they are the same.

    None when the only condition is among those used, or the expression would grow too long.
    """
    beginnings = [_folded(title) for title in titles]
    if not beginnings:
        return None
    start = _common_prefix(min(beginnings), max(beginnings))
    following = Counter(title[len(start) : len(start) + 1] for title in beginnings)
    chosen: list[str] = []
    met = 0
    for character, count in sorted(following.items()):
        if chosen and met + count > len(beginnings) / 2:
            break
        chosen.append(_one(character))
        met += count
    condition = f"(?={''.join(map(_one, start))}(?:{'|'.join(chosen)}))"
    fits = len(quote("".join(used) + condition)) < MAX_LENGTH
    return condition if fits and condition not in used and negated(condition) not in used else None


def negated(condition: str) -> str:
    """The condition that exactly the other titles meet."""
    return f"(?!{condition.removeprefix('(?=')}"


def meets(title: str, condition: str) -> bool:
    """Whether a title meets a condition."""
    return bool(expression([condition]).search(title))


def expression(conditions: Iterable[str]) -> re.Pattern[str]:
    """The expression for titles that meet all conditions."""
    return re.compile(f"^{''.join(conditions)}")


def _common_prefix(one: str, other: str) -> str:
    """The longest common prefix."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(character for character, _ in pairs)


def _folded(title: str) -> str:
    """A title up to its first unprintable character, in lower case where that maps one to one."""
    return "".join(_small(character) for character in takewhile(str.isprintable, title))


def _small(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 and small.upper() == character.upper() else character


def _one(character: str) -> str:
    """An expression for one character in both cases; for the end of the title if there is none."""
    capital = character.upper()
    if len(capital) == 1 and capital != character:
        return f"[{character}{capital}]"
    return search("q", character) or "$"
