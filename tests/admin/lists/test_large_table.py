"""Lists of tables that grow without end."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_vyte.admin.lists import large_table, search
from django_vyte.models import Delivery, Event, EventChange, EventGroup, Invitee

pytestmark = pytest.mark.django_db
LISTS = {"event": 7, "delivery": 9, "eventchange": 8, "invitee": 6, "eventgroup": 6}
NOW = timezone.now()


@pytest.fixture
def five(team) -> list[Event]:
    """Five of everything; of the events the last one was touched last."""
    for number in range(5):
        event = Event.objects.create(
            team=team,
            vyte_id=f"{number:024}",
            title=f"Meeting {number}",
            starts_at=NOW + dt.timedelta(days=number),
            vyte_updated_at=NOW + dt.timedelta(hours=number),
            as_of=NOW,
        )
        Invitee.objects.create(event=event, email=f"ann{number}@example.com")
        EventGroup.objects.create(event=event, group_id=f"project_{number}")
        EventChange.objects.create(event=event, kind="updated", cause="sync")
        Delivery.objects.create(source="vyte", account=str(team.pk), subject=f"event:{number:024}")
    return list(Event.objects.order_by("pk"))


@pytest.fixture
def counted_to_three(monkeypatch) -> None:
    monkeypatch.setattr(large_table, "COUNT_LIMIT", 3)
    for name in LISTS:
        model_admin = next(each for each in admin.site._registry.values() if each.opts.model_name == name)
        monkeypatch.setattr(model_admin, "list_per_page", 2)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_counts_and_pages_so_far_and_says_that_there_is_more(
    name, admin_client, five, counted_to_three
):
    page = admin_client.get(f"/admin/django_vyte/{name}/", {"p": 2})
    assert page.context["cl"].result_count == 3
    assert len(page.context["cl"].result_list) == 1
    plural = page.context["opts"].verbose_name_plural
    assert f"There are more than 3 {plural}; the pages show the first 3." in page.text
    assert "Select all 3" not in page.text, "an action would take more than that"


def test_a_list_that_ends_there_says_nothing(admin_client, five, counted_to_three):
    Event.objects.filter(pk__in=[five[0].pk, five[1].pk]).delete()
    page = admin_client.get("/admin/django_vyte/event/")
    assert page.context["cl"].result_count == 3
    assert "There are more" not in page.text
    assert "Select all 3 events" in page.text


@pytest.mark.parametrize(("name", "queries"), LISTS.items())
def test_no_query_of_a_list_reads_further_than_it_shows_or_counts(
    name, queries, admin_client, five, counted_to_three, django_assert_num_queries
):
    address = f"/admin/django_vyte/{name}/"
    admin_client.get(address)
    with django_assert_num_queries(queries) as asked:
        admin_client.get(address)
    own = [query["sql"] for query in asked if f"django_vyte_{name}" in query["sql"]]
    assert own
    assert not [sql for sql in own if "LIMIT" not in sql and "FROM (SELECT" not in sql]
    assert not [sql for sql in own if "DISTINCT" in sql or "MIN(" in sql]


def listed(client, **query) -> list[str]:
    page = client.get("/admin/django_vyte/event/", query)
    return [event.title[-1] for event in page.context["cl"].result_list]


def test_only_the_column_with_an_index_is_sorted_by(admin_client, five):
    assert admin_client.get("/admin/django_vyte/event/").text.count('class="sortable') == 1
    assert listed(admin_client, o="3") == list("01234")
    assert listed(admin_client, o="-3") == list("43210")
    assert listed(admin_client, o="1") == list("43210")
    Event.objects.update(starts_at=NOW)
    assert listed(admin_client, o="3") == list("01234"), "by key, as the index has them"
    assert listed(admin_client, o="-3") == list("43210")


def test_what_is_ahead_comes_soonest_first_and_what_is_over_latest_first(admin_client, five):
    assert listed(admin_client, when="upcoming") == list("1234")
    Event.objects.update(starts_at=NOW - dt.timedelta(days=1))
    Event.objects.filter(pk=five[2].pk).update(starts_at=NOW - dt.timedelta(hours=1))
    assert listed(admin_client, when="past") == list("24310")


def test_a_chosen_year_is_listed_latest_first(admin_client, five):
    Event.objects.filter(pk=five[0].pk).update(starts_at="2020-06-01T00:00Z")
    Event.objects.filter(pk=five[4].pk).update(starts_at="2020-02-01T00:00Z")
    assert listed(admin_client, starts_at__year="2020") == list("04")


def test_a_search_that_finds_more_than_is_counted_shows_what_changed_last(
    admin_client, five, counted_to_three
):
    assert listed(admin_client, q="meeting") == list("43")
    assert listed(admin_client, q="meeting", p="2") == list("2")
    assert "There are more than 3" in admin_client.get("/admin/django_vyte/event/", {"q": "meeting"}).text


def test_there_are_no_counts_beside_the_filters(admin_client, five):
    assert "Show counts" not in admin_client.get("/admin/django_vyte/event/").text


@pytest.mark.parametrize("most", [1, 1000])
@pytest.mark.parametrize(
    ("name", "words", "found"),
    [
        ("event", "ANN3@example.com", 1),
        ("event", "ann3@", 1),
        ("event", "ann", 5),
        ("event", "nn3", 0),
        ("event", "@example.com", 5),
        ("event", "example.com", 5),
        ("event", f"{3:024}", 1),
        ("event", "meet", 5),
        ("event", "meet project_3", 1),
        ("event", '"Meeting 3"', 1),
        ("event", "meeting ann4@example.com 3", 0),
        ("delivery", f"event:{3:024}", 1),
        ("delivery", f"{3:024}", 1),
        ("delivery", "event:", 5),
        ("delivery", "user:", 0),
        ("eventchange", "ann3@example.com", 1),
        ("eventchange", "meeting", 5),
        ("invitee", "ann3@example.com", 1),
        ("invitee", "example.com", 5),
        ("invitee", "nobody", 0),
        ("eventgroup", "project_3", 1),
        ("eventgroup", "project", 5),
    ],
)
def test_words_find(most, name, words, found, admin_client, five, monkeypatch):
    monkeypatch.setattr(search, "MAX_LITERALS", most)
    page = admin_client.get(f"/admin/django_vyte/{name}/", {"q": words})
    assert page.context["cl"].result_count == found


def test_an_address_is_found_without_looking_through_titles(admin_client, five, django_assert_num_queries):
    address = "/admin/django_vyte/event/"
    admin_client.get(address)
    with django_assert_num_queries(11) as asked:
        admin_client.get(address, {"q": "ann3@example.com"})
    assert not [
        query for query in asked if "LIKE" in query["sql"] and "title" in query["sql"].split("WHERE")[1]
    ]


@pytest.mark.parametrize("literals", [1, 1000])
@pytest.mark.parametrize(
    ("words", "expected"),
    [("ann", "01234"), ("ann1", "1"), ("project_ ann2", "2"), ("Meeting ann", "01234"), ("Meeting zzz", "")],
)
def test_words_that_many_rows_have_are_found_together(
    words, expected, literals, admin_client, five, counted_to_three, monkeypatch
):
    monkeypatch.setattr(search, "MAX_LITERALS", literals)
    page = admin_client.get("/admin/django_vyte/event/", {"q": words, "all": ""})
    assert page.context["cl"].result_count == min(len(expected), 3)
    titles = {event.title for event in page.context["cl"].result_list}
    assert titles <= {f"Meeting {number}" for number in expected}


def test_each_way_to_find_a_meeting_is_a_query_of_its_own(admin_client, five):
    with CaptureQueriesContext(connection) as queries:
        admin_client.get("/admin/django_vyte/event/", {"q": "ann"})
    assert not [query["sql"] for query in queries if " OR " in query["sql"]]
