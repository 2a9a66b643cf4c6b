from __future__ import annotations

import pytest

APP = "569c2e2fa28cc30300778c4c"


def titles(api, query):
    return [event.get("title") for event in api("GET", f"/v2/events?{query}").json]


def test_the_newest_come_first_and_limit_cuts(api):
    assert titles(api, "limit=2") == ["Second created event", "First created event (updated)"]


def test_q_is_a_regular_expression_on_the_title(api):
    assert titles(api, "q=^first.*updated") == ["First created event (updated)"]


@pytest.mark.parametrize("query", ["q=(", "limit=0", "limit=x", "filter=other"])
def test_a_filter_that_makes_no_sense_is_a_400(api, query):
    assert api("GET", f"/v2/events?{query}").status_code == 400


def test_confirmed_leaves_out_what_is_planned_or_cancelled(api):
    assert set(titles(api, "filter=confirmed")) == {
        "First created event (updated)",
        "Appointment about topic",
    }


def test_upcoming_means_a_date_that_counts_is_still_to_come(sandbox, api, meeting):
    assert titles(api, "filter=upcoming") == ["Kick-off"]
    sandbox.cancel(meeting["_id"])
    assert titles(api, "filter=upcoming") == []


def test_the_future_has_cancelled_meetings_too(sandbox, api, meeting):
    sandbox.create_event(title="Over", dates=[("2020-01-01T10:00Z", "2020-01-01T11:00Z")])
    for listed in (True, False):
        sandbox.quirks.list_cancelled = listed
        assert titles(api, "filter=future") == ["Kick-off"]
        sandbox.cancel(meeting["_id"])
    assert titles(api, "filter=upcoming") == []


def test_upcoming_looks_at_the_confirmed_date_only(sandbox, api):
    event = sandbox.create_event(
        title="Moved",
        dates=[("2020-01-01T10:00Z", "2020-01-01T11:00Z"), ("2099-01-01T10:00Z", "2099-01-01T11:00Z")],
    )
    assert titles(api, "filter=upcoming") == ["Moved"]
    sandbox.confirm(event["_id"], date_id=event["dates"][0]["_id"])
    assert titles(api, "filter=upcoming") == []


def test_creators_are_alternatives_and_invitees_are_all_wanted(sandbox, api, meeting):
    guest, emma = "guest@example.com", "emma@acme.com"
    assert titles(api, f"creator_emails={emma},nobody@x.y") == ["Kick-off"]
    assert titles(api, f"creator_users={meeting['created_by']['user']}") == ["Kick-off"]
    assert titles(api, f"invitee_emails={guest},{emma}") == ["Kick-off"]
    assert titles(api, f"invitee_emails={guest}&invitee_emails=nobody@x.y") == []
    assert titles(api, f"invitee_users={meeting['created_by']['user']}&invitee_emails={guest}") == [
        "Kick-off"
    ]


def test_app_and_groups(api, meeting):
    assert set(titles(api, f"app_id={APP}&group_ids=project_85fc5,other")) == {
        "Meeting for project",
        "Meeting Martin Saint-Macary, Martin Saint-Macary",
    }
    assert titles(api, f"app_id={APP}&group_ids=project_1") == []
    assert titles(api, "group_ids=project_1") == ["Kick-off"]


def test_a_list_can_have_a_maximum(sandbox, api):
    sandbox.quirks.list_maximum = 3
    assert len(titles(api, "limit=50")) == 3
