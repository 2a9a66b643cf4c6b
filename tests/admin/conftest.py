"""People with certain permissions, and something of everything to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from django_vyte.jobs import publishing
from django_vyte.models import Delivery, Event, Heartbeat, Member, Team, ThirdPartyApp

APP_SECRET = "cfsvut1yp6dd2nuwkxjo"
TUESDAY = ("2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z")
WEDNESDAY = ("2027-01-06T10:00:00Z", "2027-01-06T11:00:00Z")

Login = Callable[..., Client]


@pytest.fixture(autouse=True)
def everyone_is_in_utc_and_nobody_hashes_for_long(settings) -> None:
    """What the pages show does not depend on where the tests run."""
    settings.TIME_ZONE = "UTC"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def login(db: None) -> Login:
    """Logs in a staff user who has these permissions and no others."""

    def login(*codenames: str) -> Client:
        user = User.objects.create_user("staff", is_staff=True)
        permissions = Permission.objects.filter(content_type__app_label="django_vyte", codename__in=codenames)
        assert len(permissions) == len(codenames), "a permission is misspelt"
        user.user_permissions.set(permissions)
        client = Client()
        client.force_login(user)
        return client

    return login


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What was asked of the workers: the name of a task and its arguments."""
    asked: list[tuple] = []
    monkeypatch.setattr(
        publishing, "enqueue", lambda task, *args, **options: asked.append((task.split(".")[1], *args))
    )
    return asked


@pytest.fixture
def event(vyte_sandbox, linked_team, settle) -> Event:
    """A meeting to decide about: Wednesday and the Office have more votes, and the site has not heard of that."""
    made = vyte_sandbox.create_event(
        title="Kick-off",
        creator="jane@acme.com",
        dates=[TUESDAY, WEDNESDAY],
        places=["Skype", "Office"],
        invitees=["ann@example.com", "bob@example.com"],
        group_ids=["project_1"],
    )
    settle()
    for email in ("ann@example.com", "bob@example.com"):
        vyte_sandbox.vote(made["_id"], email, date_id=made["dates"][1]["_id"])
        vyte_sandbox.vote(made["_id"], email, place_id=made["places"][1]["_id"])
    vyte_sandbox.requests.clear()
    return Event.objects.get(title="Kick-off")


@dataclass
class Everything:
    """At least one row of each table."""

    team: Team
    event: Event
    failed: Delivery
    member: Member
    app: ThirdPartyApp


@pytest.fixture
def everything(vyte_sandbox, linked_team, event, settle, django_user_model) -> Everything:
    """A team at work: meetings in each state, calls that failed, a member who is a user here, an app."""
    user = django_user_model.objects.create_user("ann")
    vyte_sandbox.join(email="ann@example.com", full_name="Ann", extid=str(user.pk))
    confirmed = vyte_sandbox.create_event(title="Settled", dates=[TUESDAY], places=["Office"], confirmed=True)
    vyte_sandbox.create_event(title="Off", dates=[TUESDAY], confirmed=True)
    vyte_sandbox.cancel(vyte_sandbox.create_event(title="Called off", dates=[TUESDAY])["_id"])
    settle()
    Event.objects.get(vyte_id=confirmed["_id"]).refresh()
    Heartbeat.objects.beat("sweep")
    app = ThirdPartyApp.objects.create(app_id="569c2e2f", secret=APP_SECRET, name="CRM", team=linked_team)
    failed = Delivery.objects.create(
        source="vyte",
        account=str(linked_team.pk),
        body="[{",
        status="failed",
        error="The body is not JSON.",
        next_attempt_at=None,
    )
    Delivery.objects.filter(subject="").exclude(pk=failed.pk).update(status="done")
    vyte_sandbox.requests.clear()
    return Everything(linked_team, event, failed, Member.objects.get(user=user), app)


def act(client: Client, model: str, action: str, *rows: object, **more: object):
    """Choose an action of a list for some rows."""
    keys = [row if isinstance(row, int) else row.pk for row in rows]
    return client.post(
        reverse(f"admin:django_vyte_{model}_changelist"),
        {"action": action, "_selected_action": keys, "index": 0, **more},
    )


def said(response) -> list[str]:
    """The messages that a response leaves for the next page, or shows, as they are read."""
    return [strip_tags(str(message)) for message in get_messages(response.wsgi_request)]
