"""The template tags: what a page of a project ends up with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import AnonymousUser, User
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone
from django.utils.html import strip_tags

from django_vyte import links

SECRET = "cfsvut1yp6dd2nuwkxjo"
JANE = "jane.doe@acme.com"
APP = SimpleNamespace(app_id="569c2e2fa28cc30300778c4c", secret=SECRET)
EVIL = """"><script>alert('&amp;')</script>"""


class Links(HTMLParser):
    """Collects what a browser would go to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value or "" for name, value in attrs if name == "href"]


def render(source: str, **context: Any) -> str:
    return Template("{% load vyte %}" + source).render(Context(context))


def followed(source: str, **context: Any) -> tuple[str, dict[str, str]]:
    """Path and parameters of the one link that a browser finds in the page."""
    page = Links()
    page.feed(render(source, **context))
    assert page.tags == ["a"]
    url = urlsplit(page.found[0])
    return url.path, dict(parse_qsl(url.query, keep_blank_values=True))


def jane() -> User:
    return User(username="jane", first_name="Jane", last_name="Döe", email=JANE)


CREATE = "app=app creator=user group=project title='Kick-off' invitees=people places=places message=text"


@pytest.mark.parametrize(
    "source",
    [
        '<a href="{% vyte_TAG ARGS %}">x</a>',
        "<a href='{% vyte_TAG ARGS %}'>x</a>",
        '{% vyte_TAG ARGS as url %}<a href="{{ url }}">x</a>',
    ],
)
@pytest.mark.parametrize("tag", ["add_invitees_url", "add_details_url"])
def test_a_browser_follows_exactly_the_link_that_was_made(source, tag):
    path, parameters = followed(
        source.replace("TAG", tag).replace("ARGS", CREATE),
        app=APP,
        user=jane(),
        project=SimpleNamespace(vyte_group_id="project_1"),
        people=[("bob@acme.com", EVIL), "ann@acme.com"],
        places=[("Office", "1 & 2 Main Street")],
        text=EVIL,
    )
    assert path == f"/{tag.removesuffix('_url')}"
    assert parameters == {
        "aid": APP.app_id,
        "agid": "project_1",
        "cm": JANE,
        "cn": "Jane Döe",
        "ct": links.creator_token(SECRET, JANE),
        "em": EVIL,
        "et": "Kick-off",
        "im": "bob@acme.com|ann@acme.com",
        "in": EVIL,
        "places": "Office|1 & 2 Main Street",
    }


def test_ampersands_are_escaped_once():
    for source in ("{% vyte_page_url 'emma' name='a' email='b' %}",
                   "{% vyte_page_url 'emma' name='a' email='b' as url %}{{ url }}"):  # fmt: skip
        assert render(source) == "https://www.vyte.in/emma?cn=a&amp;cm=b"


def test_without_autoescaping_the_address_is_plain():
    source = "{% autoescape off %}{% vyte_page_url 'emma' name='a' email='b' %}{% endautoescape %}"
    assert render(source) == "https://www.vyte.in/emma?cn=a&cm=b"


def test_text_marked_safe_is_still_encoded():
    _, parameters = followed('<a href="{% vyte_page_url "emma" title="\\"><b>" %}">x</a>')
    assert parameters == {"et": '"><b>'}


@pytest.mark.parametrize("creator", [AnonymousUser(), None, User(username="nobody")])
def test_nobody_is_signed_for_without_an_address(creator):
    source = '<a href="{% vyte_add_invitees_url app=app creator=user %}">x</a>'
    assert followed(source, app=APP, user=creator)[1] == {"aid": APP.app_id}


def test_a_creator_may_be_an_email():
    source = '<a href="{% vyte_add_invitees_url app=app creator="jane.doe@acme.com" %}">x</a>'
    expected = {"aid": APP.app_id, "cm": JANE, "ct": links.creator_token(SECRET, JANE)}
    assert followed(source, app=APP)[1] == expected


def test_what_the_page_does_not_know_is_left_out():
    unknown = "title=a invitees=b places=c message=d"
    source = '<a href="{% vyte_add_invitees_url app=app ' + unknown + ' %}">x</a>'
    assert followed(source, app=APP)[1] == {"aid": APP.app_id}


TAGS = ["vyte_add_invitees_url", "vyte_add_details_url", "vyte_page_url 'emma'"]


@pytest.mark.parametrize(
    ("source", "message"),
    [(f"{tag} app=app group=nope", f"{tag.split()[0]}: group is empty") for tag in TAGS]
    + [(f"{tag} app=nope", f"{tag.split()[0]}: app is empty") for tag in TAGS]
    + [
        ("vyte_add_invitees_url app=app group=nothing", "group is empty"),
        ("vyte_add_details_url app=app creator=nope", "vyte_add_details_url: creator is empty"),
        ("vyte_join_url nope", "vyte_join_url: team is empty"),
        ("vyte_join_url nothing extid=7", "vyte_join_url: team is empty"),
        ("vyte_join_url team extid=nope", "vyte_join_url: extid is empty"),
        ("vyte_events nope", "vyte_events: schedulable is empty"),
        ("vyte_events nothing", "vyte_events: schedulable is empty"),
    ],
)
def test_a_misspelt_variable_that_would_change_the_link_is_an_error(source, message):
    with pytest.raises(TemplateSyntaxError, match=message):
        render("{% " + source + " %}", app=APP, nothing=None, team=SimpleNamespace())


@pytest.mark.parametrize("tag", TAGS)
def test_an_argument_that_a_tag_does_not_have_is_answered_with_those_it_has(tag):
    with pytest.raises(
        TemplateSyntaxError, match=rf"{tag.split()[0]} has no argument titel\. .*group.*, title,"
    ):
        render("{% " + tag + " app=app titel='x' %}", app=APP)


def test_users_can_be_invited():
    source = '<a href="{% vyte_add_details_url app=app invitees=people %}">x</a>'
    parameters = followed(source, app=APP, people=[jane(), User(email="bob@acme.com")])[1]
    assert (parameters["im"], parameters["in"]) == (f"{JANE}|bob@acme.com", "Jane Döe")


def test_what_cannot_be_said_in_a_link_stops_the_page():
    with pytest.raises(ValueError, match="replace it"):
        render("{% vyte_add_invitees_url app=app places='a|b' %}", app=APP)


def test_a_booking_page_takes_everything_it_documents():
    source = (
        '<a href="{% vyte_page_url "emma" duration=20 title="t" name="n" email="e" company="c" phone="p"'
        ' message="m" places="Skype" embed=True app=app group="g" start=day %}">x</a>'
    )
    path, parameters = followed(source, app=APP, day=datetime(2026, 1, 2, tzinfo=UTC).date())
    assert path == "/emma/20"
    assert parameters == {
        "cn": "n", "cm": "e", "cc": "c", "cp": "p", "em": "m", "et": "t", "places": "Skype",
        "aid": APP.app_id, "agid": "g", "start": "2026-01-02", "embed": "",
    }  # fmt: skip
    assert "/20?embed&amp;cn=" in render(source, app=APP)


def test_a_booking_page_needs_no_app():
    assert render("{% vyte_page_url 'emma' duration=missing start=missing %}") == "https://www.vyte.in/emma"


def test_joining_is_asked_of_the_team():
    from django_vyte.models import Team

    team = Team(vyte_id="t1", subdomain="acme")
    assert render("{% vyte_join_url team extid=7 %}", team=team) == (
        "https://acme.vyte.in/organizations/t1/join?extid=7"
    )


@pytest.fixture
def only_app(db: None) -> Any:
    from django_vyte.models import ThirdPartyApp

    return ThirdPartyApp.objects.create(app_id="a1", secret=SECRET, name="CRM")


@pytest.mark.parametrize("tag", ["vyte_add_invitees_url", "vyte_add_details_url", "vyte_page_url 'emma'"])
def test_the_only_app_need_not_be_named(only_app, tag):
    assert "aid=a1&amp;agid=g" in render("{% " + tag + " group='g' %}")


def test_the_only_apps_secret_signs(only_app):
    source = '<a href="{% vyte_add_invitees_url creator=user %}">x</a>'
    assert followed(source, user=jane())[1]["ct"] == links.creator_token(SECRET, JANE)


def test_of_several_apps_the_oldest_is_used_unless_one_is_named(only_app):
    type(only_app).objects.create(app_id="a2", secret=SECRET, name="A shop")
    assert "aid=a1" in render("{% vyte_add_invitees_url %}")
    assert "aid=a2" in render(
        "{% vyte_add_invitees_url app=app %}", app=type(only_app).objects.get(app_id="a2")
    )


@pytest.mark.django_db
def test_without_any_app_the_page_says_what_is_missing():
    with pytest.raises(TemplateSyntaxError, match=r"none is registered here\. Add one in the admin"):
        render("{% vyte_add_invitees_url %}")


# Lists of meetings


@pytest.fixture
def team(db: None) -> Any:
    from django_vyte.models import Team

    return Team.objects.create(vyte_id="t1", name="ACME")


@pytest.fixture
def project() -> Any:
    """An object with a group; what else an object needs is in the tests of the models."""
    from django_vyte.models import Event

    class Project:
        vyte_group_id = "project_1"
        vyte_events = property(lambda self: Event.objects.for_group(self))

    return Project()


Add = Callable[..., Any]


@pytest.fixture
def add(team) -> Add:
    """Makes a meeting of the group ``project_1``."""
    from django_vyte.models import Event, EventGroup

    def add(title: str = "", **fields: Any) -> Event:
        count = Event.objects.count()
        made = Event.objects.create(
            team=team, vyte_id=f"e{count}", title=title, **{"as_of": AS_OF, "fingerprint": "x", **fields}
        )
        EventGroup.objects.create(event=made, group_id="project_1")
        return made

    return add


AS_OF = datetime(2026, 1, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def listed(project: Any, arguments: str = "", **context: Any) -> str:
    with timezone.override(UTC):
        source = "{% vyte_events project " + arguments + " %}"
        return " ".join(render(source, project=project, **context).split())


def test_meetings_are_listed_with_time_zone_and_place(project, add):
    add(
        "<Kick-off>",
        status="confirmed",
        starts_at=datetime(2026, 1, 2, 9, 20, tzinfo=UTC),
        ends_at=datetime(2026, 1, 2, 10, tzinfo=UTC),
        timezone="Europe/Paris",
        place_name="Meet",
        place_address='https://meet.example/x"y',
    )
    page = listed(project)
    assert "&lt;Kick-off&gt;" in page
    assert "vyte-event-confirmed" in page
    assert (
        '<time datetime="2026-01-02T10:20:00+01:00">Jan. 2, 2026, 10:20 a.m.</time> – '
        '<time datetime="2026-01-02T11:00:00+01:00">11 a.m.</time> '
        '<span class="vyte-event-zone">(Paris, UTC+01:00)</span>'
    ) in page
    assert '<a href="https://meet.example/x&quot;y" rel="noopener">' in page
    assert "style" not in page


@pytest.mark.parametrize("zone", ["'Asia/Tokyo'", "zone"])
def test_times_can_be_in_the_zone_of_who_reads_them(project, add, zone):
    add(starts_at=datetime(2026, 1, 2, 9, tzinfo=UTC), timezone="Europe/Paris")
    page = listed(project, f"timezone={zone}", zone=ZoneInfo("Asia/Tokyo"))
    assert '6 p.m.</time> <span class="vyte-event-zone">(Tokyo, UTC+09:00)' in page


def test_a_zone_that_is_not_known_is_said_so(project, add):
    add(starts_at=datetime(2026, 1, 2, 9, tzinfo=UTC), timezone="<Bureau>")
    page = listed(project)
    assert '9 a.m.</time> <span class="vyte-event-zone">(UTC)</span>' in page
    assert "in the time zone “&lt;Bureau&gt;”, which is not known here" in page


def test_an_address_that_is_no_https_link_is_text(project, add):
    add(place_name="x", place_address="javascript:alert(1)")
    assert "javascript" not in str(re.findall(r'href="(.*?)"', listed(project)))


def test_whole_days_have_their_end_and_no_hours(project, add):
    days = {"all_day": True, "timezone": "Europe/Paris", "status": "confirmed"}
    add(starts_at=datetime(2026, 1, 6, 23, tzinfo=UTC), ends_at=datetime(2026, 1, 9, 23, tzinfo=UTC), **days)
    add(starts_at=datetime(2026, 1, 2, tzinfo=UTC), **days)
    page = listed(project)
    assert (
        '<time datetime="2026-01-07">Jan. 7, 2026</time> – <time datetime="2026-01-09">Jan. 9, 2026</time>'
        in page
    )
    assert '<time datetime="2026-01-02">Jan. 2, 2026</time>' in page
    assert "vyte-event-zone" not in page


def test_a_planned_meeting_shows_its_dates_their_votes_and_where_to_vote(project, add, settings):
    settings.VYTE = {**settings.VYTE, "EVENT_PATH": "/event/{event_id}"}
    vote = {"created_by": {}}
    dates = [
        {"date": "2026-01-07T09:00Z", "end_date": "2026-01-07T10:00Z", "votes": {"yes": [vote] * 3}},
        {"date": "2026-01-07", "end_date": "2026-01-08", "all_day": True, "votes": {"no": [vote]}},
        {"date": "2026-01-07", "end_date": "2026-01-10", "all_day": True},
        {"date": "some day"},
    ]
    people = [{"email": f"p{number}@example.com"} for number in range(4)]
    add(
        "Kick-off",
        timezone="Europe/Paris",
        data={"timezone": "Europe/Paris", "dates": dates, "invitees": people},
    )
    page = listed(project)
    texts = [" ".join(strip_tags(item).split()) for item in re.findall(r"<li> (.*?)</li>", page)]
    assert texts == [
        "Jan. 7, 2026, 10 a.m. – 11 a.m. (Paris, UTC+01:00) 3 of 4 can",
        "Jan. 7, 2026 0 of 4 can",
        "Jan. 7, 2026 – Jan. 9, 2026 0 of 4 can",
        "a date that cannot be read 0 of 4 can",
    ]
    assert 'Votes as of <time datetime="2026-01-01T09:00:00+01:00">Jan. 1, 2026, 9 a.m.</time>' in page
    assert (
        '<a class="vyte-event-link" href="https://www.vyte.in/event/e0" rel="noopener">Vote on “Kick-off” at Vyte'
        in page
    )


def test_links_lead_to_vyte_where_no_address_of_a_meeting_is_known(project, add):
    add(status="confirmed")
    add(status="cancelled")
    assert re.findall(r'href="(.*?)"', listed(project)) == ["https://www.vyte.in/"]


def test_what_comes_next_is_first_and_what_is_over_is_last(project, add, time_machine):
    time_machine.move_to(NOW)
    hour = timedelta(hours=1)
    add("long over", status="confirmed", starts_at=NOW - 9 * hour, ends_at=NOW - 8 * hour)
    add("just over", status="confirmed", starts_at=NOW - 2 * hour, ends_at=NOW - hour)
    add("off", status="cancelled", starts_at=NOW + hour)
    add("later", status="confirmed", starts_at=NOW + 2 * hour)
    add("running", status="confirmed", starts_at=NOW - hour, ends_at=NOW + hour)
    add("plan")
    page = listed(project)
    assert re.findall(r"<strong>(.*?)</strong>", page) == [
        "running", "later", "plan", "off", "just over", "long over",
    ]  # fmt: skip
    assert re.findall(r'status">(.*?)<', page) == [
        "confirmed", "confirmed", "planning", "cancelled", "over", "over",
    ]  # fmt: skip


@pytest.mark.parametrize(("arguments", "shown"), [("", 20), ("limit=3", 3), ("limit=count", 22)])
def test_the_list_is_cut_off_and_says_so(project, add, arguments, shown, django_assert_num_queries):
    for number in range(22):
        add(f"m{number}")
    with django_assert_num_queries(1):
        page = listed(project, arguments, count=22)
    assert page.count("<strong>") == shown
    assert ("There are more meetings." in page) is (shown < 22)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("limit=0", "limit is 0"),
        ("limit='x'", "limit is 'x'"),
        ("timezone='Nowhere'", "no time zone 'Nowhere'"),
        ("timezone=nope", "timezone is empty"),
    ],
)
def test_arguments_of_a_list_that_cannot_be_meant_are_errors(project, arguments, message):
    with pytest.raises(TemplateSyntaxError, match=message):
        listed(project, arguments)


def test_no_meetings_are_said_so(project, db):
    assert "No meetings yet." in listed(project)


def test_a_prefetched_list_makes_no_query(project, add, django_assert_num_queries):
    from django_vyte.models.meetings import prefetch_meetings

    for number in range(5):
        add(f"m{number}")
    prefetch_meetings([project], limit=2)
    with django_assert_num_queries(0):
        page = listed(project)
    assert page.count("<strong>") == 2
    assert "There are more meetings." in page


def test_a_single_meeting_says_when_it_is(add):
    start = datetime(2026, 1, 2, 9, 20, tzinfo=UTC)
    meeting = add(starts_at=start, ends_at=start + timedelta(hours=1), timezone="Europe/Paris")
    source = "{{ meeting|vyte_when }}|{{ planned|vyte_when }}|{{ none|vyte_when }}"
    page = render(source, meeting=meeting, planned=add(), none=None)
    assert page == "Jan. 2, 2026, 10:20 a.m. – 11:20 a.m. (Paris, UTC+01:00)||"


def test_an_app_whose_secret_no_key_decrypts_leaves_the_link_unsigned(only_app, settings, caplog):
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": [Fernet.generate_key().decode()]}
    stored = type(only_app).objects.get()
    for source in ("vyte_add_invitees_url creator=user", "vyte_add_details_url app=app creator=user"):
        link = '<a href="{% ' + source + ' %}">x</a>'
        assert followed(link, user=jane(), app=stored)[1] == {"aid": "a1"}
    assert "not signed" in caplog.text
