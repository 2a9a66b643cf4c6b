from __future__ import annotations

import json
import logging
import os
import tempfile
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from django_vyte.client import decoding
from django_vyte.client.decoding import decoded, decoded_items
from django_vyte.client.types import Event
from django_vyte.exceptions import UnexpectedAnswer, VyteError

# What one event may hold without taking the others down, and what is read.
ODD_EVENTS: dict[str, tuple[bytes, Any]] = {
    "half an emoji": (rb'{"title":"a\ud83d"}', "a\ufffd"),
    "the other half": (rb'{"title":"\ude00a"}', "\ufffda"),
    "a whole emoji": (rb'{"title":"\ud83d\ude00"}', "\U0001f600"),
    "halves in the wrong order": (rb'{"title":"\ude00\ud83d"}', "\ufffd\ufffd"),
    "two first halves": (rb'{"title":"\ud83d\ud83d\ude00"}', "\ufffd\U0001f600"),
    "a backslash before a u": (rb'{"title":"\\ud83d"}', "\\ud83d"),
    "not UTF-8": (b'{"title":"caf\xe9"}', "caf\ufffd"),
    "a number of 5,000 digits": (b'{"title":' + b"9" * 5000 + b"}", "9" * 5000),
    "a number without end": (b'{"title":1e999}', "1e999"),
    "a NUL": (rb'{"title":"a\u0000"}', "a\x00"),
    "the same key twice": (b'{"title":1,"title":2}', 2),
}

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n",
    "html": b"<html><body>Be right back</body></html>",
    "text": b"OK",
    "truncated": b'[{"_id":"1"},{"_id":"2"',
    "truncated in a text": b'[{"_id":"1"},{"_id":"2',
    "truncated after a comma": b'[{"_id":"1"},',
    "truncated in a number": b"[1",
    "followed by more": b'[{"_id":"1"}] and more',
    "a trailing comma": b'[{"_id":"1"},]',
    "100,000 brackets": b"[" * 100_000,
    "100,000 brackets, closed": b"[" * 100_000 + b"]" * 100_000,
    "binary": bytes(range(256)),
    "NaN": b"[NaN]",
    "an object": b'{"events":[]}',
    "a text of JSON": b'"x"',
    "null": b"null",
}


def items(body: bytes) -> Iterator[dict[str, Any]]:
    return decoded_items([body[:3], body[3:]], "GET /v2/events")


@pytest.mark.parametrize(("body", "title"), ODD_EVENTS.values(), ids=ODD_EVENTS.keys())
def test_an_odd_event_is_read_and_does_not_hide_the_others(body: bytes, title: Any) -> None:
    assert decoded(body, Event, "GET /v2/events/1") == {"title": title}
    assert [*items(b'[{"_id":"1"},' + body + b',{"_id":"3"}]')] == [
        {"_id": "1"},
        {"title": title},
        {"_id": "3"},
    ]


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_is_no_list_is_refused_before_the_first_item(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match="GET /v2/events: ") as caught:
        next(items(body))
    assert len(str(caught.value)) < 200
    with pytest.raises(UnexpectedAnswer, match="GET /v2/events: "):
        decoded(body, list[Event], "GET /v2/events")


def test_a_message_never_shows_the_body() -> None:
    for kind in (Event, list[Event]):
        with pytest.raises(UnexpectedAnswer) as caught:
            decoded(b'{"key_store":{"hash":{"5eec":"a2nv79gx86d5i0o3"', kind, "POST /v2/events")
        assert "a2nv" not in str(caught.value)


def test_an_object_is_expected_where_the_type_is_one() -> None:
    assert decoded(b'{"_id":"1","new":true}', Event, "x") == {"_id": "1", "new": True}
    with pytest.raises(UnexpectedAnswer, match="expected dict, got list"):
        decoded(b"[]", Event, "x")


def test_anything_is_accepted_where_the_type_says_so() -> None:
    assert [decoded(body, object, "x") for body in (b"[]", b"{}", b"1")] == [[], {}, 1]


def test_items_that_are_no_objects_are_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert [*items(b'[null,{"_id":"1"},5,"x",[]]')] == [{"_id": "1"}]
    assert [record.getMessage().split(": ")[1].split(" is")[0] for record in caplog.records] == [
        "item 1",
        "item 3",
        "item 4",
        "item 5",
    ]


def test_an_empty_list_has_no_items() -> None:
    assert [*items(b"[]")] == []


def test_memory_does_not_grow_with_the_answer() -> None:
    one = json.dumps({"_id": "x" * 2_000, "dates": [{"date": "2026-11-20T09:00:00Z"}] * 10}).encode()
    pieces = [b"[" + one] + [b"," + one] * 10_000 + [b"]"]
    size = sum(map(len, pieces))
    tracemalloc.start()
    try:
        count = sum(1 for _ in decoded_items(pieces, "x"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_001
    assert peak < size / 8


LEAF = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text()
VALUE = st.recursive(
    LEAF, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=2)
)


@given(
    whole=st.lists(st.dictionaries(st.text(max_size=3), VALUE, max_size=3), max_size=8),
    indent=st.sampled_from([None, 0, 2]),
    around=st.text(" \t\r\n", max_size=3),
    block=st.integers(2, 40),
)
def test_items_are_told_apart_wherever_the_file_is_divided(
    whole: Any, indent: Any, around: str, block: int
) -> None:
    body = f"{around}{json.dumps(whole, indent=indent, ensure_ascii=False)}{around}".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "_BLOCK", block)
        assert [*items(body)] == whole


@given(
    body=st.lists(st.sampled_from(list('[]{},:"\\ 1a')) | st.sampled_from(['{"a":1}', "null", '"b"'])).map(
        "".join
    )
)
@example(body=']"b"null]')
def test_what_is_no_array_is_refused_wherever_the_file_is_divided(body: str) -> None:
    try:
        whole = json.loads(body)
    except ValueError:
        whole = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "_BLOCK", 4)
        if isinstance(whole, list):
            assert [*items(body.encode())] == [item for item in whole if isinstance(item, dict)]
        else:
            with pytest.raises(UnexpectedAnswer):
                next(items(body.encode()))


def test_the_way_without_a_map_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "mmap", None)
    assert [*items(b'[{"_id":"1"}, {"_id":"2"}\n]\n')] == [{"_id": "1"}, {"_id": "2"}]


def test_an_item_that_is_too_long_to_look_for_its_end_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_BLOCK", 10)
    monkeypatch.setattr(decoding, "_LONGEST_ITEM", 100)
    assert [*items(json.dumps([{"_id": "x" * 200}, {"_id": "2"}]).encode())] == [
        {"_id": "x" * 200},
        {"_id": "2"},
    ]


def test_how_many_items_there_are_is_returned() -> None:
    found = items(b'[{"_id":"1"},null,{"_id":"2"}]')
    assert [next(found), next(found)] == [{"_id": "1"}, {"_id": "2"}]
    with pytest.raises(StopIteration) as caught:
        next(found)
    assert caught.value.value == 3


def test_how_many_items_there_are_is_told_before_the_first() -> None:
    for body in (b'[{"_id":"1"},null,{"_id":"2"}]', rb'[{"_id":"1\ud83d"},null,{"_id":"2"}] '):
        told: list[int] = []
        assert next(decoded_items([body], "x", told.append))
        assert told == [3]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty answer"),
        (b" <!doctype html>", "a web page"),
        (b'[{"_id":"1"},', "cut off"),
        (b'{"events":', "cut off"),
        (b'{"events":[]}', "expected a list, got an object"),
        (b' "x"', "expected a list, got a text"),
        (b"null", "expected a list, got null"),
        (b"-1", "expected a list, got a number"),
        (b"false", "expected a list, got false"),
        (b"[NaN]", "malformed"),
    ],
)
def test_a_message_says_what_came_in_place_of_a_list(body: bytes, reason: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=reason):
        next(items(body))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
@pytest.mark.parametrize("size", [10, 1 << 20])
def test_a_disk_that_is_full_is_said_with_its_folder(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/var/full")
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "r+b"))
    with pytest.raises(VyteError, match=r"^GET x: .*/var/full \(No space left on device\).*TMPDIR") as caught:
        next(decoded_items([b"[" + b" " * size, b"]"], "GET x"))
    assert type(caught.value) is VyteError


def test_a_folder_for_temporary_files_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(VyteError, match=r"in /nowhere \(No such file or directory\)"):
        next(items(b"[]"))


def test_leaving_early_leaves_nothing_open() -> None:
    rest = items(b'[{"_id":"1"},{"_id":"2"}]')
    assert next(rest) == {"_id": "1"}
    rest.close()  # type: ignore[attr-defined]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_that_reads_on_does_not_move_the_list() -> None:
    whole = [{"_id": str(number), "text": "x" * 500} for number in range(2_000)]
    found = items(json.dumps(whole).encode())
    read = [next(found) for _ in range(50)]
    child = os.fork()
    if child == 0:
        os._exit(0 if [*read, *found] == whole else 1)
    _, status = os.waitpid(child, 0)
    assert (status, [*read, *found] == whole) == (0, True)
