"""Cleaning makes any decoded JSON fit for any database, and removes credentials."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_vyte import payloads
from django_vyte.payloads import cleaning

clean = cleaning.cleaner(payloads.CREDENTIALS)
NAMES = st.one_of(st.sampled_from(["key_store", "Secret", "to\x00ken", "ct", "title", "a\x00"]), st.text())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.characters(categories=["Cs", "Cc"])
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20)


def plainly_cleaned(value: Any, depth: int = 0) -> Any:
    """What ``clean`` is to answer, said as plainly as can be."""
    if depth > cleaning.MAX_DEPTH:
        return None
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [plainly_cleaned(item, depth + 1) for item in value]
    if isinstance(value, dict):
        named = [(plainly_cleaned(name), plainly_cleaned(item, depth + 1)) for name, item in value.items()]
        return {name: item for name, item in named if name.lower() not in payloads.CREDENTIALS}
    too_big = isinstance(value, int) and abs(value) >= 2**63
    return None if too_big or (isinstance(value, float) and not math.isfinite(value)) else value


@given(JSON)
def test_json_is_cleaned_of_all_that_a_database_refuses_and_of_credentials(value: Any) -> None:
    assert clean(value) == plainly_cleaned(value)


@pytest.mark.parametrize("depth", [cleaning.MAX_DEPTH, cleaning.MAX_DEPTH + 1])
def test_what_is_nested_too_deeply_is_left_out(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    assert clean(value) == plainly_cleaned(value)


def test_what_is_cleaned_is_a_copy() -> None:
    value = {"a": [{"b": 1}], "key_store": 1}
    cleaned = clean(value)
    cleaned["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}], "key_store": 1}


def test_a_flood_of_names_is_not_remembered() -> None:
    names = cleaning._MemberNames(payloads.CREDENTIALS)
    clean = cleaning._cleaner(names)
    long = "x" * (cleaning.MAX_NAME_LENGTH + 1)
    flood = {f"name{number}": number for number in range(cleaning.MAX_NAMES + 10)}
    assert clean({long: 1, **flood, "key_store": 1}) == {long: 1, **flood}
    assert len(names) == cleaning.MAX_NAMES
    assert long not in names
