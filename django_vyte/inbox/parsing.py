"""Parses the body of a webhook call into JSON objects: salvages readable parts and removes credentials."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache

import msgspec

from django_vyte.payloads.cleaning import CREDENTIALS, cleaner, without_nul

WITHHELD = "[withheld]"
# The closing quote is optional: if an unclosed string did not match, each quote in it would be tried as a start.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[][{},]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Body:
    """``calls`` are the JSON objects of a body, ``problems`` what could not be read, ``text`` what is stored of it."""

    calls: list[dict[str, object]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    text: str = ""


class Redaction:
    """Removes the credentials of one service, by the names of members."""

    def __init__(self, credentials: frozenset[str]) -> None:
        self.clean = cleaner(credentials)
        # A quoted name, a name that is no word of any language, or an escaped ASCII letter: serializers never escape
        # those, so it may hide a name.
        quoted, odd = (
            "|".join(sorted(credentials)),
            "|".join(sorted(name for name in credentials if "_" in name)),
        )
        self._mention = re.compile(rf"""{odd}|["'](?:{quoted})\\*["']|\\u00[4-7]""", re.IGNORECASE)
        self._quoted = [*(f'"{name}"' for name in credentials), "\\u00"]

    def is_needed(self, text: str) -> bool:
        """Whether a text that is JSON may name a credential."""
        lowered = text.lower()
        return any(name in lowered for name in self._quoted)

    def cut(self, text: str) -> str:
        """The text up to the first mention of a credential: without parsing, nobody knows where its value ends."""
        found = self._mention.search(text)
        return text[: found.start()] + WITHHELD if found else text


redaction_of = cache(Redaction)


def read(raw: bytes, credentials: frozenset[str] = CREDENTIALS) -> Body:
    """Read a body that holds one object or an array of them; never raises.

    Where the whole is not JSON, the elements of an array that are JSON are still found: one malformed element loses no
    other call. ``text`` is the body without credentials.
    """
    redaction = redaction_of(credentials)
    text = without_nul(raw.decode(json.detect_encoding(raw), "replace"))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _salvaged(text, error, redaction)
    cleaned = redaction.clean(value)
    calls, problems = _sorted(cleaned if isinstance(cleaned, list) else [cleaned])
    # Of a name that comes twice json.loads returns only the last value: the first may be a credential.
    if cleaned != value or redaction.is_needed(text):
        text = msgspec.json.encode(cleaned).decode()
    return Body(calls, problems, text)


def _sorted(elements: list[object]) -> tuple[list[dict[str, object]], list[str]]:
    """The objects among ``elements``, and a problem for each element that is no object."""
    calls: list[dict[str, object]] = []
    problems: list[str] = []
    for number, element in enumerate(elements, start=1):
        if isinstance(element, dict):
            calls.append(element)
        else:
            problems.append(f"Element {number} is not an object.")
    return calls, problems


def _salvaged(text: str, error: Exception, redaction: Redaction) -> Body:
    """The calls found in a text that is not valid JSON; the text to store is an array of these and of the rest."""
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    calls: list[dict[str, object]] = []
    rest: list[str] = []
    for part in _parts(text):
        if not part.lstrip().startswith("{"):
            # Only an object can be a call. One empty element is kept, so that the stored text shows the error.
            rest += [redaction.cut(part)] if part.strip() or not rest else []
            continue
        try:
            found, _ = _sorted([redaction.clean(json.loads(part))])
        except (ValueError, RecursionError):
            found = []
        calls += found
        if not found:
            rest.append(redaction.cut(part))
    kept = msgspec.json.encode([*calls, *rest]).decode() if calls else redaction.cut(text)
    return Body(calls, [f"The body is not JSON: {reason}."], kept)


def _parts(text: str) -> list[str]:
    """The texts between the commas of the outermost array; empty when the text does not begin with an array."""
    if not text.lstrip().startswith("["):
        return []
    parts: list[str] = []
    depth = 0
    start = text.index("[") + 1
    for token in TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if (mark == "," and depth == 1) or depth == 0:
            parts.append(text[start : token.start()])
            start = token.end()
        if depth == 0:
            return parts
    return [*parts, text[start:]]
