"""Each fact about an account is named as it is, or said not to be seen; and the probe leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from django_vyte.accounts import subscriptions
from django_vyte.client import VyteClient
from django_vyte.exceptions import BadRequest, ServerError, VyteConnectionError
from django_vyte.models import Delivery, Team
from django_vyte.ops import probe
from django_vyte.ops.probe.trial import LeftBehind, Trial
from django_vyte.sandbox import Quirks, Sandbox
from django_vyte.sandbox.in_process import post_in_process
from django_vyte.sandbox.quirks import CHOICES
from django_vyte.sync.team import sync_team
from tests.client.raw import refusing_url

ALONE = [{name: position} for name, choices in CHOICES.items() for position in choices]
ENOUGH = 130  # meetings, to see where a list is cut
DAY = ("2027-01-04T09:00:00Z", "2027-01-04T10:00:00Z")
BY_WRITING = {"delete_invitee_method", "naive_times", "updates_before_confirmation"}
HIDDEN = {"dates": "naive_times", "invitees": "delete_invitee_method"}

Probe = Callable[..., dict[str, probe.Fact]]


def mixed(count: int) -> list[dict[str, Any]]:
    """Combinations of all switches, the same ones in every run."""
    lot = random.Random(10)
    return [{name: lot.choice(choices) for name, choices in CHOICES.items()} for _ in range(count)]


def switch(sandbox: Sandbox, positions: dict[str, Any]) -> None:
    for name, position in positions.items():
        setattr(sandbox.quirks, name, position)


@pytest.fixture
def account(team: Team) -> probe.ProbedAccount:
    return probe.ProbedAccount(team.client(), team)


@pytest.fixture
def ask(team: Team, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Probe:
    """Asks for all facts, by reading or also by writing; calls arrive while they are waited for."""
    monkeypatch.setattr("django_vyte.ops.probe.trial.pause", lambda seconds: vyte_sandbox.deliver())

    def ask(*, write: bool = False) -> dict[str, probe.Fact]:
        account = probe.ProbedAccount(team.client(), team)
        if write:
            account.observed = Trial(account, account.emails()[0]).play(wait=5)
        return {fact.name: fact for fact in probe.collect_facts(account)}

    return ask


@pytest.fixture
def much_happens(linked_team: Team, vyte_sandbox: Sandbox) -> Callable[[], None]:
    """Many meetings, calls about some, one of them lost on its way to the answer; the mirror knows a cancelled one."""

    def lose_answer(url: str, body: bytes, headers: Any) -> int:
        post_in_process(url, body, headers)
        return 500

    def happen() -> None:
        vyte_sandbox.fill(ENOUGH)
        vyte_sandbox.create_event(title="Lost", dates=[DAY])
        vyte_sandbox.deliver(lose_answer)
        Delivery.objects.update(received_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        vyte_sandbox.deliver()

    return happen


# Every switch, by all means


@pytest.mark.parametrize("positions", [*ALONE, *mixed(10)], ids=str)
def test_every_position_is_named(
    vyte_sandbox: Sandbox, ask: Probe, much_happens: Callable[[], None], positions: dict[str, Any]
) -> None:
    switch(vyte_sandbox, positions)
    much_happens()
    facts = ask(write=True)
    unseen = {HIDDEN[name] for name in vyte_sandbox.quirks.missing if name in HIDDEN}
    if not vyte_sandbox.quirks.webhook_retries:
        unseen.add("webhook_retries")
    assert {name for name, fact in facts.items() if not fact.seen} == unseen
    expected = asdict(vyte_sandbox.quirks)
    assert {name: fact.position for name, fact in facts.items() if fact.seen} == {
        name: position for name, position in expected.items() if name not in unseen
    }


def test_every_switch_of_the_local_vyte_is_a_fact_and_no_other() -> None:
    assert sorted(fact.__name__ for fact in probe.FACTS) == sorted(asdict(Quirks()))


# By reading only


@pytest.mark.parametrize("positions", [each for each in ALONE if not BY_WRITING & each.keys()], ids=str)
def test_without_writing_what_can_be_read_is_named(
    vyte_sandbox: Sandbox, ask: Probe, much_happens: Callable[[], None], positions: dict[str, Any]
) -> None:
    switch(vyte_sandbox, positions)
    much_happens()
    vyte_sandbox.requests.clear()
    facts = ask()
    assert {request.method for request in vyte_sandbox.requests} == {"GET"}
    for name, position in positions.items():
        if facts[name].seen:
            assert facts[name].position == position
        else:
            assert (name, position) in {
                ("show_cancelled", False),
                ("list_cancelled", False),
                ("webhook_retries", False),
            }
    assert not any(facts[name].seen for name in BY_WRITING)
    assert all("--write" in facts[name].how for name in BY_WRITING)


def test_a_cancelled_meeting_of_the_mirror_shows_that_the_api_does_not_show_it(
    linked_team: Team, vyte_sandbox: Sandbox, ask: Probe, settle: Callable[[], None]
) -> None:
    switch(vyte_sandbox, {"show_cancelled": False})
    assert not ask()["show_cancelled"].seen
    vyte_sandbox.cancel(vyte_sandbox.create_event(dates=[DAY])["_id"])
    settle()
    assert (ask()["show_cancelled"].seen, ask()["show_cancelled"].position) == (True, False)


def test_an_update_of_a_meeting_in_planning_among_the_calls_is_seen(
    linked_team: Team, vyte_sandbox: Sandbox, ask: Probe
) -> None:
    switch(vyte_sandbox, {"updates_before_confirmation": True})
    vyte_id = vyte_sandbox.create_event(dates=[DAY])["_id"]
    vyte_sandbox.update_event(vyte_id, title="Another")
    vyte_sandbox.deliver()
    assert ask()["updates_before_confirmation"].position is True


def test_an_account_without_meetings_and_calls_says_what_would_show_it(
    vyte_sandbox: Sandbox, ask: Probe
) -> None:
    vyte_sandbox.state.events.clear()
    facts = ask()
    seen = {name for name, fact in facts.items() if fact.seen}
    assert seen == {"hooks_path", "hooks_as_list", "next_shape", "join_path"}
    assert all(
        fact.how and fact.position is None and not fact.failed for fact in facts.values() if not fact.seen
    )
    assert facts["list_maximum"].how == "the account has 0 meetings; more than 100 would show it"


def test_a_list_that_ends_at_a_round_number_is_not_taken_for_all_or_for_cut(
    vyte_sandbox: Sandbox, ask: Probe
) -> None:
    vyte_sandbox.state.events.clear()
    vyte_sandbox.fill(200)
    assert (ask()["list_maximum"].seen, "exactly 200 came" in ask()["list_maximum"].how) == (False, True)


def test_a_web_host_that_answers_for_any_address_tells_nothing(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "web_status", lambda path: 200)
    (fact,) = [fact for fact in probe.collect_facts(account) if fact.name == "join_path"]
    assert (fact.seen, "answers for any address" in fact.how) == (False, True)


def test_the_page_to_join_is_asked_for_without_the_key(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    heads = []
    app = vyte_sandbox.app
    answer = type(app).__call__

    def watched(self: Any, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"].endswith("/join"):
            heads.append((environ["REQUEST_METHOD"], environ.get("HTTP_AUTHORIZATION")))
        return answer(self, environ, start_response)

    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password something")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setattr(type(app), "__call__", watched)
    assert {fact.name: fact for fact in probe.collect_facts(account)}["join_path"].position == "both"
    assert heads == [("GET", None), ("GET", None)]


# What cannot be asked


def test_what_cannot_be_asked_is_said_with_the_next_step_and_keeps_nothing_else(
    vyte_sandbox: Sandbox, ask: Probe
) -> None:
    vyte_sandbox.faults.add(path=r"^/v2/events", status=403, times=None)
    facts = ask()
    assert facts["offset_style"].failed
    assert "check its rights at Vyte" in facts["offset_style"].how
    assert facts["hooks_path"].position == "both"
    listed = [request for request in vyte_sandbox.requests if request.path == "/v2/events"]
    assert len(listed) <= 2


# The probe's own meeting


def own(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [event for event in sandbox.state.events.values() if "probe" in event["title"]]


def test_the_own_meeting_says_what_it_is_and_is_cancelled(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount
) -> None:
    Trial(account, account.emails()[0]).play(wait=0)
    (event,) = own(vyte_sandbox)
    assert event["title"].startswith("django-vyte's probe ")
    assert event["cancelled"]
    assert event["confirmed"]["flag"] is True
    assert event["created_by"]["email"] in account.emails()


@pytest.mark.parametrize("path", [r"/v2/events/\w+$", "/invitees/", "/confirm$"])
@pytest.mark.parametrize("status", [400, 503])
def test_the_own_meeting_is_cancelled_whatever_fails(
    vyte_sandbox: Sandbox, team: Team, settings: Any, path: str, status: int
) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(path=path, status=status, times=None)
    account = probe.ProbedAccount(team.client(), team)
    account.observed = Trial(account, account.emails()[0]).play(wait=0)
    assert own(vyte_sandbox)[0]["cancelled"]
    assert account.observed.failures


def test_the_own_meeting_is_cancelled_when_somebody_interrupts(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: Trial) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trial, "_confirm", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Trial(account, account.emails()[0]).play(wait=0)
    assert own(vyte_sandbox)[0]["cancelled"]


def test_the_own_meeting_is_cancelled_when_the_answer_to_its_making_is_lost(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount
) -> None:
    vyte_sandbox.faults.add(method="POST", path="^/v2/events$", truncate=10)
    with pytest.raises(Exception, match="POST /v2/events"):
        Trial(account, account.emails()[0]).play(wait=0)
    assert own(vyte_sandbox)[0]["cancelled"]


def test_a_meeting_that_is_refused_is_not_looked_for(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount
) -> None:
    vyte_sandbox.faults.add(method="POST", path="^/v2/events$", status=400)
    with pytest.raises(BadRequest):
        Trial(account, "emma@example.com").play(wait=0)
    assert [request.path for request in vyte_sandbox.requests] == ["/v2/events"]


def test_a_meeting_that_was_never_asked_for_is_not_left_behind(vyte_sandbox: Sandbox) -> None:
    nobody = VyteClient(vyte_sandbox.api_key, api_url=refusing_url(), retries=0)
    with pytest.raises(VyteConnectionError):
        Trial(probe.ProbedAccount(nobody), "emma@example.com").play(wait=0)


def test_a_meeting_that_vyte_may_still_make_is_named(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount
) -> None:
    vyte_sandbox.faults.add(method="POST", path="^/v2/events$", status=504)
    with pytest.raises(LeftBehind, match="may still make it"):
        Trial(account, "emma@example.com").play(wait=0)


def test_a_meeting_whose_answer_got_lost_is_cancelled(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount
) -> None:
    vyte_sandbox.faults.add(method="POST", path="^/v2/events$", drop=True, after_acting=True)
    with pytest.raises(VyteConnectionError):
        Trial(account, "emma@example.com").play(wait=0)
    (made,) = own(vyte_sandbox)
    assert "cancelled" in made


def test_a_meeting_that_cannot_be_cancelled_is_named(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount, settings: Any
) -> None:
    vyte_sandbox.faults.add(path="/cancel$", status=403, times=None)
    with pytest.raises(
        LeftBehind, match=r"may still be at Vyte: \"django-vyte's probe \w+, to be .*Cancel it there"
    ):
        Trial(account, "emma@example.com").play(wait=0)


def test_calls_are_waited_for_where_webhooks_are_registered_and_not_for_ever(
    team: Team, vyte_sandbox: Sandbox, account: probe.ProbedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("django_vyte.ops.probe.trial.pause", waited.append)
    observed = Trial(account, "emma@example.com").play(wait=5)
    assert (waited, observed.was_called_about) == ([], False)
    subscriptions.register(team)
    observed = Trial(account, "emma@example.com").play(wait=0.05)
    assert waited
    assert not observed.was_called_about


def test_an_error_of_vyte_s_own_while_making_it_is_an_error_here(
    vyte_sandbox: Sandbox, account: probe.ProbedAccount
) -> None:
    vyte_sandbox.faults.add(method="POST", path="^/v2/events$", status=500)
    with pytest.raises(ServerError):
        Trial(account, "emma@example.com").play(wait=0)
    assert own(vyte_sandbox) == []


def test_the_mirror_of_a_probed_account_is_as_vyte_is(
    linked_team: Team, vyte_sandbox: Sandbox, ask: Probe, settle: Callable[[], None]
) -> None:
    ask(write=True)
    settle()
    assert sync_team(linked_team).mirrored.created == 7
    (event,) = linked_team.events.filter(title__contains="probe")
    assert event.status == "cancelled"
