"""The table of benchmarks itself; its rows are measured by ``python -m tests.benchmarks``."""

from __future__ import annotations

import pytest

from tests.benchmarks import __main__ as table
from tests.benchmarks.rows import Row, alone, side_by_side, within


def test_each_module_with_rows_is_a_subject() -> None:
    assert {"client", "sandbox", "streaming"} <= set(table.subjects())


@pytest.mark.parametrize(("seconds", "status", "verdict"), [(0.5, 0, "ok"), (1.5, 1, "MISSED")])
def test_a_row_that_asks_for_more_than_it_gets_is_missed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seconds: float,
    status: int,
    verdict: str,
) -> None:
    def rows() -> list[Row]:
        return [alone("something", seconds, below=1.0, unit="s")]

    monkeypatch.setattr(table, "subjects", lambda: {"subject": rows})
    assert table.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(verdict)
    assert table.main(["--strict"]) == status


def test_a_subject_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        table.main(["clients"])
    assert "there is no subject clients" in capsys.readouterr().err


def test_both_are_run_as_often() -> None:
    ran: list[str] = []
    row = side_by_side(
        "x", lambda: ran.append("floor"), lambda: ran.append("ours"), at_most=1e9, rounds=3, calls=2
    )
    assert row.met
    assert ran == ["floor", "floor", "ours", "ours"] * 3


def test_memory_may_be_more_by_a_number() -> None:
    assert within("x", 30, 69, more=40).met
    assert not within("x", 30, 71, more=40).met
