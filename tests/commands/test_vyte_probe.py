"""``manage.py vyte_probe``"""

from __future__ import annotations

import ast
import io
import json
import os
import signal

import pytest

from django_vyte.models import ApiKey, Team
from django_vyte.ops.probe.trial import Trial
from django_vyte.sandbox.quirks import CHOICES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    monkeypatch.delenv("VYTE_API_KEY", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


@pytest.fixture
def probed(team, manage):
    """Runs it for the linked team and answers what it printed as JSON."""

    def probed(*arguments):
        said = manage("vyte_probe", "--json", *arguments)
        assert not said.failure
        return json.loads(said.out)

    return probed


def own(sandbox):
    return [event for event in sandbox.state.events.values() if "probe" in event["title"]]


def test_every_fact_is_one_line(team, vyte_sandbox, manage):
    vyte_sandbox.quirks.offset_style = "+0100"
    said = manage("vyte_probe")
    lines = said.out.partition("\n\n")[0].splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(CHOICES)
    assert "offset_style                 +0100 " in said.out
    assert (
        "naive_times                  not seen           --write asks with a meeting of its own" in said.out
    )
    assert "No setting needs to change." in said.out
    assert not said.failure
    assert "Listing the meetings" in said.err


def test_without_write_nothing_is_written(team, vyte_sandbox, manage):
    manage("vyte_probe")
    assert {request.method for request in vyte_sandbox.requests} == {"GET"}


@pytest.mark.parametrize(
    ("quirk", "position", "setting"),
    [
        ("join_path", "teams", {"JOIN_PATH": "/teams/{team_id}/join"}),
        ("hooks_path", "/v2/hooks", {"HOOKS_PATH": "/v2/hooks"}),
        ("delete_invitee_method", "DELETE", {"DELETE_INVITEE_METHOD": "DELETE"}),
        ("join_path", "organizations", {}),
        ("hooks_path", "/hooks", {}),
        ("delete_invitee_method", "both", {}),
    ],
)
def test_a_setting_that_is_not_as_vyte_is_is_printed(
    team, vyte_sandbox, manage, settings, quirk, position, setting
):
    setattr(vyte_sandbox.quirks, quirk, position)
    said = manage("vyte_probe", "--write", "--no-input")
    _, found, rest = said.out.partition("    VYTE |= ")
    printed = ast.literal_eval(rest.partition("\n")[0]) if found else {}
    assert printed == setting
    settings.VYTE = {**settings.VYTE, **printed}
    assert "No setting needs to change." in manage("vyte_probe", "--write", "--no-input").out


def test_the_report_holds_nothing_of_anybodys(team, vyte_sandbox, probed):
    vyte_sandbox.create_event(title="Salary of Ada", creator="ada@example.com", invitees=["bob@example.com"])
    report = probed("--write", "--no-input")["report"]
    first, *rest = report.splitlines()
    assert first.endswith("API another address")
    assert len(rest) == len(CHOICES)
    assert all(line.partition(": ")[0] in CHOICES for line in rest)
    for secret in ("@", "Salary", "127.0.0.1", vyte_sandbox.api_key, team.vyte_id, "ACME"):
        assert secret not in report


def test_json_says_what_is_seen_and_how(team, vyte_sandbox, probed):
    vyte_sandbox.quirks.join_path = "teams"
    answer = probed()
    facts = {fact["name"]: fact for fact in answer["facts"]}
    assert facts["join_path"] == {
        "name": "join_path", "seen": True, "position": "teams", "how": "the pages that are there", "failed": False,
    }  # fmt: skip
    assert facts["naive_times"]["seen"] is False
    assert answer["settings"] == {"JOIN_PATH": "/teams/{team_id}/join"}
    assert answer["versions"]["django-vyte"]


def test_the_key_is_never_shown(team, vyte_sandbox, manage):
    said = manage("vyte_probe", "--write", "--no-input", verbosity=3)
    assert vyte_sandbox.api_key not in said.out + said.err


# Whose key


def test_a_key_of_a_team_that_is_not_linked_will_do(vyte_sandbox, manage, monkeypatch):
    monkeypatch.setenv("VYTE_API_KEY", vyte_sandbox.api_key)
    said = manage("vyte_probe", "--write", "--no-input")
    assert not said.failure
    assert "naive_times                  local" in said.out
    assert not Team.objects.exists()


def test_no_key_at_all_is_said(manage):
    assert "No key was given" in manage("vyte_probe").failure


def test_a_key_that_vyte_does_not_know_is_said(vyte_sandbox, manage, monkeypatch):
    monkeypatch.setenv("VYTE_API_KEY", "wrong")
    assert manage("vyte_probe").failure.startswith("Vyte does not know this key.")


def test_of_several_teams_one_has_to_be_chosen(team, vyte_sandbox, manage):
    other = Team.objects.create(vyte_id="other", name="Other")
    assert "choose one with --team" in manage("vyte_probe").failure
    assert not manage("vyte_probe", "--team", team.vyte_id).failure
    assert "No team nobody is linked" in manage("vyte_probe", "--team", "nobody").failure
    assert manage("vyte_probe", "--team", other.vyte_id).failure


def test_a_linked_team_whose_key_is_gone_is_told_what_to_do(team, vyte_sandbox, manage):
    ApiKey.objects.update(key="revoked")
    assert "link the team again" in manage("vyte_probe").failure


# Asking before writing


@pytest.mark.parametrize("answer", ["", "n\n", "maybe\n"])
def test_without_consent_nothing_is_made(team, vyte_sandbox, manage, monkeypatch, answer, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    said = manage("vyte_probe", "--write")
    assert said.failure.startswith("Nothing was made.")
    assert own(vyte_sandbox) == []
    assert "This makes one meeting at Vyte, organised by" in capsys.readouterr().out


def test_with_consent_one_meeting_is_made_and_cancelled(team, vyte_sandbox, manage, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    said = manage("vyte_probe", "--write", "--email", "emma@example.com")
    assert not said.failure
    (event,) = own(vyte_sandbox)
    assert (event["created_by"]["email"], bool(event["cancelled"])) == ("emma@example.com", True)
    assert "emma@example.com" in capsys.readouterr().out


# When something goes wrong


def test_what_could_not_be_asked_is_named_and_the_exit_code_says_so(team, vyte_sandbox, manage):
    vyte_sandbox.faults.add(path="/slots/next", status=403, times=None)
    said = manage("vyte_probe")
    assert said.failure == "Not everything could be asked: next_shape. What to do stands above."
    assert "next_shape                   failed" in said.out
    assert "check its rights at Vyte" in said.out


def test_a_meeting_that_cannot_be_made_leaves_the_rest_to_be_read(team, vyte_sandbox, manage):
    vyte_sandbox.faults.add(method="POST", path="^/v2/events$", status=403, times=None)
    said = manage("vyte_probe", "--write", "--no-input")
    assert "No meeting could be made: " in said.err
    assert "--write" in said.failure
    assert "hooks_path                   both" in said.out


def test_a_meeting_that_is_left_is_named(team, vyte_sandbox, manage):
    vyte_sandbox.faults.add(path="/cancel$", status=403, times=None)
    failure = manage("vyte_probe", "--write", "--no-input").failure
    assert "may still be at Vyte" in failure
    assert own(vyte_sandbox)[0]["title"] in failure


@pytest.mark.parametrize("way_out", ["interrupted", "terminated"])
def test_whoever_stops_it_is_told_that_nothing_is_left(team, vyte_sandbox, manage, monkeypatch, way_out):
    def stop(self):
        if way_out == "terminated":
            os.kill(os.getpid(), signal.SIGTERM)
        raise KeyboardInterrupt

    monkeypatch.setattr(Trial, "_confirm", stop)
    before = signal.getsignal(signal.SIGTERM)
    assert manage("vyte_probe", "--write", "--no-input").failure.startswith(
        "Stopped. Nothing of the probe is left"
    )
    assert own(vyte_sandbox)[0]["cancelled"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_organization_without_users_needs_an_email(team, vyte_sandbox, manage):
    vyte_sandbox.state.organizations[team.vyte_id]["members"].clear()
    assert "give one with --email" in manage("vyte_probe", "--write", "--no-input").failure
    assert not manage("vyte_probe", "--write", "--no-input", "--email", "emma@example.com").failure


def test_it_can_be_quiet(team, vyte_sandbox, manage):
    assert manage("vyte_probe", verbosity=0).err == ""
