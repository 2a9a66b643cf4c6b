"""The list and the pages of meetings."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from django_vyte.admin.events.options import date_options
from django_vyte.models import Event, EventGroup, Invitee

pytestmark = pytest.mark.django_db
LIST = "/admin/django_vyte/event/"


def make(team, number: int, **fields) -> Event:
    start = timezone.now() + dt.timedelta(days=number)
    defaults = {"title": f"Meeting {number}", "starts_at": start, "ends_at": start + dt.timedelta(hours=1)}
    event = Event.objects.create(
        team=team, vyte_id=f"{number:024}", as_of=timezone.now(), **{**defaults, **fields}
    )
    Invitee.objects.create(event=event, email=f"person{number}@example.com", vyte_id=str(number))
    Invitee.objects.create(event=event, email="everyone@example.com", vyte_id=f"e{number}")
    EventGroup.objects.create(event=event, group_id=f"project_{number}")
    return event


def titles(response) -> list[str]:
    return [event.title for event in response.context["cl"].result_list]


def test_the_list_costs_the_same_number_of_queries_for_5_and_50_events(
    admin_client, team, django_assert_num_queries
):
    for number in range(5):
        make(team, number)
    admin_client.get(LIST)
    with django_assert_num_queries(7) as few:
        admin_client.get(LIST)
    for number in range(5, 50):
        make(team, number)
    with django_assert_num_queries(len(few)):
        admin_client.get(LIST)


def test_the_list_does_not_load_vytes_data(admin_client, team, django_assert_max_num_queries):
    make(team, 1, data={"title": "in the data only"})
    with django_assert_max_num_queries(20) as queries:
        response = admin_client.get(LIST)
    assert not any('"django_vyte_event"."data"' in query["sql"] for query in queries)
    assert "data" in response.context["cl"].result_list[0].get_deferred_fields()


@pytest.mark.parametrize(
    "words",
    ["Kick-off", "abc123", "JANE@acme.com", "ann@example.com", "project_7", "kick ann@example.com"],
)
def test_a_meeting_is_found_by(words, admin_client, team):
    event = make(team, 7, title="Kick-off", creator_email="jane@acme.com")
    Event.objects.filter(pk=event.pk).update(vyte_id="abc123")
    Invitee.objects.filter(email="everyone@example.com").update(email="ann@example.com")
    make(team, 8)
    assert titles(admin_client.get(LIST, {"q": words})) == ["Kick-off"]


def test_a_meeting_with_several_matching_invitees_is_found_once(admin_client, team):
    make(team, 1)
    assert titles(admin_client.get(LIST, {"q": "example.com"})) == ["Meeting 1"]


def test_the_list_is_filtered_by_what_is_ahead(admin_client, team):
    make(team, -2)
    make(team, 2)
    now = timezone.now()
    make(
        team,
        0,
        title="Going on",
        starts_at=now - dt.timedelta(minutes=5),
        ends_at=now + dt.timedelta(hours=1),
    )
    make(team, 9, title="Open", starts_at=None, ends_at=None)
    assert set(titles(admin_client.get(LIST, {"when": "upcoming"}))) == {"Meeting 2", "Going on"}
    assert titles(admin_client.get(LIST, {"when": "past"})) == ["Meeting -2"]
    assert titles(admin_client.get(LIST, {"when": "undated"})) == ["Open"]
    assert len(titles(admin_client.get(LIST, {"when": "nonsense"}))) == 4


@pytest.mark.parametrize(
    "query", [{"status__exact": "planning"}, {"is_booking__exact": "0"}, {"starts_at__year": "2027"}]
)
def test_the_list_takes_the_other_filters(query, admin_client, event):
    Event.objects.update(starts_at="2027-01-05T10:00:00Z")
    assert titles(admin_client.get(LIST, query)) == ["Kick-off"]


def test_the_status_is_a_word_and_not_only_a_colour(admin_client, event):
    assert '<span class="vyte-badge vyte-badge-planning">planning</span>' in admin_client.get(LIST).text


def test_the_page_shows_votes_people_groups_history_and_data(admin_client, event):
    event.refresh()
    event.confirm(date_id=event.dates[1].id, place_id=event.places[1].id)
    page = admin_client.get(reverse("admin:django_vyte_event_change", args=[event.pk])).text
    assert page.count("✓ chosen") == 2
    for shown in (
        "Jan. 6, 2027, 10 a.m.",
        "Office",
        "ann@example.com",
        "project_1",
        "a webhook call",
        event.vyte_id,
    ):
        assert shown in page
    assert "Status: planning → confirmed" in page
    assert "&quot;invitees_length&quot;" in page
    assert "key_store" not in page


def test_the_page_costs_the_same_number_of_queries_however_long_the_history_is(
    admin_client, event, django_assert_num_queries
):
    address = reverse("admin:django_vyte_event_change", args=[event.pk])
    admin_client.get(address)
    with django_assert_num_queries(8) as few:
        admin_client.get(address)
    change = event.changes.first()
    for _ in range(60):
        change.pk = None
        change.save(force_insert=True)
    with django_assert_num_queries(len(few)):
        page = admin_client.get(address)
    assert len(page.context["history"]) == 50


def test_a_page_shows_what_its_reader_may_see_and_do(login, event):
    page = login("view_event").get(reverse("admin:django_vyte_event_change", args=[event.pk])).text
    assert "Kick-off" in page
    assert "ann@example.com" not in page.split("vyte-raw")[0]
    assert "vyte-history" not in page
    assert "vyte-verbs" not in page


def test_the_buttons_fit_the_state_of_the_meeting(admin_client, event):
    address = reverse("admin:django_vyte_event_change", args=[event.pk])

    def buttons() -> list[str]:
        return [verb for verb, _ in admin_client.get(address).context["verbs"]]

    assert buttons() == ["confirm", "cancel", "refresh"]
    Event.objects.update(status="confirmed")
    assert buttons() == ["cancel", "refresh"]
    Event.objects.update(status="cancelled")
    assert buttons() == ["refresh"]


def test_nothing_of_a_mirrored_meeting_can_be_edited_added_or_deleted(admin_client, event):
    address = reverse("admin:django_vyte_event_change", args=[event.pk])
    assert admin_client.post(address, {"title": "Mine now"}).status_code == 403
    assert admin_client.get("/admin/django_vyte/event/add/").status_code == 403
    assert admin_client.post(reverse("admin:django_vyte_event_delete", args=[event.pk])).status_code == 403
    event.refresh_from_db()
    assert event.title == "Kick-off"


def test_markup_in_a_title_is_text(admin_client, team):
    event = make(
        team, 1, title="<script>alert(1)</script>", place_address="javascript:alert(1)", place_name="<b>"
    )
    for address in (LIST, reverse("admin:django_vyte_event_change", args=[event.pk])):
        page = admin_client.get(address).text
        assert "<script>alert" not in page
        assert 'href="javascript' not in page


def test_a_video_call_is_a_link(admin_client, team):
    event = make(team, 1, place_name="Meet", place_address="https://meet.example.com/x?a=1&b=2")
    page = admin_client.get(reverse("admin:django_vyte_event_change", args=[event.pk])).text
    assert '<a href="https://meet.example.com/x?a=1&amp;b=2" rel="noopener noreferrer">' in page


def test_undecided_meetings_are_not_last(admin_client, team):
    today = timezone.now()
    make(team, 1, vyte_updated_at=today - dt.timedelta(days=2))
    make(team, 2, starts_at=None, ends_at=None, vyte_updated_at=today)
    make(team, 3, vyte_updated_at=today - dt.timedelta(days=1), vyte_created_at="2026-12-24T12:00:00Z")
    page = admin_client.get(LIST)
    assert titles(page) == ["Meeting 2", "Meeting 3", "Meeting 1"]
    assert "Dec. 24, 2026" in page.text


def test_an_address_breaks_at_its_sign_only(admin_client, team):
    make(team, 1, creator_email="jane@acme.com")
    assert '<td class="field-organiser">jane@<wbr>acme.com<wbr></td>' in admin_client.get(LIST).text


@pytest.mark.parametrize(
    ("is_booking", "words"), [(True, "Yes, through the organiser&#x27;s booking page"), (False, ">No<")]
)
def test_whether_it_is_a_booking_cannot_be_misread(is_booking, words, admin_client, team):
    event = make(team, 1, is_booking=is_booking)
    assert words in admin_client.get(reverse("admin:django_vyte_event_change", args=[event.pk])).text


def test_history_is_what_happened_to_the_meeting(admin_client, login, event):
    address = reverse("admin:django_vyte_event_change", args=[event.pk])
    history = f"/admin/django_vyte/eventchange/?event__id__exact={event.pk}"
    assert f'<a href="{history}" class="historylink">' in admin_client.get(address).text
    assert len(admin_client.get(history).context["cl"].result_list) == 1
    assert "historylink" not in login("view_event").get(address).text


@pytest.mark.parametrize(
    ("codenames", "shown"),
    [
        (["view_event"], False),
        (["view_event", "view_invitee"], False),
        (["view_event", "view_invitee", "view_eventgroup"], True),
    ],
)
def test_vytes_data_is_for_those_who_may_see_all_that_it_names(login, team, codenames, shown):
    event = make(team, 1, data={"_id": "x", "invitees": [{"email": "hidden@example.com"}]})
    page = login(*codenames).get(f"{LIST}{event.pk}/change/").content.decode()
    assert ("hidden@example.com" in page) is shown


def test_whole_days_are_shown_with_their_end_in_the_list_and_on_the_page(admin_client, team):
    days = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (7, 10)]
    event = make(team, 1, starts_at=days[0], ends_at=days[1], all_day=True, timezone="America/New_York")
    address = reverse("admin:django_vyte_event_change", args=[event.pk])
    for page in (LIST, address):
        assert "Jan. 7, 2026 – Jan. 9, 2026, all day" in admin_client.get(page).text


def test_a_time_zone_that_is_not_known_is_named(admin_client, team):
    event = make(team, 1, timezone="<Bureau>")
    page = admin_client.get(reverse("admin:django_vyte_event_change", args=[event.pk])).text
    assert "in the time zone “&lt;Bureau&gt;”, which is not known here: UTC stands in" in page


def test_proposals_of_different_length_can_be_told_apart(team):
    dates = [{"date": "2026-01-07", "end_date": f"2026-01-{day}", "all_day": True} for day in ("08", "10")]
    event = make(team, 1, timezone="Romance Standard Time")
    event.data = {"timezone": event.timezone, "dates": dates}
    assert [option.text for option in date_options(event)] == [
        "Jan. 7, 2026, all day",
        "Jan. 7, 2026 – Jan. 9, 2026, all day",
    ]


def test_the_page_of_an_event_leads_to_vyte_and_says_how_old_its_votes_are(admin_client, event, settings):
    address = reverse("admin:django_vyte_event_change", args=[event.pk])
    assert "Votes as of" in admin_client.get(address).text
    settings.VYTE = {**settings.VYTE, "EVENT_PATH": "/event/{event_id}", "WEB_URL": "https://www.vyte.in"}
    assert f'<a href="https://www.vyte.in/event/{event.vyte_id}" rel=' in admin_client.get(address).text
