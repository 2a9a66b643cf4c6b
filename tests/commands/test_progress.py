"""The progress bar, with tqdm and without."""

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


def shown(stream, monkeypatch, **options) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with progress("ACME", "events", **{"verbosity": 1, **options}) as update:
        update(500)
        update(734)
    return stream.getvalue()


def test_at_a_terminal_it_counts(library, monkeypatch):
    text = shown(Terminal(), monkeypatch)
    assert "ACME" in text
    if library == "plain":
        assert "1,234 events" in text


def test_in_a_file_or_when_told_to_be_quiet_it_shows_nothing(library, monkeypatch):
    assert shown(io.StringIO(), monkeypatch) == ""
    assert shown(Terminal(), monkeypatch, verbosity=0) == ""
