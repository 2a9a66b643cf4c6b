"""From bytes to calls: never an error, and what can be had is had."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_vyte import payloads
from django_vyte.inbox import parsing

CALL = {"action": "event.created", "resource": {"_id": "5f0d"}}
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
PART = LEAF | st.lists(LEAF, max_size=4) | st.dictionaries(st.text(max_size=5), LEAF, max_size=4)
JSON = PART | st.lists(PART, max_size=4) | st.dictionaries(st.text(max_size=5), PART, max_size=4)


def read(raw: bytes) -> parsing.Body:
    """A body as Vyte's source has it read."""
    return parsing.read(raw, payloads.CREDENTIALS)


def text(value: object) -> str:
    return json.dumps(value)


def test_one_object_is_one_call() -> None:
    assert read(text(CALL).encode()) == parsing.Body([CALL], [], text(CALL))


def test_an_array_is_as_many_calls() -> None:
    assert read(text([CALL, CALL]).encode()).calls == [CALL, CALL]


def test_what_came_is_kept_letter_by_letter_when_nothing_has_to_go() -> None:
    spelt = ' {"action" :"event.created",\r\n"resource": {"_id":"5f0d"}}\n'
    assert read(spelt.encode()).text == spelt


def test_elements_that_are_no_objects_are_named() -> None:
    body = read(text([5, CALL, "x"]).encode())
    assert body.calls == [CALL]
    assert body.problems == ["Element 1 is not an object.", "Element 3 is not an object."]


@pytest.mark.parametrize(
    "junk", ["{'a': 1}", "nope", "", "{", "}", "[[]", '"', '{"a": "', "9" * 5000, "[" * 9999]
)
def test_calls_are_found_next_to_what_is_no_json(junk: str) -> None:
    body = read(f"[{text(CALL)}, {junk}".encode())
    assert body.calls == [CALL]
    assert body.problems
    assert body.problems[0].startswith("The body is not JSON")


def test_what_is_kept_of_a_salvaged_body_says_the_same_when_it_is_read_again() -> None:
    body = read(f'[{text(CALL)}, nope, {{"key_store": "s3cret", }}, {text(CALL)}]'.encode())
    assert json.loads(body.text) == [CALL, CALL, " nope", " {[withheld]"]
    again = read(body.text.encode())
    assert again.calls == body.calls
    assert again.text == body.text


def test_too_deep_is_said_in_words() -> None:
    assert read(b"[" * 100_000).problems == ["The body is not JSON: it is nested too deeply."]


@pytest.mark.parametrize(
    "key", ["key_store", "ct", "secret", "token", "access_token", "refresh_token", "api_key"]
)
def test_keys_go_wherever_they_are(key: str) -> None:
    body = read(text([{"a": [{key: "s3cret", "b": 1}], key: {"x": "s3cret"}}]).encode())
    assert body.calls == [{"a": [{"b": 1}]}]
    assert json.loads(body.text) == body.calls


@pytest.mark.parametrize(
    "spelt",
    [
        '{"key_store": "s3cret"',
        "{'key_store': 's3cret'}",
        "{key_store: s3cret}",
        '{"third_party": {"ct": "s3cret"}',
        "{'ct': 's3cret'}",
        r'"{\"ct\": \"s3cret\"}" x',
        r'{"\u006bey_store": "s3cret"',
        '{"KEY_STORE": "s3cret"',
    ],
)
def test_nothing_after_the_mention_of_a_key_is_kept_where_nothing_can_be_read(spelt: str) -> None:
    kept = read(f"before {spelt}".encode()).text
    assert kept.startswith("before ")
    assert kept.endswith("[withheld]")
    assert "s3cret" not in kept


def test_a_quote_without_an_end_costs_no_time() -> None:
    assert read(b'["' + b'\\"' * 500_000).calls == []
    assert read(b"[" + b'"' * 999_999).calls == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_spelling_of_unicode_is_read(encoding: str) -> None:
    said = {**CALL, "title": "Café 🎉"}
    assert read(json.dumps(said, ensure_ascii=False).encode(encoding)).calls == [said]


@given(st.binary(max_size=200))
def test_any_bytes_are_read(raw: bytes) -> None:
    body = read(raw)
    assert body.calls or body.problems or json.loads(body.text) == []
    body.text.encode()


@given(st.lists(JSON, max_size=4), st.text(alphabet='[]{}",:\\ \n1anu', max_size=12))
def test_a_call_is_found_whatever_stands_before_it(others: list[object], junk: str) -> None:
    whole = ", ".join(text(other) for other in others)
    after = f"[{whole}{',' if whole else ''}{text(CALL)}]"
    for body in (f"[{text(CALL)},{junk}", f"[{text(CALL)},{whole},{junk}", after):
        assert CALL in read(body.encode()).calls


@given(JSON)
def test_what_is_kept_can_be_stored_and_read_again(value: object) -> None:
    body = read(text(value).encode())
    assert not re.search("[\x00\ud800-\udfff]", body.text)
    assert read(body.text.encode()) == body


@pytest.mark.parametrize("name", ["key_store", "KEY_STORE", "k\\u0065y_store"])
def test_a_credential_under_a_name_that_comes_twice_is_not_kept(name: str) -> None:
    raw = (
        f'{{"action": "x", "resource": {{"_id": "a", "{name}": "very secret"}}, "resource": {{"_id": "a"}}}}'
    )
    assert "very secret" not in read(raw.encode()).text
