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


def test_a_meeting_without_a_title_is_noted_as_such(manage):
    done = manage("shell", "--no-imports", "-c", NOTES)
    assert done.stdout.splitlines() == ["Kick-off", "(untitled)", "(untitled)"], done.stderr


def test_its_pages_have_an_icon(manage):
    done = manage("shell", "--no-imports", "-c", PAGE)
    assert '<link rel="icon" href="/static/crm/icon.svg" type="image/svg+xml">' in done.stdout, done.stderr
    assert "crm/icon.svg" in done.stdout.rpartition("found")[2]
