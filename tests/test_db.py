"""The database that is written to, in a project that has several."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections, router
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from django_vyte import db
from django_vyte.admin.events.admin import EventAdmin
from django_vyte.models import Event, Team

ALIASES = {"default", "main", "replica"}


class ToMain:
    """Writes to "main", and reads from "replica"."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "main"


@pytest.fixture
def main(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another database than "default" is written to, and each opens a transaction around a request."""
    settings.DATABASE_ROUTERS = ["tests.test_db.ToMain"]
    databases = {alias: {**connections.settings["default"], "ATOMIC_REQUESTS": True} for alias in ALIASES}
    monkeypatch.setattr(connections, "settings", databases)


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.mark.usefixtures("main")
def test_a_transaction_is_on_the_database_that_is_written_to():
    assert router.db_for_write(Event) == "main"
    assert db.atomic(Event).using == "main"


@pytest.mark.usefixtures("main")
def test_no_database_opens_a_transaction_around_a_view():
    assert db.non_atomic_requests(view)._non_atomic_requests == ALIASES


def test_a_list_that_asks_vyte_keeps_its_name_and_has_no_transaction_around_it():
    assert EventAdmin.changelist_view.__name__ == "changelist_view"
    assert EventAdmin.changelist_view._non_atomic_requests == {"default"}


@pytest.mark.usefixtures("main")
def test_fresh_rows_are_read_where_they_are_written_whatever_is_done_with_them():
    rows = db.fresh(Event.objects.upcoming())
    chained = rows.filter(title="Kick-off").select_related("team").only("title")[:3]
    assert (rows.db, chained.db, Event.objects.upcoming().db) == ("main", "main", "replica")


@pytest.mark.usefixtures("main")
def test_fresh_rows_of_a_relation_are_read_where_they_are_written():
    team = Team(pk=1)
    assert db.fresh(team.webhooks.order_by("action")).db == "main"
    assert team.webhooks.order_by("action").db == "replica"


def test_a_queryset_stays_as_it_was_when_fresh_rows_are_made_of_it():
    rows = Event.objects.all()
    assert db.fresh(rows) is not rows
    assert not rows._for_write


def test_an_object_is_refreshed_with_what_is_written(team):
    stale = Team.objects.only("name").get()
    Team.objects.update(name="Other", problem="Synchronising failed")
    db.refresh(stale, ["name"])
    assert stale.name == "Other"
    assert "problem" in stale.get_deferred_fields()


def test_work_that_would_read_a_replica_fails_in_these_tests():
    with pytest.raises(AssertionError, match=r"django_vyte.sync reads django_vyte.Event"):
        exec("list(Event.objects.all())", {"__name__": "django_vyte.sync", "Event": Event})
