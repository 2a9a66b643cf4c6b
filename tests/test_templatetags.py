"""The template tags: what a page of a project ends up with."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone

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


def event(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"title": "", "status": "planning", "get_status_display": "planning", **fields})


def listed(*events: SimpleNamespace) -> str:
    project = SimpleNamespace(vyte_events=SimpleNamespace(all=lambda: list(events)))
    with timezone.override(UTC):
        return " ".join(render("{% vyte_events project %}", project=project).split())


def test_meetings_are_listed_with_time_and_place():
    page = listed(
        event(
            title="<Kick-off>",
            status="confirmed",
            get_status_display="confirmed",
            starts_at=datetime(2026, 1, 2, 9, tzinfo=UTC),
            ends_at=datetime(2026, 1, 2, 10, 30, tzinfo=UTC),
            place_name="Meet",
            place_address='https://meet.example/x"y',
        )
    )
    assert "&lt;Kick-off&gt;" in page
    assert "vyte-event-confirmed" in page
    assert '<time datetime="2026-01-02T10:30:00+00:00">10:30 a.m.</time>' in page
    assert '<a href="https://meet.example/x&quot;y" rel="noopener">' in page


def test_an_address_that_is_no_https_link_is_text():
    assert "<a " not in listed(event(place_name="x", place_address="javascript:alert(1)"))


def test_a_meeting_of_several_days_says_when_it_ends():
    page = listed(
        event(starts_at=datetime(2026, 1, 2, 9, tzinfo=UTC), ends_at=datetime(2026, 1, 4, 9, tzinfo=UTC))
    )
    assert "Jan. 4, 2026" in page


def test_a_whole_day_has_no_hours():
    page = listed(
        event(
            all_day=True,
            starts_at=datetime(2026, 1, 2, tzinfo=UTC),
            first_day=datetime(2026, 1, 2, tzinfo=UTC).date(),
        )
    )
    assert '<time datetime="2026-01-02">Jan. 2, 2026</time>' in page


def test_a_meeting_being_planned_has_no_time():
    assert "<time" not in listed(event(title="Plans"))


def test_no_meetings_are_said_so():
    assert "No meetings yet." in listed()
