from __future__ import annotations

import dataclasses
import re
from datetime import datetime

import msgspec
import pytest

from django_vyte.sandbox import Quirks
from django_vyte.sandbox.quirks import CHOICES

ID = "5f0d7eb02003d0971e2a961a"


def test_a_cancellation_may_be_invisible_to_the_api_but_not_to_webhooks(hooked, api):
    hooked.quirks.show_cancelled = False
    hooked.cancel(ID)
    assert "cancelled" not in api("GET", f"/v2/events/{ID}").json
    assert all("cancelled" not in event for event in api("GET", "/v2/events").json)
    assert b'"cancelled":' in hooked.outbox[-1].body


@pytest.mark.parametrize(
    ("style", "milliseconds", "spelt"),
    [
        ("Z", True, "2020-07-16T07:00:00.000Z"),
        ("Z", False, "2020-07-16T07:00:00Z"),
        ("+0000", True, "2020-07-16T07:00:00.000+0000"),
        ("+00:00", False, "2020-07-16T07:00:00+00:00"),
        ("+0100", True, "2020-07-16T08:00:00.000+0100"),
        ("-05:30", True, "2020-07-16T01:30:00.000-05:30"),
    ],
)
def test_instants_are_spelt_in_several_ways_and_mean_the_same(sandbox, api, style, milliseconds, spelt):
    sandbox.quirks.offset_style, sandbox.quirks.milliseconds = style, milliseconds
    date = api("GET", f"/v2/events/{ID}").json["dates"][0]["date"]
    assert date == spelt
    assert datetime.fromisoformat(date) == datetime.fromisoformat("2020-07-16T07:00:00Z")
    assert sandbox.state.events[ID]["dates"][0]["date"] == "2020-07-16T07:00:00.000Z"


def test_a_single_element_may_come_alone_and_members_may_be_missing(sandbox, api):
    sandbox.quirks.single_as_object = True
    sandbox.quirks.missing = ("messages", "declines")
    event = api("GET", f"/v2/events/{ID}").json
    assert event["invitees"]["email"] == "creator@example.com"
    assert isinstance(event["dates"], list)
    assert "messages" not in event


def test_webhook_bodies_come_in_every_shape(hooked):
    def last_call():
        hooked.create_event(title="T")
        return msgspec.json.decode(hooked.outbox[-1].body)

    (call,) = last_call()
    assert call["team"] == hooked.team_id
    assert isinstance(call["resource"]["key_store"], str)
    hooked.quirks.webhook_shape = "object"
    hooked.quirks.webhook_owner = "organization"
    hooked.quirks.webhook_ids = False
    call = last_call()
    assert call["organization"] == hooked.team_id
    assert "_id" not in call["resource"]


def test_updates_before_confirmation_fire_only_on_request(hooked, meeting):
    fired = len(hooked.outbox)
    hooked.update_event(meeting["_id"], title="Renamed")
    assert len(hooked.outbox) == fired
    hooked.quirks.updates_before_confirmation = True
    hooked.update_event(meeting["_id"], title="Again")
    assert [call.action for call in hooked.outbox[fired:]] == ["event.updated"]


def test_every_switch_has_its_positions_with_the_default_first():
    assert {name: choices[0] for name, choices in CHOICES.items()} == dataclasses.asdict(Quirks())
    for name, choices in CHOICES.items():
        assert len(choices) == len(set(choices)) > 1
        for choice in choices:
            setattr(Quirks(), name, choice)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("next_shape", "both", "'slots', 'nextAvailability'"),
        ("list_maximum", 0, "None, 100, any positive number"),
        ("list_default", True, "None, 50, any positive number"),
        ("offset_style", "+1", "any offset"),
        ("missing", "dates", "any names of members"),
        ("hooks_as_list", 1, "False, True"),
    ],
)
def test_a_value_that_a_switch_does_not_have_is_refused_with_those_it_has(name, value, allowed):
    quirks = Quirks()
    with pytest.raises(
        ValueError, match=f"^{name} cannot be {re.escape(repr(value))}; it is one of: .*{re.escape(allowed)}"
    ):
        setattr(quirks, name, value)
    assert quirks == Quirks()


def test_a_misspelt_switch_is_refused():
    with pytest.raises(AttributeError):
        Quirks().show_canceled = False


def test_a_list_is_cut_at_its_default_and_at_its_maximum(sandbox, api):
    def length(query):
        return len(api("GET", f"/v2/events{query}").json)

    everything = length("")
    sandbox.quirks.list_default = 2
    assert (length(""), length("?limit=3")) == (2, 3)
    sandbox.quirks.list_maximum = 1
    assert (length(""), length("?limit=3")) == (1, 1)
    sandbox.quirks.list_default = None
    assert (length(""), everything) == (1, 7)


@pytest.mark.parametrize(("chosen", "other"), [("POST", "DELETE"), ("DELETE", "POST")])
def test_one_method_takes_an_invitee_off_and_the_other_is_not_known(sandbox, api, meeting, chosen, other):
    sandbox.quirks.delete_invitee_method = chosen
    path = f"/v2/events/{meeting['_id']}/invitees/{meeting['invitees'][1]['_id']}"
    assert api(other, path).status_code == 404
    assert len(sandbox.state.events[meeting["_id"]]["invitees"]) == 2
    assert api(chosen, path).status_code == 200
    assert len(sandbox.state.events[meeting["_id"]]["invitees"]) == 1


@pytest.mark.parametrize(("chosen", "other"), [("organizations", "teams"), ("teams", "organizations")])
def test_people_join_under_one_path_and_the_other_is_not_known(sandbox, browser, chosen, other):
    sandbox.quirks.join_path = chosen
    person = {"email": "new@example.com", "full_name": "New"}
    for method in ("GET", "POST"):
        path = f"/{other}/{sandbox.team_id}/join"
        assert browser.open(path, method=method, data=person).status_code == 404
    assert "new@example.com" not in sandbox.state.emails
    assert browser.post(f"/{chosen}/{sandbox.team_id}/join", data=person).status_code == 200


@pytest.mark.parametrize(("chosen", "other"), [("/hooks", "/v2/hooks"), ("/v2/hooks", "/hooks")])
def test_webhooks_are_managed_at_one_path_and_the_other_is_not_known(sandbox, api, chosen, other):
    sandbox.quirks.hooks_path = chosen
    hook = {"action": "event.created", "target_url": "https://crm.example.com/"}
    created = api("POST", chosen, json=hook).json["_id"]
    for method, path in (("GET", ""), ("POST", ""), *((m, f"/{created}") for m in ("GET", "PUT", "DELETE"))):
        assert api(method, other + path, json=hook).status_code == 404
    assert api("DELETE", f"{chosen}/{created}").status_code == 204


@pytest.mark.parametrize(("read", "spelt"), [("local", "08:00"), ("utc", "09:00")])
def test_a_time_without_offset_is_local_or_utc(sandbox, api, read, spelt):
    sandbox.quirks.naive_times = read
    dates = [{"date": "2027-03-01T09:00:00", "end_date": "2027-03-01T11:00:00+01:00"}]
    body = {"title": "T", "created_by": {"email": "a@b.c"}, "timezone": "Europe/Paris", "dates": dates}
    event = api("POST", "/v2/events", json=body).json
    shown = [event, api("PUT", f"/v2/events/{event['_id']}", json={"dates": dates}).json]
    assert {each["dates"][0]["date"] for each in shown} == {f"2027-03-01T{spelt}:00.000Z"}
    assert {each["dates"][0]["end_date"] for each in shown} == {"2027-03-01T10:00:00.000Z"}


def test_a_webhook_call_that_fails_may_not_be_tried_again(hooked):
    hooked.create_event(title="T")
    hooked.quirks.webhook_retries = False
    (call,) = hooked.deliver(lambda url, body, headers: 500)
    assert (call.given_up, call.waiting, call.status) == (True, False, 500)
    assert hooked.deliver() == []
