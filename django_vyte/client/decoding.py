"""From the bytes of an answer to Python objects, tolerant of what JavaScript lets through.

A title cut in the middle of an emoji, a byte that is not UTF-8 or a number out of range is repaired rather
than refused: one such event must not hide the others.
"""

from __future__ import annotations

import json
import logging
import math
import mmap
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_origin

import msgspec

from django_vyte.exceptions import UnexpectedAnswer

logger = logging.getLogger("django_vyte.client")

T = TypeVar("T")

_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
_LONGEST_INTEGER = 18  # digits that fit into 64 bits, whatever they are; a longer number is kept as text
# An escaped backslash, a whole pair of surrogates, or half of one: only the last is replaced.
_SURROGATES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def decoded(body: bytes, answer: type[T], what: str) -> T:
    """``body`` as the kind of ``answer``: an object (``Event``), a list (``list[Event]``), any (``object``).

    Only the outermost shape is looked at. ``what`` names the request in the ``UnexpectedAnswer`` raised for
    a body that is not JSON or is of another shape.
    """
    kind: Any = {list: list, object: Any}.get(get_origin(answer) or answer, dict)
    try:
        value = _loads(body)
    except _UNREADABLE:
        raise UnexpectedAnswer(f"{what}: {_described(body)}") from None
    if kind is not Any and not isinstance(value, kind):
        raise UnexpectedAnswer(f"{what}: expected {kind.__name__}, got {type(value).__name__}")
    result: T = value
    return result


def decoded_items(pieces: Iterable[bytes], what: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON array that arrives in pieces, one decoded at a time.

    The whole body is put into a temporary file before the first one is yielded, so that one that breaks off
    raises ``UnexpectedAnswer`` before anything was done with its beginning. Memory does not grow with it. An
    item that is not an object is left out and logged.
    """
    for number, raw in enumerate(_split(pieces, what), start=1):
        try:
            item = _loads(raw)
        except _UNREADABLE:
            item = None
        if isinstance(item, dict):
            yield item
        else:
            logger.warning("%s: item %d is not a readable object and was left out", what, number)


def _split(pieces: Iterable[bytes], what: str) -> list[msgspec.Raw]:
    """The items as views of a mapped file, which goes when the last of them does."""
    with tempfile.TemporaryFile() as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        if not file.tell():
            raise UnexpectedAnswer(f"{what}: {_described(b'')}")
        body = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return _items(body)
    except _UNREADABLE:
        # Half a surrogate anywhere fails the whole array; the repaired copy takes as much memory as the body.
        halved = any(match[1] for match in _SURROGATES.finditer(body))
    try:
        return _items(_repaired(body) if halved else b"")
    except _UNREADABLE:
        raise UnexpectedAnswer(f"{what}: {_described(body)}") from None


def _items(body: bytes | mmap.mmap) -> list[msgspec.Raw]:
    return msgspec.json.decode(body, type=list[msgspec.Raw])


def _loads(body: bytes | msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(body)
    except _UNREADABLE:
        text = _repaired(bytes(body)).decode("utf-8", "replace")
        return json.loads(text, parse_int=_integer, parse_float=_fraction, parse_constant=_refuse)


def _repaired(body: bytes | mmap.mmap) -> bytes:
    return _SURROGATES.sub(lambda match: rb"\ufffd" if match[1] else match[0], body)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _fraction(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _described(body: bytes | mmap.mmap) -> str:
    """Why a body is not usable, without showing it: it may hold keys."""
    if not len(body):
        return "an empty answer where JSON was expected"
    first = body[:100].lstrip()[:1]
    kind = "a web page" if first == b"<" else "cut off, malformed or of another kind"
    return f"expected JSON, got {len(body)} bytes: {kind}"
