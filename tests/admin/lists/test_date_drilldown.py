"""The years, months and days that a list leads to."""

from __future__ import annotations

import datetime as dt

import pytest

from django_vyte.admin.lists.date_drilldown import Period, drill_down
from django_vyte.models import Event

FIRST, LAST = dt.date(2025, 11, 20), dt.date(2027, 2, 3)
LIST = "/admin/django_vyte/event/"


def titles(*chosen: int, first: dt.date = FIRST, last: dt.date = LAST) -> list[str]:
    return [each["title"] for each in drill_down(Period(*chosen), first, last, str)["choices"]]


@pytest.fixture(autouse=True)
def it_is_2026(time_machine) -> None:
    time_machine.move_to("2026-06-01T12:00Z", tick=False)


def test_everything_leads_to_years_a_year_to_months_a_month_to_days():
    assert titles() == ["2025", "2026", "2027"]
    assert titles(2025) == ["November 2025", "December 2025"]
    assert len(titles(2026)) == 12
    assert titles(2027) == ["January 2027", "February 2027"]
    assert titles(2027, 2) == ["February 1", "February 2", "February 3"]
    assert len(titles(2026, 2)) == 28
    assert titles(2026, 2, 14) == ["February 14"]
    assert titles(2030) == []


def test_what_needs_no_choice_is_chosen():
    assert titles(first=dt.date(2026, 3, 1), last=dt.date(2026, 5, 1)) == [
        "March 2026",
        "April 2026",
        "May 2026",
    ]
    assert titles(first=LAST, last=LAST) == ["February 3"]


def test_centuries_are_not_listed():
    assert titles(first=dt.date(1, 1, 1), last=dt.date(9999, 12, 31)) == [
        str(year) for year in range(2016, 2037)
    ]


def test_the_way_back_leads_to_the_larger_period():
    backs = [
        drill_down(Period(*chosen), FIRST, LAST, str)["back"]
        for chosen in ((), (2026,), (2026, 2), (2026, 2, 3))
    ]
    assert backs[0] is None
    assert [back["title"] for back in backs[1:]] == ["All dates", "2026", "February 2026"]


@pytest.mark.django_db
def test_the_list_links_periods_and_keeps_the_filters(admin_client, team, settings):
    settings.TIME_ZONE = "UTC"
    for number, start in enumerate(("2025-12-31T23:30Z", "2026-02-14T10:00Z")):
        Event.objects.create(team=team, vyte_id=str(number), starts_at=start, as_of=start)
    page = admin_client.get(LIST, {"is_booking__exact": "0"}).text
    assert '<a href="?is_booking__exact=0&amp;starts_at__year=2026">2026</a>' in page
    page = admin_client.get(LIST, {"starts_at__year": "2026", "starts_at__month": "2"})
    assert (
        '<a href="?starts_at__day=14&amp;starts_at__month=2&amp;starts_at__year=2026">February 14</a>'
        in page.text
    )
    assert '<a href="?starts_at__year=2026" class="date-back">&lsaquo; 2026</a>' in page.text
    assert [event.vyte_id for event in page.context["cl"].result_list] == ["1"]


@pytest.mark.django_db
def test_days_are_those_of_the_readers_time_zone(admin_client, team, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    start = "2025-12-31T23:30Z"
    Event.objects.create(team=team, vyte_id="1", starts_at=start, as_of=start)
    assert "January 1" in admin_client.get(LIST).text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {"starts_at__month": "2"},
        {"starts_at__year": "2026", "starts_at__day": "2"},
        {"starts_at__year": "x"},
        {"starts_at__year": "2026", "starts_at__month": "13"},
    ],
)
def test_a_date_that_is_none_does_no_harm(query, admin_client, team):
    Event.objects.create(team=team, vyte_id="1", starts_at="2026-02-14T10:00Z", as_of="2026-02-14T10:00Z")
    assert admin_client.get(LIST, query, follow=True).status_code == 200


@pytest.mark.django_db
def test_a_list_without_dates_has_no_links(admin_client, team):
    assert "toplinks" not in admin_client.get(LIST).text
