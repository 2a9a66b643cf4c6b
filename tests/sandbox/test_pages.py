from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest

from django_vyte.sandbox.web.rendering import when
from django_vyte.sandbox.world.signing import creator_token

APP, SECRET = "5f476269f795d9f0df561256", "cfsvut1yp6dd2nuwkxjo"
JANE = "jane.doe@acme.com"
TEAM = "5f198da1c1ac5d1a30fc00f3"
EVIL = '"><script>alert(1)</script>'


def link(path="/add_invitees", **changes):
    parameters = {
        "aid": APP,
        "agid": "project_1,project_2",
        "cm": JANE,
        "cn": "Jane Doe",
        "ct": creator_token(SECRET, JANE),
        "et": "Kick-off é",
        "em": "Hello",
        "im": "a@x.y|b@x.y",
        "in": "Ann|Bob",
        "places": "Skype|jane||Office",
        **changes,
    }
    return f"{path}?{urlencode({k: v for k, v in parameters.items() if v is not None}, quote_via=quote)}"


def heading(answer):
    return html.unescape(re.search("<h1>(.*?)</h1>", answer.text)[1])


def problem(answer):
    return html.unescape(re.search('role="alert">(.*?)</p>', answer.text)[1])


FORM = {
    "title": "Kick-off",
    "start": ["2027-03-01T10:00", "2027-03-02T10:00", ""],
    "end": ["2027-03-01T11:00", "2027-03-02T11:00", ""],
    "timezone": "Europe/Paris",
    "invitee_email": ["a@x.y", "b@x.y", ""],
    "invitee_name": ["Ann", "", ""],
    "place_name": ["Skype", "Office", ""],
    "place_address": ["jane", "", ""],
    "message": "Hello",
}


@pytest.mark.parametrize("path", ["/add_invitees", "/add_details"])
def test_a_signed_link_opens_a_form_that_is_filled_in(browser, path):
    answer = browser.get(link(path))
    assert answer.status_code == 200
    for value in (
        "Kick-off é",
        "a@x.y",
        "Ann",
        "b@x.y",
        "Bob",
        "Skype",
        "jane",
        "Office",
        "Hello",
        "project_2",
    ):
        assert value in answer.text


def test_a_forged_link_is_refused_by_the_name_of_the_app(browser):
    token = creator_token(SECRET, JANE)
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    for changes in ({"ct": forged}, {"cm": "eve@acme.com"}, {"ct": "é"}, {"aid": "569c2e2fa28cc30300778c4c"}):
        answer = browser.get(link(**changes))
        assert answer.status_code == 403
        assert re.match("This link was not signed by (acme|superapp)", heading(answer))
        assert browser.post(link(**changes), data=FORM).status_code == 403


def test_who_has_no_account_must_log_in_and_who_has_one_is_taken_to_be_logged_in(browser):
    for changes in ({"ct": None}, {"ct": None, "cm": None}):
        assert browser.get(link(**changes)).status_code == 401
    assert browser.get(link(ct=None, cm="jean.dupont@example.com")).status_code == 200


def test_a_link_of_an_unknown_app_is_a_400(browser):
    assert browser.get(link(aid="nope")).status_code == 400


def test_the_form_makes_the_event_and_leads_to_its_page(hooked, browser):
    answer = browser.post(link(), data=FORM)
    assert answer.status_code == 303
    event = hooked.state.events[answer.headers["Location"].rpartition("/")[2]]
    assert (event["title"], event["created_by"]["email"], event["created_by"]["full_name"]) == (
        "Kick-off", JANE, "Jane Doe")  # fmt: skip
    assert event["third_party"] == {"app": APP, "group_ids": ["project_1", "project_2"], "name": "acme"}
    assert [d["date"] for d in event["dates"]] == ["2027-03-01T09:00:00.000Z", "2027-03-02T09:00:00.000Z"]
    assert [(i["email"], i.get("full_name")) for i in event["invitees"][1:]] == [
        ("a@x.y", "Ann"),
        ("b@x.y", None),
    ]
    assert [(p["name"], p.get("address")) for p in event["places"]] == [("Skype", "jane"), ("Office", None)]
    assert event["messages"][0]["body"] == "Hello"
    assert [call.action for call in hooked.outbox] == ["event.created"]
    assert browser.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": " "}, "Give the meeting a title."),
        ({"start": ["soon"], "end": ["later"]}, "A date cannot be read"),
        ({"start": ["0001-01-01T00:00"], "end": ["0001-01-01T01:00"]}, "A date cannot be read"),
        ({"start": ["2027-03-01T11:00"], "end": ["2027-03-01T10:00"]}, "A date ends before it begins."),
        ({"start": ["2027-03-01T11:00"], "end": [""]}, "both its beginning and its end"),
        ({"start": [""], "end": ["2027-03-01T11:00"]}, "both its beginning and its end"),
        ({"timezone": "Mars"}, "There is no such timezone: Mars."),
        ({"invitee_email": ["", ""], "invitee_name": ["Ann", ""]}, "Ann cannot be invited without an email."),
        ({"invitee_email": ["ann"], "invitee_name": [""]}, "ann is no email."),
        (
            {"place_name": [""], "place_address": ["5 Main Street"]},
            "The address 5 Main Street needs the name",
        ),
    ],
)
def test_a_form_that_would_lose_something_is_shown_again_as_it_was(sandbox, browser, changes, reason):
    before = len(sandbox.state.events)
    answer = browser.post(link(), data={**FORM, "message": "Typed with care", **changes})
    assert answer.status_code == 400
    assert reason in problem(answer)
    for values in ({**FORM, "message": "Typed with care", **changes}).values():
        for value in [values] if isinstance(values, str) else values:
            assert value.strip() in answer.text
    assert len(sandbox.state.events) == before


def test_voting_deciding_and_cancelling_on_the_event_s_page(hooked, browser, meeting):
    path = f"/event/{meeting['_id']}"
    (first, second), place = meeting["dates"], meeting["places"][1]
    votes = {"voter": "guest@example.com", f"vote-{first['_id']}": "no", f"vote-{second['_id']}": "yes"}
    assert browser.post(f"{path}/vote", data={**votes, f"vote-{place['_id']}": "yes"}).status_code == 303
    page = browser.get(path).text
    assert "2 yes, 0 no" in page
    assert "No: Guest" in page
    assert page.count("Yes: emma@acme.com, Guest") == 2
    assert "Your vote is counted" not in page
    browser.post(f"{path}/confirm", data={"date": "", "place": place["_id"]})
    confirmed = hooked.state.events[meeting["_id"]]["confirmed"]
    assert (confirmed["date_id"], confirmed["place_id"]) == (second["_id"], place["_id"])
    assert "confirmed" in browser.get(path).text
    browser.post(f"{path}/cancel")
    assert "cancelled" in browser.get(path).text
    assert [call.action for call in hooked.outbox] == ["event.created", "event.confirmed", "event.cancelled"]


def test_who_has_voted_is_told_so_and_may_go_on_as_the_same(browser, meeting):
    vote = {"voter": "guest@example.com", f"vote-{meeting['dates'][0]['_id']}": "yes"}
    page = browser.post(f"/event/{meeting['_id']}/vote", data=vote, follow_redirects=True).text
    assert "Your vote is counted." in page
    assert '<option value="guest@example.com" selected>' in page
    assert '<a href="/">All meetings</a>' in page


def test_a_vote_that_says_nothing_or_comes_from_nobody_is_answered_on_the_page(sandbox, browser, meeting):
    path, date = f"/event/{meeting['_id']}/vote", meeting["dates"][0]["_id"]
    for data in ({"voter": "guest@example.com"}, {"voter": "eve@x.y", f"vote-{date}": "no"}, {}):
        answer = browser.post(path, data=data)
        assert answer.status_code == 400
        assert problem(answer)
        assert heading(answer) == "Kick-off"
    assert 'value="no" checked' in browser.post(path, data={"voter": "eve@x.y", f"vote-{date}": "no"}).text
    assert "no" not in str(meeting["dates"][0]["votes"]["no"])


def test_a_meeting_without_a_title_can_still_be_followed(sandbox, browser):
    event = sandbox.create_event(title="x")
    sandbox.state.events[event["_id"]]["title"] = "  "
    assert f'<a href="/event/{event["_id"]}">(no title)</a>' in browser.get("/").text
    assert heading(browser.get(f"/event/{event['_id']}")) == "(no title)"


def test_nothing_changes_on_get(sandbox, browser, meeting):
    for verb in ("vote", "confirm", "cancel"):
        assert browser.get(f"/event/{meeting['_id']}/{verb}").status_code == 405
    assert "cancelled" not in sandbox.state.events[meeting["_id"]]


@pytest.mark.parametrize("event_id", ["569c3afaa28cc30300778c69", "5f0d7eb02003d0971e2a961a"])
def test_published_events_have_a_page(browser, event_id):
    assert browser.get(f"/event/{event_id}").status_code == 200


@pytest.mark.parametrize("path", ["/event/nope", "/nobody", "/teams/nope/join", "/a/b/c"])
def test_what_is_not_there_is_a_page_too(browser, path):
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_booking_page_shows_free_times_and_books_one(hooked, browser):
    path = "/john-doe-acme/20?et=Meeting%20{{invitee}}%20/%20{{me}}&cm=al@x.y&cn=Al&start=2099-01-05"
    page = browser.get(path)
    slots = re.findall('name="slot" value="([^"]+)"', page.text)
    assert len(slots) == 5 * 24
    assert 'value="al@x.y"' in page.text
    form = {"slot": slots[0], "name": "Al", "email": "al@x.y", "phone": "06", "place": "1", "message": "Hi"}
    answer = browser.post(path, data=form)
    event = hooked.state.events[answer.headers["Location"].rpartition("/")[2]]
    assert event["vyteme"] is True
    assert event["created_by"]["user"] == "5f1b018dc1ac5dc46efc0139"
    assert event["title"] == "Meeting Al / John Doe Acme"
    assert [(i["email"], i["phone"]) for i in event["invitees"]] == [("al@x.y", "06")]
    assert event["places"][0]["name"] == "Phone"
    assert (event["dates"][0]["date"], event["confirmed"]["date_id"]) == (slots[0], event["dates"][0]["_id"])
    assert [call.action for call in hooked.outbox] == ["event.created", "event.confirmed"]
    assert slots[0] not in browser.get(path).text
    second = browser.post(path, data=form)
    assert (second.status_code, problem(second)) == (
        409,
        "That time has just been taken: please choose another one.",
    )


@pytest.mark.parametrize("slot", ["", "soon", "2099-01-05T03:00:00Z", "2020-01-06T09:00:00Z"])
def test_a_time_that_was_not_offered_is_refused(sandbox, browser, slot):
    before = len(sandbox.state.events)
    answer = browser.post("/emma/30", data={"slot": slot, "name": "Al", "email": "al@x.y"})
    assert answer.status_code in (400, 409)
    assert len(sandbox.state.events) == before


def test_a_booking_that_lacks_something_is_shown_again_as_it_was(sandbox, browser):
    path = "/john-doe-acme/20?start=2099-01-05"
    page = browser.get(path).text
    assert "required" not in "".join(re.findall("<input type=.radio.*?>", page))
    slot = re.findall('name="slot" value="([^"]+)"', page)[-1]
    form = {"name": "Al", "email": "al@x.y", "message": "Typed with care", "place": "1"}
    before = len(sandbox.state.events)
    for changes, reason in (
        ({}, "Choose one of the free times."),
        ({"slot": slot, "name": " "}, "Give your name and your email."),
        ({"slot": slot, "email": "al"}, "Give your name and your email."),
    ):
        answer = browser.post(path, data={**form, **changes})
        assert (answer.status_code, problem(answer)) == (400, reason)
        assert "Typed with care" in answer.text
        assert 'name="place" value="1" checked' in answer.text
        assert answer.text.count("<details open>") == (2 if changes else 1)
        assert (f'value="{slot}" checked' in answer.text) == bool(changes)
    assert len(sandbox.state.events) == before


def test_a_booking_page_that_does_not_exist_cannot_be_booked(browser):
    assert browser.post("/nobody", data={"slot": "x"}).status_code == 404


def test_a_booking_from_an_app_belongs_to_its_groups(sandbox, browser):
    path = f"/emma?aid={APP}&agid=g1,g2&places=Skype|emma&start=2099-01-05"
    (slot, *_) = re.findall('name="slot" value="([^"]+)"', browser.get(path).text)
    answer = browser.post(path, data={"slot": slot, "name": "Al", "email": "al@x.y"})
    event = sandbox.state.events[answer.headers["Location"].rpartition("/")[2]]
    assert event["third_party"] == {"app": APP, "group_ids": ["g1", "g2"], "name": "acme"}
    assert (event["title"], event["places"][0]["address"]) == ("Al / Emma", "emma")


def test_an_embedded_page_has_no_header(browser):
    assert "<header>" in browser.get("/emma/30").text
    assert "<header>" not in browser.get("/emma/30?embed").text


@pytest.mark.parametrize("word", ["teams", "organizations"])
def test_joining_matches_the_extid(hooked, browser, word):
    path = f"/{word}/{TEAM}/join?extid=user55542"
    assert heading(browser.get(path)) == "Join ACME"
    answer = browser.post(path, data={"email": "new@example.com", "full_name": "New Person"})
    assert heading(answer) == "You have joined ACME"
    user = hooked.state.users[hooked.state.emails["new@example.com"]]
    assert user["account"]["organization"] == {
        "id": TEAM,
        "name": "ACME",
        "extid": "user55542",
        "admin": False,
    }
    assert [call.action for call in hooked.outbox] == ["user.joined"]
    assert '<a href="/">' in answer.text
    refused = browser.post(path, data={"email": "", "full_name": "New Person"})
    assert (refused.status_code, problem(refused)) == (400, "Give your name and your email.")
    assert 'value="New Person"' in refused.text


def test_the_index_shows_what_there_is(hooked, api, browser, meeting):
    api("GET", "/v2/events")
    page = browser.get("/").text
    for text in ("Kick-off", "event.created", "/v2/events", "john-doe-acme", "Stop the API"):
        assert text in page
    hooked.stop_api()
    assert "Start the API" in browser.get("/").text
    assert hooked.api_key not in page
    assert browser.get("/_sandbox/style.css").mimetype == "text/css"
    assert '<link rel="icon" href="/icon.svg"' in page
    assert browser.get("/icon.svg").mimetype == "image/svg+xml"


def test_everything_is_escaped(sandbox, browser):
    event = sandbox.create_event(
        title=EVIL,
        places=[(EVIL, EVIL)],
        invitees=[("a@x.y", EVIL)],
        group_ids=[EVIL],
        messages=[{"body": EVIL}],
    )
    signed = link(et=EVIL, cn=EVIL, em=EVIL, im=EVIL, places=EVIL, agid=EVIL, **{"in": EVIL})
    booking = f"/emma?{urlencode({'cn': EVIL, 'cm': EVIL, 'places': EVIL, 'em': EVIL})}"
    join = f"/teams/{TEAM}/join?extid={quote(EVIL)}"
    for path in (f"/event/{event['_id']}", signed, booking, join, "/", f"/{quote(EVIL)}"):
        answer = browser.get(path)
        assert "<script" not in answer.text, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


class Outline(HTMLParser):
    """Collects what an accessible page must have."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside_label = 0
        self.unlabelled: list[str] = []
        self.labels: set[str | None] = set()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag == "label":
            self.inside_label += 1
            self.labels.add(attributes.get("for"))
        if tag in ("input", "select", "textarea") and not self.inside_label:
            self.unlabelled.append(attributes.get("id") or "?")

    def handle_endtag(self, tag):
        self.inside_label -= tag == "label"


@pytest.mark.parametrize("name", ["index", "schedule", "event", "booking", "join"])
def test_every_field_has_a_label_and_every_page_a_language_and_title(browser, meeting, name):
    paths = {
        "index": "/",
        "schedule": link(),
        "event": f"/event/{meeting['_id']}",
        "booking": "/john-doe-acme",
        "join": f"/teams/{TEAM}/join",
    }
    outline = Outline()
    outline.feed(browser.get(paths[name]).text)
    assert set(outline.unlabelled) <= outline.labels
    assert dict(outline.tags)["html"] == {"lang": "en"}
    assert [tag for tag, _ in outline.tags].count("h1") == 1
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2027-03-01T00:00:00+00:00", "Monday 1 March 2027, all day"),
        ("2027-03-02T00:00:00+00:00", "Monday 1 March 2027, all day"),
        ("2027-03-04T00:00:00+00:00", "Monday 1 March 2027 to Wednesday 3 March 2027, all day"),
    ],
)
def test_whole_days_are_shown_with_their_end(end, expected):
    date = {"date": "2027-03-01T00:00:00+00:00", "end_date": end, "all_day": True}
    assert when(date, "Europe/Paris") == expected
