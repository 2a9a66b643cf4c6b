"""Long values leave the admin's lists and pages readable, in a real browser: ``tox -e browser``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from django_vyte.models import (
    ApiKey,
    Delivery,
    Event,
    EventChange,
    EventGroup,
    Invitee,
    Member,
    Team,
    ThirdPartyApp,
    Webhook,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs a browser: tox -e browser")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LONG = "x" * 400
MODELS = (
    ApiKey, Delivery, Event, EventChange, EventGroup, Invitee, Member, Team, ThirdPartyApp, Webhook,
)  # fmt: skip

# How far the page, or a field whose row hides what is too wide, reaches beyond the window.
BEYOND = """() => Math.max(
    document.documentElement.scrollWidth,
    ...Array.from(document.querySelectorAll(".readonly"), field => field.getBoundingClientRect().right),
) - document.documentElement.clientWidth"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Playwright runs an event loop in this thread, where Django refuses synchronous queries.
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, live_server: Any, admin_user: User) -> Iterator[Page]:
    client = Client()
    client.force_login(admin_user)
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def long_values(db: None, admin_user: User) -> None:
    """A row of each table, as long as its columns take it."""
    team = Team.objects.create(vyte_id="i" * 64, name=LONG[:255], problem=f"Other work failed: {LONG}")
    event = Event.objects.create(
        team=team,
        vyte_id="e" * 64,
        title=LONG,
        status="planning",
        creator_email=f"{LONG[:200]}@example.com",
        place_name=LONG[:255],
        place_address=f"https://meet.example.com/{LONG}",
        as_of=timezone.now(),
        data={"title": LONG, "places": [{"_id": "p", "name": LONG, "address": LONG}]},
    )
    delivery = Delivery.objects.create(
        source="vyte",
        account=str(team.pk),
        subject=f"event:{'s' * 90}",
        body=LONG,
        headers={"User-Agent": LONG},
        status="failed",
        error=LONG,
        next_attempt_at=None,
    )
    EventChange.objects.create(
        event=event,
        kind="updated",
        cause="webhook",
        delivery=delivery,
        changes={"title": [LONG, LONG]},
        error=LONG,
    )
    EventGroup.objects.create(event=event, group_id=LONG[:200])
    Invitee.objects.create(event=event, email=f"{LONG[:200]}@example.com", full_name=LONG[:255])
    Member.objects.create(
        team=team,
        as_of=timezone.now(),
        vyte_id="m" * 64,
        full_name=LONG[:255],
        email=f"{LONG[:200]}@example.com",
        error=LONG,
    )
    ApiKey.objects.create(team=team, key="k", hint="abcd", scope="s" * 32)
    Webhook.objects.create(team=team, action="a" * 64, vyte_id="w" * 64)
    ThirdPartyApp.objects.create(app_id="a" * 64, name=LONG[:255], secret="s", team=team)


def addresses() -> list[str]:
    base = "/admin/django_vyte/"
    found = ["/admin/", base]
    for model in MODELS:
        name, row = model._meta.model_name, model._default_manager.defer(None).first()
        found += [f"{base}{name}/", f"{base}{name}/{row.pk}/change/"]
    event, team = Event.objects.get().pk, Team.objects.get().pk
    pages = (f"event/confirm/?events={event}", f"event/cancel/?events={event}", f"team/link/?team={team}")
    return found + [base + page for page in pages]


@pytest.mark.parametrize("width", [1280, 375])
def test_no_page_is_wider_than_the_window(width: int, page: Page, long_values: None) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    overflowing = {}
    for address in addresses():
        assert page.goto(address).ok
        beyond = page.evaluate(BEYOND)
        if beyond > 0:
            overflowing[address] = beyond
    assert overflowing == {}


def test_status_and_date_of_a_meeting_stay_in_sight(page: Page, long_values: None) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/admin/django_vyte/event/")
    for column in ("field-state", "field-starts", "field-organiser", "field-created"):
        box = page.locator(f"#result_list td.{column}").first.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 1280, column
    # The whole title is one pointer, or one click, away.
    title = page.locator("#result_list .field-meeting").first
    assert LONG in (title.locator("[title]").get_attribute("title") or "")
