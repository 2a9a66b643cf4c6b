"""Links: what they say to Vyte, and what they refuse to say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from django_vyte import links

APP = "569c2e2fa28cc30300778c4c"
SECRET = "cfsvut1yp6dd2nuwkxjo"
JANE = "jane.doe@acme.com"
JANES_TOKEN = "c56675c718dec0566c0f6eb1256d12d4dc7eda779a4f690dcc3f26fc8d312ca8"
CREATE = [links.add_invitees_url, links.add_details_url]


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def user(email: str, name: str = "") -> Any:
    return SimpleNamespace(email=email, get_full_name=lambda: name)


def add_invitees(**details: Any) -> dict[str, str]:
    return query(links.add_invitees_url(APP, **details))


def test_the_documented_token_is_computed():
    assert links.creator_token(SECRET, JANE) == JANES_TOKEN


def test_secret_and_email_are_utf_8():
    assert links.creator_token("clé", "zoë@exämple.com") == (
        "8785e756a563d46083498a46897bbd7914ebb06450dff21e6e3499c89375ad78"
    )


@pytest.mark.parametrize(("secret", "email"), [("", JANE), (SECRET, "")])
def test_nothing_is_signed_with_an_empty_secret_or_for_nobody(secret, email):
    with pytest.raises(ValueError, match="signed"):
        links.creator_token(secret, email)


def test_a_full_link_reads_exactly_like_this():
    url = links.add_invitees_url(
        APP,
        secret=SECRET,
        creator_email=JANE,
        creator_name="Jane Doe",
        group_ids=["project_85fc5", "project_2"],
        title="Kick-off & más",
        message="Hi Martin,\nsee you + bye",
        invitees=[("martin@vytein.com", "Martin Saint-Macary"), "bob@acme.com"],
        places=[("Skype", "martin.saint-macary"), "Café"],
    )
    assert url == (
        "https://www.vyte.in/add_invitees?aid=569c2e2fa28cc30300778c4c&agid=project_85fc5%2Cproject_2"
        "&cm=jane.doe%40acme.com&cn=Jane%20Doe"
        f"&ct={JANES_TOKEN}"
        "&em=Hi%20Martin%2C%0Asee%20you%20%2B%20bye&et=Kick-off%20%26%20m%C3%A1s"
        "&im=martin%40vytein.com%7Cbob%40acme.com&in=Martin%20Saint-Macary"
        "&places=Skype%7Cmartin.saint-macary%7C%7CCaf%C3%A9"
    )


@pytest.mark.parametrize("create", CREATE)
def test_a_link_with_nothing_but_the_app_asks_for_nothing_else(create):
    assert urlsplit(create(APP)).query == f"aid={APP}"


def test_both_steps_take_the_same_parameters():
    details: dict[str, Any] = {"secret": SECRET, "creator_email": JANE, "title": "x", "places": ["y"]}
    first, second = (urlsplit(create(APP, **details)) for create in CREATE)
    assert (first.path, second.path) == ("/add_invitees", "/add_details")
    assert first.query == second.query


@pytest.mark.parametrize("create", CREATE)
def test_a_link_needs_an_app(create):
    with pytest.raises(ValueError, match="app_id"):
        create("")


@pytest.mark.parametrize("create", CREATE)
def test_a_misspelt_detail_is_refused(create):
    with pytest.raises(TypeError, match="tittle"):
        create(APP, tittle="Kick-off")


def test_a_creator_without_a_secret_is_refused():
    with pytest.raises(ValueError, match="give the secret"):
        links.add_invitees_url(APP, creator_email=JANE)


def test_without_a_creator_nothing_is_signed():
    assert add_invitees(secret=SECRET, creator_name="Jane") == {"aid": APP, "cn": "Jane"}


def test_empty_values_are_left_out():
    empty: dict[str, Any] = dict.fromkeys(("title", "message", "creator_email", "group_ids", "invitees"), "")
    assert add_invitees(**empty, places="", secret=None, creator_name=None) == {"aid": APP}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("project_1", "project_1"),
        (7, "7"),
        (SimpleNamespace(vyte_group_id="crm.project:7"), "crm.project:7"),
        ([SimpleNamespace(vyte_group_id="a"), "b", 3], "a,b,3"),
        ((group for group in ["a b", "ü&"]), "a b,ü&"),
    ],
)
def test_groups_are_ids_or_objects_one_or_several(given, expected):
    assert add_invitees(group_ids=given)["agid"] == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["a,b"], "comma"),
        (["a", ""], "empty"),
        ([SimpleNamespace(vyte_group_id=None)], "save the object first"),
        (SimpleNamespace(vyte_group_id=""), "empty"),
    ],
)
def test_a_group_id_that_would_be_read_as_others_is_refused(given, reason):
    with pytest.raises(ValueError, match=reason):
        links.add_invitees_url(APP, group_ids=given)


@pytest.mark.parametrize(
    ("given", "emails", "names"),
    [
        ("a@x.org", "a@x.org", None),
        (["a@x.org", "b@x.org"], "a@x.org|b@x.org", None),
        ([("a@x.org", "Ann"), ("b@x.org", "Björn")], "a@x.org|b@x.org", "Ann|Björn"),
        (
            [user("a@x.org", "Ann"), SimpleNamespace(email="b@x.org", full_name="Bo")],
            "a@x.org|b@x.org",
            "Ann|Bo",
        ),
        ([("a@x.org", ""), ("b@x.org", " ")], "a@x.org|b@x.org", None),
        ([SimpleNamespace(email="a@x.org")], "a@x.org", None),
        ([("a@x.org", "Ann"), "b@x.org"], "a@x.org|b@x.org", "Ann"),
    ],
)
def test_invitees_are_addresses_pairs_or_people(given, emails, names):
    got = add_invitees(invitees=given)
    assert (got["im"], got.get("in")) == (emails, names)


@pytest.mark.parametrize("nameless", ["z@x.org", ("z@x.org", None), user("z@x.org")])
def test_somebody_without_a_name_does_not_take_anothers(nameless):
    got = add_invitees(invitees=[nameless, ("a@x.org", "Ann")])
    assert (got["im"], got["in"]) == ("a@x.org|z@x.org", "Ann")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["a|b@x.org"], r"email 'a\|b@x.org' has a '\|'"),
        ([("a@x.org", "Ann | Acme")], r"name 'Ann \| Acme' has a '\|'"),
        ([("a@x.org", ""), ("b@x.org", "Bo")], "empty and would shift the others: give the email alone"),
        ([("b@x.org", "Bo"), ("a@x.org", " ")], "empty and would shift"),
        ([user("", "Ann")], r"\(Ann\) has no email"),
        (["a@x.org", ""], "no email"),
    ],
)
def test_an_invitee_that_would_become_somebody_else_is_refused(given, reason):
    with pytest.raises(ValueError, match=reason):
        links.add_invitees_url(APP, invitees=given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Skype", "Skype"),
        (["Skype", "Café"], "Skype||Café"),
        ([("Skype", "ann"), ("Office", None), ("Hall", ""), ["Meet", "https://x/?a=b&c"]],
         "Skype|ann||Office||Hall||Meet|https://x/?a=b&c"),
    ],
)  # fmt: skip
def test_places_are_names_or_pairs(given, expected):
    assert add_invitees(places=given)["places"] == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([("", "1 Main Street")], "empty name"),
        ([" "], "empty name"),
        (["Skype|ann"], "place's name .* replace it"),
        ([("Skype", "ann||Office")], "place's address .* replace it"),
    ],
)
def test_a_place_that_would_become_another_is_refused(given, reason):
    with pytest.raises(ValueError, match=reason):
        links.add_invitees_url(APP, places=given)


def test_a_booking_page_reads_exactly_like_this():
    url = links.booking_page_url(
        "emma",
        duration=20,
        title="Meeting {{invitee}}",
        name="John Doe",
        email="john.doe@domain.com",
        company="Acme",
        phone="+33 1",
        message="Hello",
        places=[("Skype", "john")],
        app_id=APP,
        group_ids="g",
        embed=True,
        start=date(2026, 1, 2),
    )
    assert url == (
        "https://www.vyte.in/emma/20?embed&cn=John%20Doe&cm=john.doe%40domain.com&cc=Acme&cp=%2B33%201&em=Hello"
        f"&et=Meeting%20%7B%7Binvitee%7D%7D&places=Skype%7Cjohn&aid={APP}&agid=g&start=2026-01-02"
    )


def test_a_bare_booking_page_has_no_question_mark():
    assert links.booking_page_url("emma") == "https://www.vyte.in/emma"
    assert links.booking_page_url("emma", embed=True) == "https://www.vyte.in/emma?embed"


def test_a_nickname_is_quoted():
    assert links.booking_page_url("zoë & co?") == "https://www.vyte.in/zo%C3%AB%20%26%20co%3F"


@pytest.mark.parametrize(
    "nickname", ["", " ", "a/b", "..", ".", "a..b", "\\", "emma ", "https://www.vyte.in/emma"]
)
def test_what_cannot_be_a_nickname_is_refused(nickname):
    with pytest.raises(ValueError, match="nickname"):
        links.booking_page_url(nickname)


@pytest.mark.parametrize("duration", [90, timedelta(hours=1, minutes=30)])
def test_a_duration_is_minutes_or_a_timedelta(duration):
    assert links.booking_page_url("emma", duration=duration) == "https://www.vyte.in/emma/90"


@pytest.mark.parametrize("duration", [0, -5, 1.5, timedelta(seconds=90), timedelta(0)])
def test_a_duration_that_is_no_number_of_minutes_is_refused(duration):
    with pytest.raises(ValueError, match="whole number of minutes"):
        links.booking_page_url("emma", duration=duration)


def test_a_group_without_an_app_is_refused():
    with pytest.raises(ValueError, match="give the app_id"):
        links.booking_page_url("emma", group_ids=["g"])


def test_a_moment_is_not_a_day():
    with pytest.raises(TypeError, match="give a date"):
        links.booking_page_url("emma", start=datetime(2026, 1, 1, 23, tzinfo=UTC))


def test_joining_uses_the_brand_and_names_the_user():
    url = links.join_url("14ce14c8", extid="user 555&42", subdomain="MyCoolApp")
    assert url == "https://mycoolapp.vyte.in/organizations/14ce14c8/join?extid=user%20555%2642"
    assert links.join_url("14ce14c8", extid=0).endswith("/join?extid=0")
    assert links.join_url("14ce14c8") == "https://www.vyte.in/organizations/14ce14c8/join"


def test_the_path_to_join_is_a_setting(settings):
    settings.VYTE = {
        **settings.VYTE,
        "JOIN_PATH": "/teams/{team_id}/join",
        "WEB_URL": "https://www.vyte.example/",
    }
    assert links.join_url("t", subdomain="acme") == "https://acme.vyte.example/teams/t/join"


def test_a_local_host_has_no_brand():
    url = links.join_url("t", subdomain="acme", web_url="http://127.0.0.1:8000")
    assert url == "http://127.0.0.1:8000/organizations/t/join"


@pytest.mark.parametrize("subdomain", ["a.b", "evil.example/", "-a", "a b", "a@b", "é"])
def test_a_brand_that_would_lead_elsewhere_is_refused(subdomain):
    with pytest.raises(ValueError, match="subdomain"):
        links.join_url("t", subdomain=subdomain)


@pytest.mark.parametrize("team_id", ["", "..", "a/b"])
def test_what_cannot_be_a_team_is_refused(team_id):
    with pytest.raises(ValueError, match="team id"):
        links.join_url(team_id)


def test_the_web_host_is_a_setting_and_an_argument(settings):
    settings.VYTE = {**settings.VYTE, "WEB_URL": "http://127.0.0.1:8001/"}
    assert links.add_details_url(APP) == f"http://127.0.0.1:8001/add_details?aid={APP}"
    assert (
        links.add_details_url(APP, web_url="http://localhost/") == f"http://localhost/add_details?aid={APP}"
    )
    assert links.booking_page_url("emma", web_url="http://localhost") == "http://localhost/emma"


def test_text_that_is_not_text_is_refused():
    with pytest.raises(ValueError, match="surrogates"):
        links.add_invitees_url(APP, title="\ud800")
