"""The database that is written to, in a project that has several."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections, router
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from django_vyte import db
from django_vyte.admin.events.admin import EventAdmin
from django_vyte.models import Event


class ToMain:
    """Writes to "main"."""

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "main"


@pytest.fixture
def main(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another database than "default" is written to, and both open a transaction around each request."""
    settings.DATABASE_ROUTERS = ["tests.test_db.ToMain"]
    both = {
        alias: {**connections.settings["default"], "ATOMIC_REQUESTS": True} for alias in ("default", "main")
    }
    monkeypatch.setattr(connections, "settings", both)


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.mark.usefixtures("main")
def test_a_transaction_is_on_the_database_that_is_written_to():
    assert router.db_for_write(Event) == "main"
    assert db.atomic(Event).using == "main"


@pytest.mark.usefixtures("main")
def test_no_database_opens_a_transaction_around_a_view():
    assert db.non_atomic_requests(view)._non_atomic_requests == {"default", "main"}


def test_a_list_that_asks_vyte_keeps_its_name_and_has_no_transaction_around_it():
    assert EventAdmin.changelist_view.__name__ == "changelist_view"
    assert EventAdmin.changelist_view._non_atomic_requests == {"default"}
