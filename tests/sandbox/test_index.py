from __future__ import annotations

import html
import re
from dataclasses import asdict
from html.parser import HTMLParser

import pytest

from django_vyte.sandbox import Answer
from django_vyte.sandbox.quirks import CHOICES, GROUPS
from django_vyte.sandbox.world.courier import MODES


class Forms(HTMLParser):
    """The forms of a page as a browser would send them: the path, and the fields as they are filled in."""

    def __init__(self, text):
        super().__init__()
        self.forms, self._select = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append((given["action"], {}))
        elif tag == "input":
            self.forms[-1][1][given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option":
            fields = self.forms[-1][1]
            if "selected" in given or self._select not in fields:
                fields[self._select] = given["value"]


@pytest.fixture
def form(browser):
    """Sends a form of the index, with some fields changed, and answers the index afterwards."""

    def send(action, **changes):
        fields = dict(Forms(browser.get("/").text).forms)[action]
        urlencoded = "application/x-www-form-urlencoded"
        answer = browser.post(action, data={**fields, **changes}, content_type=urlencoded)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        return browser.get("/").text

    return send


def test_it_shows_what_there_is_with_links(hooked, browser, meeting):
    hooked.add_organization("Other Ltd")
    text = browser.get("/").text
    assert re.search(r"8 meetings, \d+ users, \d+ teams, 4 booking pages, 5 webhooks", text)
    for link in (
        f"/event/{meeting['_id']}", "/emma", "/john-doe-acme/lunch-or-dinner", "/locators/my-locator",
        f"/organizations/{hooked.team_id}/join",
    ):  # fmt: skip
        assert f'href="{link}"' in text
        assert browser.get(link).status_code == 200
    hooked.quirks.join_path = "teams"
    assert f'href="/teams/{hooked.team_id}/join"' in browser.get("/").text
    assert "Other Ltd" in text
    assert "emma@acme.com" in text


def test_it_shows_no_credential(hooked, api, browser, meeting):
    api("GET", "/v2/events")
    text = browser.get("/").text
    app = next(iter(hooked.state.apps.values()))
    for secret in (hooked.api_key, app["secret"], "event.created/", meeting["key_store"]):
        assert secret not in text
    assert "https://crm.example.com/even…" in text


def test_the_log_of_webhook_calls_says_what_became_of_each(hooked, browser):
    def outcome():
        rows = re.findall("<tr>(.*?)</tr>", browser.get("/").text.split('id="webhooks"')[1])
        return next(re.sub("<.*?>", "|", row) for row in rows if "event.created" in row).split("||")[2:]

    hooked.create_event(title="T")
    assert outcome() == ["", "0", "waiting, due|"]
    assert "were refused" not in browser.get("/").text
    hooked.deliver(lambda url, *call: Answer(400, f"<p>No host for {url}"))
    assert outcome()[:2] == ["400", "1"]
    assert outcome()[2].startswith("waiting, next try in 0.")
    text = browser.get("/").text
    assert "Webhook calls that were refused: 1." in text
    assert "status 400. Django answers so for a host that ALLOWED_HOSTS does not list" in text
    assert "No host for https://crm.example.com/even…/" in text
    hooked.webhook_mode.hold = True
    assert outcome()[2] == "waiting, held back|"
    hooked.quirks.webhook_retries = False
    hooked.deliver(lambda *call: 500)
    assert outcome() == ["500", "2", "given up|"]


@pytest.mark.parametrize(
    ("kind", "seconds", "wanted", "said"),
    [
        ("503", "3", {"status": 503}, "status 503"),
        ("429", "7", {"status": 429, "headers": {"Retry-After": "7"}}, "status 429"),
        ("drop", "3", {"drop": True}, "no answer"),
        ("slow", "0.5", {"delay": 0.5, "status": None}, "0.5 seconds late"),
        ("truncate", "3", {"truncate": 100, "status": None}, "cut off after 100 bytes"),
    ],
)
def test_a_fault_is_asked_for_and_cleared(sandbox, form, kind, seconds, wanted, said):
    text = form("/_sandbox/faults", kind=kind, times="4", seconds=seconds)
    (fault,) = sandbox.faults
    assert {name: getattr(fault, name) for name in wanted} == wanted
    assert (fault.left, fault.path.pattern) == (4, "^/v2/")
    assert f"<li>{said} to any ^/v2/, requests left: 4</li>" in text
    assert "None are asked for" in form("/_sandbox/faults/clear")
    assert len(sandbox.faults) == 0


def test_a_fault_after_acting_is_asked_for(sandbox, form):
    text = form("/_sandbox/faults", kind="drop", after_acting="true")
    (fault,) = sandbox.faults
    assert (fault.drop, fault.after_acting) == (True, True)
    assert "<li>no answer, after acting to any ^/v2/, requests left: 1</li>" in text


def test_the_api_is_stopped_and_started(sandbox, form, browser):
    assert "<strong>stopped</strong>" in form("/_sandbox/api/stop")
    assert sandbox.stopped == "503"
    form("/_sandbox/api/start")
    browser.post("/_sandbox/api/stop", data={"drop": "true"})
    assert sandbox.stopped == "drop"


def test_sending_the_switches_as_they_are_changes_none(sandbox, form):
    before = {name: getattr(sandbox.quirks, name) for name in CHOICES}
    form("/_sandbox/quirks")
    assert {name: getattr(sandbox.quirks, name) for name in CHOICES} == before


@pytest.mark.parametrize("name", CHOICES)
def test_every_position_of_every_switch_can_be_chosen(sandbox, browser, form, name):
    options = re.search(f'name="{name}">(.*?)</select>', browser.get("/").text)[1]
    values = re.findall('<option value="(.*?)"', options)
    assert len(values) == len(CHOICES[name])
    for value, position in zip(values, CHOICES[name], strict=True):
        form("/_sandbox/quirks", **{name: value.replace("&quot;", '"')})
        assert getattr(sandbox.quirks, name) == position
        assert type(getattr(sandbox.quirks, name)) is type(position)


def test_a_position_of_one_s_own_stays_chosen(sandbox, form):
    sandbox.quirks.list_maximum = 1
    sandbox.quirks.missing = ("lang", "locale")
    text = form("/_sandbox/quirks")
    assert (sandbox.quirks.list_maximum, sandbox.quirks.missing) == (1, ("lang", "locale"))
    assert '<option value="1" selected>1</option>' in text


def test_a_form_that_makes_no_sense_is_answered_with_a_page(browser):
    answer = browser.post("/_sandbox/quirks", data={"next_shape": "nonsense"})
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "&#x27;slots&#x27;, &#x27;nextAvailability&#x27;" in answer.text
    assert browser.post("/_sandbox/faults", data={"kind": "flood"}).status_code == 400
    answer = browser.post("/_sandbox/quirks", json={"next_shape": "nonsense"})
    assert answer.status_code == 400
    assert answer.json["message"].endswith("it is one of: 'slots', 'nextAvailability'")


def test_webhook_modes_are_set_and_meetings_generated(sandbox, form):
    text = form("/_sandbox/webhook-mode", hold="true", delay="1.5")
    assert (sandbox.webhook_mode.hold, sandbox.webhook_mode.delay) == (True, 1.5)
    assert 'value="1.5"' in text
    form("/_sandbox/webhook-mode", hold="false")
    assert (sandbox.webhook_mode.hold, sandbox.webhook_mode.delay) == (False, 1.5)
    before = len(sandbox.state.events)
    form("/_sandbox/fill", count="12")
    assert len(sandbox.state.events) == before + 12


def test_a_locator_s_page_leads_to_its_locations(api, browser):
    page = browser.get("/locators/my-locator").text
    assert "Available locations" in page
    assert '<a href="/exam-desert-breath">Desert Breath</a>, Egypt' in page
    bad = {"name": "Bad", "extid": "b", "address": "A", "link": "javascript:alert(1)"}
    api("POST", "/v2/locators/my-locator/locations", json=bad)
    assert "javascript" not in browser.get("/locators/my-locator").text
    api("POST", "/v2/locators", json={"handle": "empty"})
    assert "There are no locations." in browser.get("/locators/empty").text
    assert browser.get("/locators/none").status_code == 404


def test_every_switch_and_mode_is_explained_in_a_group(sandbox, browser):
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(CHOICES)
    text = browser.get("/").text
    for group, switches in GROUPS.items():
        assert f"<legend>{group}</legend>" in text
        for name, about in switches.items():
            assert f'aria-describedby="about-{name}"' in text
            assert f'<small id="about-{name}">{html.escape(about)}</small>' in text
    assert list(MODES) == list(asdict(sandbox.webhook_mode))
    for name, about in MODES.items():
        assert f'<small id="about-{name}">{about}</small>' in text


def test_keys_are_listed_and_changed(sandbox, browser, form):
    first = sandbox.api_key
    key_id = sandbox.state.keys[first]["_id"]
    text = browser.get("/").text
    assert f"<td><code>{first[-4:]}</code></td><td>works</td>" in text
    assert "No API key works" not in text
    text = form(f"/_sandbox/keys/{key_id}/revoke")
    assert "revoked: opens nothing" in text
    assert "No API key works" in text
    text = form(f"/_sandbox/keys/{key_id}/renew")
    assert sandbox.api_key != first
    assert f"<td><code>{sandbox.api_key[-4:]}</code></td><td>works</td>" in text
    form(f"/_sandbox/keys/{sandbox.state.keys[sandbox.api_key]['_id']}/delete")
    assert "No API key works" not in form("/_sandbox/keys")
    assert sandbox.api_key not in text
