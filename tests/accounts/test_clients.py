"""Whatever asks Vyte for a team keeps on the team's page whether Vyte accepts its key."""

from __future__ import annotations

import pytest

from django_vyte import tasks
from django_vyte.accounts import linking
from django_vyte.exceptions import AuthenticationFailed, PermissionDenied
from django_vyte.models import ApiKey, Event, Team
from django_vyte.ops import doctor
from django_vyte.ops.sweep import sweep

pytestmark = pytest.mark.django_db


def refusals() -> list[str]:
    return [
        line
        for line in Team.objects.get().problem.splitlines()
        if line.startswith("The API key is refused by Vyte:")
    ]


@pytest.fixture
def event(vyte_sandbox, linked_team, settle) -> Event:
    vyte_sandbox.create_event(title="Kick-off", dates=[("2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z")])
    settle()
    return Event.objects.get()


def refuse(vyte_sandbox, status: int = 401) -> None:
    """As Vyte answers once the key was deleted there."""
    vyte_sandbox.faults.add(path="^/", status=status, times=None)


@pytest.mark.parametrize("work", ["webhook", "sync", "register", "patrol", "refresh", "cancel", "by hand"])
def test_a_refused_key_is_recorded_whoever_asked_and_forgotten_once_it_is_accepted(
    work, event, vyte_sandbox, linked_team
):
    if work == "webhook":
        vyte_sandbox.cancel(event.vyte_id)
    refuse(vyte_sandbox)
    if work == "webhook":
        vyte_sandbox.deliver()
        sweep()
    elif work in ("sync", "register", "patrol"):
        task = {"sync": tasks.sync_team, "register": tasks.register_webhooks, "patrol": tasks.patrol_team}
        task[work](linked_team.pk)
    else:
        with pytest.raises(AuthenticationFailed):
            event.refresh() if work == "refresh" else (
                event.cancel(by=None) if work == "cancel" else linked_team.client().users.list()
            )
    assert len(refusals()) == 1
    assert "answered 401" in refusals()[0]
    vyte_sandbox.faults.clear()
    event.refresh()
    assert refusals() == []


def test_it_is_written_once(event, vyte_sandbox, linked_team, django_assert_num_queries):
    refuse(vyte_sandbox)
    for _ in range(2):
        with pytest.raises(AuthenticationFailed):
            linked_team.client().auth.test()
    with linked_team.client() as client, django_assert_num_queries(0), pytest.raises(AuthenticationFailed):
        client.auth.test()


def test_a_key_that_is_accepted_costs_one_query(event, linked_team, django_assert_num_queries):
    with django_assert_num_queries(1):
        linked_team.client().auth.test()


def test_one_request_that_the_key_may_not_make_is_no_refused_key(event, vyte_sandbox, linked_team):
    refuse(vyte_sandbox, 403)
    with pytest.raises(PermissionDenied):
        linked_team.client().users.list()
    assert refusals() == []


def test_linking_again_forgets_it(event, vyte_sandbox, linked_team):
    refuse(vyte_sandbox)
    with pytest.raises(AuthenticationFailed):
        event.refresh()
    vyte_sandbox.faults.clear()
    linking.link(vyte_sandbox.api_key)
    assert refusals() == []


def test_an_answer_to_a_key_that_was_replaced_says_nothing_about_the_new_one(
    event, vyte_sandbox, linked_team
):
    client = linked_team.client()
    ApiKey.objects.update(status="revoked")
    refuse(vyte_sandbox)
    with pytest.raises(AuthenticationFailed):
        client.auth.test()
    assert refusals() == []


def test_the_doctor_writes_nothing_and_says_it(event, vyte_sandbox, linked_team):
    refuse(vyte_sandbox)
    assert "key_refused" in {finding.id for finding in doctor.run_checks()}
    assert refusals() == []
    with pytest.raises(AuthenticationFailed):
        event.refresh()
    assert "key_refused" in {finding.id for finding in doctor.summary()}
