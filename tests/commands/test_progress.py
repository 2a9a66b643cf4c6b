"""Progress bars of commands, with tqdm and without."""

from __future__ import annotations

import io
import sys

import pytest

from django_vyte.management.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=["tqdm", "plain"])
def library(request, monkeypatch) -> str:
    if request.param == "plain":
        monkeypatch.setitem(sys.modules, "tqdm", None)
    return request.param


def shown(stream, monkeypatch, total=None, **options) -> str:
    """What is shown when 1,234 events took two seconds."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("django_vyte.management.progress.monotonic", lambda: 100.0)
    with progress("ACME", "events", **{"verbosity": 1, **options}) as bar:
        if total:
            bar.expect(total)
        bar(500)
        monkeypatch.setattr("django_vyte.management.progress.monotonic", lambda: 102.0)
        bar(734)
    return stream.getvalue()


def test_at_a_terminal_it_counts_and_says_how_fast(library, monkeypatch):
    text = shown(Terminal(), monkeypatch)
    assert "ACME" in text
    if library == "plain":
        assert "ACME: 1,234 events, 617/s" in text
        assert "left" not in text


def test_where_it_is_known_how_many_are_to_come_it_says_how_long_that_takes(library, monkeypatch):
    text = shown(Terminal(), monkeypatch, 100_000)
    if library == "plain":
        assert "ACME: 1,234 of 100,000 events, 617/s, 2:40 left" in text
    else:
        assert "/100000" in text


def test_where_that_is_known_no_more_it_says_so_no_more(library, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    with progress("ACME", "events", verbosity=1) as bar:
        bar.expect(100)
        bar(100)
        bar.expect(None)
        before = len(stream.getvalue())
        bar(0)
        bar.expect(None)
        assert "of 100" not in stream.getvalue()[before:]
        assert "/100" not in stream.getvalue()[before:]


def test_in_a_file_or_when_told_to_be_quiet_it_shows_nothing(library, monkeypatch):
    assert shown(io.StringIO(), monkeypatch, 100_000) == ""
    assert shown(Terminal(), monkeypatch, 100_000, verbosity=0) == ""
