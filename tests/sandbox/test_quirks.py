from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

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
