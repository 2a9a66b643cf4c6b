"""Conditions on titles split any list without a gap."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_vyte.client.arguments import search
from django_vyte.sync.listing import titles

TITLES = st.lists(st.text(max_size=12) | st.sampled_from(["Demo", "demo 1", "Démo", "STRASSE", "straße"]))


@given(found=TITLES, others=TITLES)
@pytest.mark.parametrize("flags", [re.NOFLAG, re.IGNORECASE])
def test_every_title_meets_a_condition_or_its_negation_and_never_both(flags, found, others):
    condition = titles.dividing(found)
    if condition is None:
        return
    yes, no = (
        re.compile(titles.expression([each]).pattern, flags)
        for each in (condition, titles.negated(condition))
    )
    for title in found + others:
        assert bool(yes.search(title)) != bool(no.search(title))


@given(found=TITLES)
def test_an_expression_can_always_be_sent(found):
    condition = titles.dividing(found)
    if condition is not None:
        assert search("q", titles.expression([condition]))


@pytest.mark.parametrize(
    "found",
    [
        [f"Interview: {name}" for name in ("Ada", "Bob", "Cem", "Dora")],
        ["anna", "Berta", "Carla", "dora"],
        ["(1)", "(2)", "[3]", "$"],
        ["", "a", "b", "c"],
    ],
)
def test_about_half_of_the_titles_meet_it(found):
    condition = titles.dividing(found)
    assert condition is not None
    assert len([title for title in found if titles.expression([condition]).search(title)]) in (1, 2)


def test_what_the_titles_share_is_looked_for_as_it_is_written():
    condition = titles.dividing(["Q&A (1/2)?"] * 3)
    assert condition is not None
    expression = titles.expression([condition])
    assert expression.search("q&a (1/2)?")
    assert not expression.search("Q&A (1/2)? again")


def test_where_all_titles_are_the_same_a_second_condition_does_not_help():
    condition = titles.dividing(["Demo", "demo"])
    assert condition is not None
    assert titles.dividing(["Demo", "demo"], (condition,)) is None


def test_no_condition_grows_beyond_an_address():
    assert titles.dividing(["x" * 400] * 2) is None


def test_no_titles_have_no_condition():
    assert titles.dividing([]) is None
