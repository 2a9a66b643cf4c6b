"""A failure is shown in Team.problem until the same work succeeds."""

from __future__ import annotations

import pytest

from django_vyte.accounts import problems
from django_vyte.accounts.problems import Kind
from django_vyte.exceptions import VyteError
from django_vyte.models import Team
from django_vyte.sync.team import sync_team

pytestmark = pytest.mark.django_db


def lines() -> list[str]:
    return Team.objects.get().problem.splitlines()


def fail(team: Team, kind: Kind, error: Exception) -> None:
    with pytest.raises(type(error)), problems.recorded(team.pk, kind):
        raise error


def test_each_kind_of_work_has_a_line_and_forgets_only_its_own(team):
    fail(team, Kind.SYNC, VyteError("no\n answer"))
    fail(team, Kind.PATROL, VyteError("other"))
    fail(team, Kind.SYNC, VyteError("again"))
    assert lines() == ["Comparing with Vyte failed: other", "Synchronising failed: again"]
    with problems.recorded(team.pk, Kind.PATROL):
        pass
    assert lines() == ["Synchronising failed: again"]


def test_what_is_unforeseen_is_named_and_not_quoted(team):
    fail(team, Kind.SYNC, ValueError("jane@acme.com"))
    assert lines() == ["Synchronising failed: ValueError"]


def test_what_stays_as_it_was_is_read_and_not_written(team, django_assert_num_queries):
    fail(team, Kind.SYNC, VyteError("again"))
    with django_assert_num_queries(1):
        problems.set_problem(team.pk, Kind.SYNC, "again")
    with django_assert_num_queries(1):
        problems.set_problem(team.pk, Kind.MISSING, "")


def test_a_team_that_is_gone_meanwhile_is_no_error(team):
    team.delete()
    problems.set_problem(team.pk or 1, Kind.SYNC, "again")


def test_a_sync_of_everything_says_and_unsays_what_may_be_missing(team, vyte_sandbox, monkeypatch):
    monkeypatch.setattr("django_vyte.sync.listing.partition.BUDGET", 0)
    vyte_sandbox.fill(150)
    vyte_sandbox.quirks.list_maximum = 100
    sync_team(team, dry_run=True)
    sync_team(team, group="deal_1")
    assert lines() == []
    sync_team(team)
    [line] = lines()
    assert line.startswith("Events may be missing: Vyte answers with at most 100 events, it seems")
    vyte_sandbox.stop_api()
    with pytest.raises(VyteError):
        sync_team(team)
    assert [each.split(":")[0] for each in lines()] == ["Events may be missing", "Synchronising failed"]
    vyte_sandbox.start_api()
    vyte_sandbox.quirks.list_maximum = None
    sync_team(team)
    assert lines() == []
