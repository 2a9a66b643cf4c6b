"""From the bytes of a webhook call to the objects in it: salvages what can be read and withholds credentials."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

import msgspec

from django_vyte.payloads.cleaning import CREDENTIALS, clean, without_nul

WITHHELD = "[withheld]"
# A key of CREDENTIALS in quotes, or a letter that is escaped, which nobody does but to hide one.
CREDENTIAL = re.compile(
    rf"""key_store|["'](?:{"|".join(sorted(CREDENTIALS))})\\*["']|\\u00[4-7]""", re.IGNORECASE
)
# The same in a text that is JSON.
QUOTED = [*(f'"{name}"' for name in CREDENTIALS), "\\u00"]
# A string may lack its end: were it no token then, each quote in it would be tried as the start of another.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[][{},]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Body:
    """What a body held: ``calls`` that are JSON objects, ``problems`` in words, ``text`` fit to be stored."""

    calls: list[dict[str, object]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    text: str = ""


def read(raw: bytes) -> Body:
    """Read a body that holds one object or an array of them; never raises.

    Where the whole is not JSON, the elements of an array that are JSON are still found, so that one bad element
    costs no good one. ``text`` is what came, less what Vyte marks as a key.
    """
    text = without_nul(raw.decode(json.detect_encoding(raw), "replace"))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _salvaged(text, error)
    cleaned = clean(value)
    calls, problems = _sorted(cleaned if isinstance(cleaned, list) else [cleaned])
    # A credential may hide under a name that comes twice, of which only the second is read.
    if cleaned != value or _may_name_credential(text):
        text = msgspec.json.encode(cleaned).decode()
    return Body(calls, problems, text)


def _may_name_credential(text: str) -> bool:
    lowered = text.lower()
    return any(name in lowered for name in QUOTED)


def _sorted(elements: list[object]) -> tuple[list[dict[str, object]], list[str]]:
    """The objects among ``elements``, and a problem for each element that is none."""
    calls: list[dict[str, object]] = []
    problems: list[str] = []
    for number, element in enumerate(elements, start=1):
        if isinstance(element, dict):
            calls.append(element)
        else:
            problems.append(f"Element {number} is not an object.")
    return calls, problems


def _salvaged(text: str, error: Exception) -> Body:
    """What can be had from a text that is not JSON as a whole; it is kept as the calls found and the rest as text."""
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    calls: list[dict[str, object]] = []
    rest: list[str] = []
    for part in _parts(text):
        if not part.lstrip().startswith("{"):
            # Nothing but an object is a call; of many empty elements one is enough to tell.
            rest += [_redacted(part)] if part.strip() or not rest else []
            continue
        try:
            found, _ = _sorted([clean(json.loads(part))])
        except (ValueError, RecursionError):
            found = []
        calls += found
        if not found:
            rest.append(_redacted(part))
    kept = msgspec.json.encode([*calls, *rest]).decode() if calls else _redacted(text)
    return Body(calls, [f"The body is not JSON: {reason}."], kept)


def _parts(text: str) -> list[str]:
    """The texts between the commas of the outermost array; none when the text does not begin with one."""
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


def _redacted(text: str) -> str:
    """The text up to the first mention of a credential: where nothing can be parsed, nothing after it is kept."""
    found = CREDENTIAL.search(text)
    return text[: found.start()] + WITHHELD if found else text
