"""The CRM: its notes and its pages, in a process that has it installed."""

from __future__ import annotations

NOTES = """
from types import SimpleNamespace
from example_project.crm.receivers import title_of
for title in ("Kick-off", "", "  "):
    print(title_of(SimpleNamespace(title=title)))
"""
PAGE = """
from django.contrib.staticfiles.finders import find
from django.test import Client
print(Client(headers={"host": "localhost"}).get("/accounts/login/").text)
print("found", find("crm/icon.svg"))
"""

LIST = """
import datetime as dt
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from django_vyte.models import Event, EventGroup, Team
from example_project.crm.models import Account, Project
call_command("migrate", verbosity=0)
client = Client(headers={"host": "localhost"})
client.force_login(get_user_model().objects.create_user("ann"))
account, team = Account.objects.create(name="ACME"), Team.objects.create(vyte_id="t", name="T")
for count in (1, 100):
    for number in range(count):
        project = Project.objects.create(account=account, name="P")
        start = now() + dt.timedelta(hours=1)
        event = Event.objects.create(team=team, vyte_id=project.vyte_group_id, title="M", starts_at=start, as_of=start)
        EventGroup.objects.create(event=event, group_id=project.vyte_group_id)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/").text
    print(page.count("Next: M, "), len(queries))
with CaptureQueriesContext(connection) as queries:
    print(project.vyte_meetings.next, project.vyte_meetings.count, len(queries))
"""


def test_the_next_meetings_of_all_projects_take_as_many_queries_as_that_of_one(manage):
    done = manage("shell", "--no-imports", "-c", LIST)
    assert done.returncode == 0, done.stderr
    (one, few), (all_of_them, many), (*single, queries) = map(str.split, done.stdout.splitlines())
    assert (one, all_of_them, few) == ("1", "101", many)
    assert (single, queries) == (["M", "1"], "2")


def test_a_meeting_without_a_title_is_noted_as_such(manage):
    done = manage("shell", "--no-imports", "-c", NOTES)
    assert done.stdout.splitlines() == ["Kick-off", "(untitled)", "(untitled)"], done.stderr


def test_its_pages_have_an_icon(manage):
    done = manage("shell", "--no-imports", "-c", PAGE)
    assert '<link rel="icon" href="/static/crm/icon.svg" type="image/svg+xml">' in done.stdout, done.stderr
    assert "crm/icon.svg" in done.stdout.rpartition("found")[2]
