"""Rows made of figures, and rows that could not be measured."""

from __future__ import annotations

import pytest

from tests.benchmarks import admin_list, environment, figures, first_sync, webhooks
from tests.benchmarks.environment import ServerMissing


def test_a_rate_is_held_against_a_share_of_the_floor() -> None:
    assert figures.rate("x", 100, 75, at_least=0.75, unit="calls").met
    assert not figures.rate("x", 100, 74, at_least=0.75, unit="calls").met


def test_a_time_may_be_a_multiple_of_another() -> None:
    assert figures.time("x", 0.1, 0.15, at_most=1.51, unit="ms").met
    assert not figures.time("x", 0.1, 0.16, at_most=1.5, unit="ms").met


def test_a_time_may_grow_by_a_factor_and_is_shown_without_a_floor() -> None:
    row = figures.growth("x", 0.1, 0.12, at_most=1.21, unit="ms")
    assert (row.floor, row.met) == ("", True)
    assert not figures.growth("x", 0.1, 0.13, at_most=1.2, unit="ms").met


def test_numbers_that_differ_are_missed() -> None:
    assert figures.same("x", 7, 7).met
    assert not figures.same("x", 7, 8).met


@pytest.mark.parametrize("subject", [admin_list, first_sync, webhooks])
def test_a_server_that_is_not_there_is_a_missed_row(monkeypatch: pytest.MonkeyPatch, subject: object) -> None:
    def refuse(server: str) -> None:
        raise ServerMissing(f"needs {server}")

    monkeypatch.setattr(environment, "DATABASE", "postgresql")
    monkeypatch.setattr(environment, "require_server", refuse)
    monkeypatch.setattr(webhooks, "require_server", refuse)
    [row] = subject.rows()  # type: ignore[attr-defined]
    assert not row.met
    assert "needs" in row.name
