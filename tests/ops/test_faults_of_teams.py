"""What is wrong between a team and Vyte is named with what to do about it."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from django_vyte.accounts import problems
from django_vyte.accounts.problems import Kind
from django_vyte.http import responses
from django_vyte.models import ApiKey, Team, ThirdPartyApp, Webhook
from django_vyte.ops import doctor
from tests.ops.faults import Fault, Site, with_vyte

pytestmark = pytest.mark.django_db
WRONG_KEY = Fernet.generate_key().decode()


def an_app(site: Site, *, team: bool = True, **changes: str) -> ThirdPartyApp:
    """A third-party app, stored as Vyte has it but for some changes."""
    with site.team.client() as client:
        known = client.third_parties.create(name="CRM", contact_email="ada@example.com")
    fields = {"app_id": known["_id"], "secret": known["secret"], "name": "CRM", **changes}
    return ThirdPartyApp.objects.create(team=site.team if team else None, **fields)


def apps_not_listed(site: Site) -> None:
    an_app(site)
    site.vyte.faults.add(path="^/v2/third_parties", status=403, times=None)


def clock_at_vyte(site: Site, ahead: float) -> None:
    """Seconds; the local Vyte has the clock of this machine."""
    real = responses.clock_ahead
    site.monkeypatch.setattr(responses, "clock_ahead", lambda response: (real(response) or 0) - ahead)


def stale_webhook(site: Site) -> None:
    with site.team.client() as client:
        client.hooks.create(
            action="event.created", target_url="https://crm.example.com/vyte/webhooks/forgotten/"
        )


def problem(kind: str, text: str = "GET /v2/events answered 503"):
    return lambda site: problems.set_problem(site.team.pk, kind, text)


def sealed_otherwise(site: Site) -> None:
    site.configure(ENCRYPTION_KEYS=[WRONG_KEY])


def revoked(site: Site) -> None:
    ApiKey.objects.update(status="revoked")


def key_deleted(site: Site) -> None:
    site.vyte.state.keys.clear()


FAULTS = [
    Fault(
        "an app that Vyte does not know",
        lambda site: an_app(site, app_id="569c2e2f"),
        "app_unknown",
        "Enter its app id and secret",
        "CRM (569c2e2f): its links are answered 400.",
    ),
    Fault(
        "an app of no team that Vyte does not know",
        lambda site: an_app(site, team=False, app_id="569c2e2f"),
        "app_unknown",
        "Enter its app id and secret",
    ),
    Fault(
        "an app with another secret",
        lambda site: an_app(site, secret="very-secret"),
        "app_secret_differs",
        "Enter its app id and secret",
    ),
    Fault("apps that Vyte does not list", apps_not_listed, "apps_not_compared", "check its rights at Vyte"),
    Fault(
        "a clock that is behind Vyte's",
        lambda site: clock_at_vyte(site, 180),
        "clock_differs",
        "Synchronise the clocks",
        " seconds behind Vyte's.",
    ),
    Fault(
        "a clock that is ahead of Vyte's",
        lambda site: clock_at_vyte(site, -7200),
        "clock_differs",
        "Synchronise the clocks",
        " seconds ahead of Vyte's.",
    ),
    Fault("no team", lambda site: Team.objects.all().delete(), "no_team", "manage.py vyte_link_team"),
    Fault("a key that was revoked here", revoked, "no_active_key", "manage.py vyte_link_team"),
    Fault("a key that was deleted at Vyte", key_deleted, "key_refused", "manage.py vyte_link_team"),
    Fault(
        "a key of another team",
        lambda site: Team.objects.update(vyte_id="5f198da1c1ac5d1a30fc0000"),
        "key_of_another_team",
        "manage.py vyte_link_team with a key of this team",
    ),
    Fault(
        "secrets that no key opens",
        sealed_otherwise,
        "secrets_unreadable",
        "Put the key that they were encrypted with back",
        also=frozenset({"key_unreadable"}),
    ),
    Fault(
        "no encryption key",
        with_vyte(ENCRYPTION_KEYS=[]),
        "django_vyte.E003",
        "See docs/run/checks.md",
        also=frozenset({"vyte_fails"}),
    ),
    Fault("a misspelt setting", with_vyte(PUBLIC_ULR="x"), "django_vyte.E002", "Did you mean 'PUBLIC_URL'?"),
    Fault(
        "Vyte is down",
        lambda site: site.vyte.stop_api(drop=True),
        "vyte_unreachable",
        "try again in some minutes",
    ),
    Fault("Vyte has a problem", lambda site: site.vyte.stop_api(), "vyte_fails", "try again in some minutes"),
    Fault(
        "webhooks that Vyte lacks",
        lambda site: site.vyte.state.hooks.clear(),
        "webhooks_missing",
        "manage.py vyte_hooks register",
    ),
    Fault(
        "webhooks that were never registered",
        lambda site: Webhook.objects.filter(action="user.joined").delete(),
        "webhooks_missing",
        "manage.py vyte_hooks register",
        "user.joined",
        frozenset({"webhooks_stale"}),
    ),
    Fault("a webhook that nobody knows here", stale_webhook, "webhooks_stale", "manage.py vyte_hooks prune"),
    Fault(
        "webhooks that are not listed",
        lambda site: site.vyte.faults.add(path="^/hooks", status=403, times=None),
        "webhooks_not_compared",
        "check its rights at Vyte",
    ),
    Fault(
        "never patrolled",
        lambda site: Team.objects.update(created_at=timezone.now() - dt.timedelta(hours=3)),
        "never_patrolled",
        "docs/run/celery.md#beat",
    ),
    Fault(
        "not patrolled for hours",
        lambda site: Team.objects.update(patrolled_at=timezone.now() - dt.timedelta(hours=3)),
        "patrol_overdue",
        "docs/run/celery.md#beat",
    ),
    Fault("a sync that failed", problem(Kind.SYNC), "sync_failed", "manage.py vyte_sync --team"),
    Fault("a mirror that may lack events", problem(Kind.MISSING), "events_may_be_missing", "--group G"),
    Fault(
        "a registration that failed",
        problem(Kind.WEBHOOKS),
        "registering_failed",
        "manage.py vyte_hooks register",
    ),
    Fault("a patrol that failed", problem(Kind.PATROL), "comparing_failed", "manage.py vyte_sync"),
    Fault(
        "migrations that are not applied",
        lambda site: MigrationRecorder(connection).record_unapplied("django_vyte", "0007_verbose_names"),
        "migrations_unapplied",
        "manage.py migrate django_vyte",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_a_team_is_named_with_its_remedy(site, fault):
    fault.check(site)


def test_apps_that_vyte_knows_are_called_fine_and_without_apps_nothing_is_said(site):
    assert "apps" not in {each.id for each in doctor.run_checks()}
    an_app(site)
    an_app(site, team=False)
    assert site.examine() == {}
    assert "apps" in {each.id for each in doctor.run_checks()}


def test_an_app_of_no_team_is_not_judged_by_a_part_of_the_teams(site):
    an_app(site, team=False, app_id="569c2e2f")
    other = Team.objects.create(vyte_id="5f198da1c1ac5d1a30fc0b01", name="Bolt")
    assert "app_unknown" not in site.examine("--team", site.team.vyte_id)
    assert set(site.examine()) == {"no_active_key"}, "it may be the other team's"
    other.delete()
    assert set(site.examine()) == {"app_unknown"}


def test_an_app_whose_secret_no_key_opens_is_said_to_be_unreadable_alone(site):
    an_app(site)
    sealed_otherwise(site)
    ApiKey.objects.update(key=site.vyte.api_key)
    found = site.examine()
    assert "secrets_unreadable" in found
    assert not {"check_crashed", "app_unknown", "app_secret_differs"} & set(found)


def test_no_secret_of_an_app_is_shown(site):
    an_app(site, secret="very-secret")
    assert "very-secret" not in str(site.examine())


def test_clocks_that_differ_by_seconds_are_fine(site):
    clock_at_vyte(site, 50)
    assert site.examine() == {}
