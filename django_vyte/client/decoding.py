"""Decodes answers of Vyte: whole bodies, and long lists item by item, with memory that does not grow with the list.

JavaScript lets through what Python's decoders refuse: a title cut in the middle of an emoji, a byte that is not UTF-8,
a number out of range. Such an item is repaired, because one bad event must not hide the others.
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
# The kind of a JSON value, by its first byte; any other byte begins a number.
_KINDS = {b"{": "an object", b'"': "a text", b"n": "null", b"t": "true", b"f": "false"}
# msgspec's error about bytes after a value: the position of the first of them, counted from 1.
_AFTER = re.compile(r"trailing characters \(byte (\d+)\)")
_LONGEST_INTEGER = 18  # digits that always fit into 64 bits; a longer number is kept as text
# An escaped backslash, a pair of surrogates, or a lone surrogate: only the last is replaced.
_SURROGATES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def decoded(body: bytes, answer: type[T], what: str) -> T:
    """Decode ``body`` as an object (``answer`` is ``Event``), a list (``list[Event]``) or any JSON (``object``).

    Only the outermost type is checked. Raises ``UnexpectedAnswer``, which names the request ``what``, for a body that
    is not JSON or has another type.
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
    """Decode a JSON array that arrives in pieces, one object at a time; returns the number of its items.

    The whole body is spooled to a temporary file before the first object is yielded: one that breaks off raises
    ``UnexpectedAnswer`` before a caller has acted on its beginning. ``counted`` is called with the number of items
    first. An item that is no object is skipped and logged, but counted. Raises ``VyteError`` when the disk is full.
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
    """A temporary file with the whole body; ``VyteError`` when it cannot be written."""
    file: IO[bytes] | None = None
    try:
        file = tempfile.TemporaryFile(buffering=_BLOCK)  # noqa: SIM115 - the caller closes it
        for piece in pieces:
            file.write(piece)
        file.flush()
    except BaseException as error:
        if file:
            with suppress(OSError):  # closing flushes, and fails once more
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
    """The number of items of the array in a file, and the items; the array is known to be complete."""
    if not file.tell():
        raise UnexpectedAnswer(f"{what}: {_described(b'')}")
    with suppress(*_UNREADABLE):
        marks = _marks(file)
        return len(marks) // 2, _cut(file, marks)
    # Slow path, for repairs and exact errors: the whole file, mapped into memory.
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
    """An error text about a complete JSON value, which is no list; empty for a body that is no complete JSON."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except _UNREADABLE:
        return ""
    return f"expected a list, got {_KINDS.get(body[:100].lstrip()[:1], 'a number')}"


def _marks(file: IO[bytes]) -> array[int]:
    """The offsets at which each item of the array begins and ends, alternating; ``ValueError`` when it is odd JSON."""
    file.seek(0)
    data, offset = file.read(_BLOCK), 0
    opening = re.match(rb"[ \t\r\n]*\[", data)
    if opening is None:
        raise ValueError("no array, or one that begins late")
    position = opening.end()
    marks = array("Q")
    while True:
        end = _end(data, position)
        if end is None:  # the item may continue in the next block
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
    """The end of the value that begins at a position, if more data follows it.

    Taken from msgspec's error about trailing characters, which scans the value without building objects.
    """
    try:
        msgspec.json.decode(memoryview(data)[position:], type=msgspec.Raw)
    except msgspec.DecodeError as error:
        found = _AFTER.search(str(error))
        return position + int(found[1]) - 1 if found else None
    return None


def _cut(file: IO[bytes], marks: array[int]) -> Iterator[Buffer]:
    """The items between these offsets, read one by one."""
    for start, end in zip(marks[::2], marks[1::2], strict=True):
        if sys.platform == "win32":
            file.seek(start)
            yield file.read(end - start)
        else:  # pread: a forked process shares the file's position, and its reads would move it
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
    """Why a body is not usable, without quoting it: it may hold keys."""
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
