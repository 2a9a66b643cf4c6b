"""A project may have several admin sites: each page leads to pages of its own site only."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client

from django_vyte.admin import ADMINS, register
from django_vyte.models import ApiKey, Delivery, Event, EventChange, Team
from tests.admin import two_sites

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.two_sites")]
SITES = ["/admin/", "/desk/", "/meetings/"]
TARGET = re.compile(r'(?:href|action|data-popup-url)="([^"]*)"')


def targets(page: str, address: str) -> set[str]:
    """Where a page leads to: links, forms, popups; without other hosts and static files."""
    found = {urljoin(address, target.replace("&amp;", "&")) for target in TARGET.findall(page)}
    return {target for target in found if target.startswith("/") and not target.startswith("/static/")}


def is_followed(target: str) -> bool:
    return not re.search(r"/(logout|password_change|jsi18n|autocomplete)/", target)


def walk(client: Client, prefix: str) -> set[str]:
    """Every path of a site that its pages lead to; fails where one leads to another site."""
    left, seen = deque([prefix]), set()
    while left:
        address = left.popleft()
        path = urlsplit(address).path
        if path in seen or not is_followed(address):
            continue
        seen.add(path)
        response = client.get(address)
        assert response.status_code in (200, 302), address
        found = {response.url} if response.status_code == 302 else targets(response.text, address)
        # "View site" leads out of the admin on purpose.
        found.discard("/")
        crossing = {target for target in found if not target.startswith(prefix)}
        assert not crossing, f"{address} leads out of its site"
        left.extend(sorted(found))
    return seen


@pytest.mark.parametrize("prefix", SITES)
def test_no_page_leads_to_another_site(prefix, admin_client, everything):
    EventChange.objects.filter(pk=EventChange.objects.latest("pk").pk).update(told_at=None, error="ouch")
    seen = walk(admin_client, prefix)
    # Rows that no link leads to, such as those behind the first page, have pages of the same kind.
    for model in [Event] if prefix == "/meetings/" else ADMINS:
        for row in model._default_manager.defer(None)[:20]:
            address = f"{prefix}django_vyte/{model._meta.model_name}/{row.pk}/"
            for page in ("change/", "history/"):
                if address + page not in seen:
                    response = admin_client.get(address + page)
                    crossing = {
                        target
                        for target in targets(response.text, address + page) - {"/"}
                        if not target.startswith(prefix)
                    }
                    assert not crossing
    assert f"{prefix}django_vyte/event/" in seen


@pytest.mark.parametrize("prefix", SITES)
def test_actions_their_pages_and_messages_stay_in_the_site(prefix, admin_client, everything):
    base = f"{prefix}django_vyte/event/"
    others = [event.pk for event in Event.objects.exclude(pk=everything.event.pk)]
    for action, events in (
        ("refresh", [everything.event.pk]),
        ("refresh", others),
        ("confirm", [everything.event.pk, *others]),
        ("cancel", [everything.event.pk, *others]),
    ):
        chosen = {"action": action, "_selected_action": events, "page": "1"}
        response = admin_client.post(base, chosen)
        assert response.url.startswith(prefix)
        if action == "refresh":
            continue
        page = admin_client.get(response.url)
        assert all(target.startswith(prefix) for target in targets(page.text, response.url) - {"/"})
        done = admin_client.post(response.url, {"event": events})
        assert all(target.startswith(prefix) for target in targets(done.text, base) - {"/"})
        shown = "".join(str(message) for message in get_messages(done.wsgi_request))
        assert "<a href=" in shown + page.text
        assert all(target.startswith(prefix) for target in targets(shown, base))


@pytest.mark.parametrize("prefix", ["/admin/", "/desk/"])
def test_redirects_of_teams_and_deliveries_stay_in_the_site(
    prefix, admin_client, everything, enqueued, vyte_sandbox
):
    team, base = everything.team.pk, f"{prefix}django_vyte/"
    for model, action, pk in (
        ("team", "synchronise", team),
        ("team", "register_webhooks", team),
        ("delivery", "replay", everything.failed.pk),
    ):
        response = admin_client.post(f"{base}{model}/", {"action": action, "_selected_action": [pk]})
        assert response.url == f"{base}{model}/{pk}/change/"
    assert admin_client.get(f"{base}team/add/").url == f"{base}team/link/"
    linked = admin_client.post(f"{base}team/link/", {"key": vyte_sandbox.api_key})
    assert linked.url == f"{base}team/{team}/change/"


def test_someone_who_may_only_link_is_led_to_the_index_of_the_site(login, vyte_sandbox, enqueued):
    response = login("add_team").post("/desk/django_vyte/team/link/", {"key": vyte_sandbox.api_key})
    assert response.url == "/desk/"
    assert Team.objects.exists()


def test_a_site_without_the_other_tables_shows_their_rows_as_text(admin_client, everything):
    delivery = Delivery.objects.filter(subject=f"event:{everything.event.vyte_id}").first()
    page = admin_client.get(f"/meetings/django_vyte/event/{everything.event.pk}/change/").text
    assert str(delivery) in page
    assert "/delivery/" not in page


def test_a_table_can_be_registered_on_a_site_once_only():
    assert two_sites.desk.is_registered(ApiKey)
    with pytest.raises(admin.exceptions.AlreadyRegistered):
        register(two_sites.desk)
