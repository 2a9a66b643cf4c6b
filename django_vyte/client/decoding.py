"""From the bytes of an answer to Python objects, tolerant of what JavaScript lets through.

A title cut in the middle of an emoji, a byte that is not UTF-8 or a number out of range is repaired rather
than refused: one such event must not hide the others.
"""

from __future__ import annotations

import json
import logging
import math
import mmap
import os
import re
import sys
import tempfile
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, TypeAlias, TypeVar, get_origin

import msgspec

from django_vyte.exceptions import UnexpectedAnswer, VyteError

logger = logging.getLogger("django_vyte.client")

T = TypeVar("T")
Buffer: TypeAlias = bytes | memoryview | msgspec.Raw

_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
_BLOCK = 1 << 18  # bytes of a file read at a time
_LONGEST_ITEM = 16 << 20  # bytes of an item that are kept in memory to find its end
_COMMA, _BRACKET = b",]"
_BLANK = b" \t\r\n"
# What a JSON value is, by its first byte; whatever is not here is a number.
_KINDS = {b"{": "an object", b'"': "a text", b"n": "null", b"t": "true", b"f": "false"}
# What msgspec says of a value that more follows: the number of the byte after the value, counted from 1.
_AFTER = re.compile(r"trailing characters \(byte (\d+)\)")
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


def decoded_items(
    pieces: Iterable[bytes], what: str, counted: Callable[[int], object] = lambda count: None
) -> Generator[Any, None, int]:
    """The objects of a JSON array that arrives in pieces, one decoded at a time; returns how many items it has.

    The whole body is put into a temporary file before the first one is yielded, so that one that breaks off
    raises ``UnexpectedAnswer`` before anything was done with its beginning, and ``counted`` is called with the number
    of items. Memory does not grow with it. An item that is not an object is left out, logged and counted. Raises
    ``VyteError`` where the body finds no room.
    """
    with _spool(pieces, what) as file:
        number, raws = _split(file, what)
        counted(number)
        for position, raw in enumerate(raws, start=1):
            try:
                item = _loads(raw)
            except _UNREADABLE:
                item = None
            if isinstance(item, dict):
                yield item
            else:
                logger.warning("%s: item %d is not a readable object and was left out", what, position)
    return number


def _spool(pieces: Iterable[bytes], what: str) -> IO[bytes]:
    """A temporary file with the whole body in it; ``VyteError`` where that finds no room."""
    file: IO[bytes] | None = None
    try:
        file = tempfile.TemporaryFile(buffering=_BLOCK)  # noqa: SIM115 - the caller closes it
        for piece in pieces:
            file.write(piece)
        file.flush()
    except BaseException as error:
        if file:
            with suppress(OSError):  # closing tries once more to write what is left
                file.close()
        if isinstance(error, OSError):
            raise VyteError(_without_room(what, error)) from None
        raise
    return file


def _without_room(what: str, error: OSError) -> str:
    folder = tempfile.tempdir or "the folder for temporary files"
    return (
        f"{what}: the answer could not be put into a temporary file in {folder} ({error.strerror or error}). "
        "Nothing was written. Make room there, or set the variable TMPDIR to a folder with more of it."
    )


def _split(file: IO[bytes], what: str) -> tuple[int, Iterable[Buffer]]:
    """How many items the array in a file has, and the items; its end was seen before the first is handed on."""
    if not file.tell():
        raise UnexpectedAnswer(f"{what}: {_described(b'')}")
    with suppress(*_UNREADABLE):
        marks = _marks(file)
        return len(marks) // 2, _cut(file, marks)
    # What is odd or wrong goes through memory that the file is mapped to, all at once.
    with mmap.mmap(file.fileno(), 0) as odd:
        for match in _SURROGATES.finditer(odd):
            if match[1]:
                odd[match.start(1) : match.end(1)] = rb"\ufffd"
    body = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        items: Sequence[msgspec.Raw] = msgspec.json.decode(body, type=list[msgspec.Raw])
    except _UNREADABLE:
        kind = _kind(body)
        raise UnexpectedAnswer(f"{what}: {kind or _described(body)}") from None
    return len(items), items


def _kind(body: mmap.mmap) -> str:
    """What a whole JSON value is that is no list; empty for what is not whole, or not JSON."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except _UNREADABLE:
        return ""
    return f"expected a list, got {_KINDS.get(body[:100].lstrip()[:1], 'a number')}"


def _marks(file: IO[bytes]) -> array[int]:
    """Where the items of the array in a file begin and end, in turns; ``ValueError`` when that cannot be told."""
    file.seek(0)
    data, offset = file.read(_BLOCK), 0
    opening = re.match(rb"[ \t\r\n]*\[", data)
    if opening is None:
        raise ValueError("no array, or one that begins late")
    position = opening.end()
    marks = array("Q")
    while True:
        end = _end(data, position)
        if end is None:  # it ends where the data ends, or beyond
            more = file.read(_BLOCK)
            if not more or len(data) - position > _LONGEST_ITEM:
                raise ValueError("no array, one that breaks off, or one of giants")
            data, offset, position = data[position:] + more, offset + position, 0
            continue
        marks.extend((offset + position, offset + end))
        position = end + 1
        if data[end] != _COMMA:
            break
    if data[end] != _BRACKET or (data[position:] + file.read(_BLOCK)).strip(_BLANK) or file.read(1):
        raise ValueError("no array, or one and more")
    return marks


def _end(data: bytes, position: int) -> int | None:
    """Where the value that begins at a position ends, when something follows it.

    Only the error about what follows a value tells that without decoding the value twice.
    """
    try:
        msgspec.json.decode(memoryview(data)[position:], type=msgspec.Raw)
    except msgspec.DecodeError as error:
        found = _AFTER.search(str(error))
        return position + int(found[1]) - 1 if found else None
    return None


def _cut(file: IO[bytes], marks: array[int]) -> Iterator[Buffer]:
    """The items between these marks, read one after the other."""
    for start, end in zip(marks[::2], marks[1::2], strict=True):
        if sys.platform == "win32":
            file.seek(start)
            yield file.read(end - start)
        else:  # a process forked meanwhile shares the file's position, and must not move it under this one
            yield os.pread(file.fileno(), end - start, start)


def _loads(body: Buffer) -> Any:
    try:
        return msgspec.json.decode(body)
    except _UNREADABLE:
        text = _repaired(bytes(body)).decode("utf-8", "replace")
        return json.loads(text, parse_int=_integer, parse_float=_fraction, parse_constant=_refuse)


def _repaired(body: bytes) -> bytes:
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
    if body[:100].lstrip()[:1] == b"<":
        fault = "a web page"
    else:
        fault = "cut off" if _is_cut_off(body) else "malformed or of another kind"
    return f"expected JSON, got {len(body)} bytes: {fault}"


def _is_cut_off(body: bytes | mmap.mmap) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except _UNREADABLE as error:
        return "truncated" in str(error)
    return False
