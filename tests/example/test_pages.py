"""The browser of the story reads pages as people's browsers do."""

from __future__ import annotations

import pytest
import requests

from example_project.demo.pages import Page
from example_project.demo.processes import DemoError


def page(html: str) -> Page:
    answer = requests.Response()
    answer.status_code, answer.url, answer._content = 200, "http://127.0.0.1/a/b", html.encode()
    return Page(answer)


def test_a_form_is_sent_as_it_was_filled_in():
    form = page(
        """<form action="/go"><input name="title" value="Kick-off &amp; lunch"><input type="hidden" name="h" value="1">
        <input name="email" value="a@b.c"><input name="email" value=""><textarea name="note">Dear
        all</textarea><button name="save">Save</button><input type="submit" name="delete" value="Delete"></form>"""
    ).form("title")
    assert form.action == "/go"
    assert form.data(title="Lunch") == {
        "title": "Lunch", "h": ["1"], "email": ["a@b.c", ""], "note": ["Dear\n        all"],
    }  # fmt: skip


def test_choices_are_offered_and_only_chosen_ones_are_sent():
    form = page(
        """<form><input type="radio" name="date" value="1"><input type="radio" name="date" value="2" checked>
        <input type="checkbox" name="agreed"><select name="voter"><option value="a">A<option value="b">B</select>
        <select name="zone"><option value="x">X</option><option value="y" selected>Y</option></select></form>"""
    ).form("agreed")
    assert form.offered == {"date": ["1", "2"], "agreed": ["on"], "voter": ["a", "b"], "zone": ["x", "y"]}
    assert form.data() == {"date": ["2"], "voter": ["a"], "zone": ["y"]}


def test_the_form_with_a_field_is_found_among_others():
    two = page('<form action="/1"><input name="q"></form><form action="/2"><input name="event"></form>')
    assert two.form("event").action == "/2"


def test_a_link_is_completed():
    assert page('<a href="/x?a=1&amp;b=2">x</a>').link("/x") == "http://127.0.0.1/x?a=1&b=2"


@pytest.mark.parametrize("look", [lambda empty: empty.form("title"), lambda empty: empty.link("/x")])
def test_what_is_not_there_is_trouble_that_names_the_page(look):
    with pytest.raises(DemoError, match=r"http://127\.0\.0\.1/a/b \(status 200\)"):
        look(page("<p>Nothing"))
