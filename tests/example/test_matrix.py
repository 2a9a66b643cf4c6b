"""The story under every switch: which ones are played, and what is said of those that fail."""

from __future__ import annotations

import argparse
import json
import sys

import pytest

from django_vyte.sandbox.quirks import CHOICES
from example_project.demo import matrix
from example_project.demo.__main__ import switches

STORY = "import sys, os; print(os.environ['DEMO_HURRY'], sys.argv[-1]); sys.exit('{fate}' in sys.argv[-1])"


@pytest.fixture
def story(monkeypatch):
    """Puts a short story in place of the demo: it fails under the switches that have this word in them."""

    def tell(fate: str = "never", program: str = STORY) -> None:
        real = matrix.subprocess.Popen

        def play(command, **options):
            return real([sys.executable, "-c", program.replace("{fate}", fate), *command[3:]], **options)

        monkeypatch.setattr(matrix.subprocess, "Popen", play)

    return tell


def test_every_position_of_every_switch_is_played_alone_and_the_default_ones_once():
    played = [quirks for _, quirks in matrix.alone()]
    assert played[0] == {}
    assert all(len(quirks) == 1 for quirks in played[1:])
    for switch, (default, *others) in CHOICES.items():
        positions = [quirks[switch] for quirks in played if switch in quirks]
        assert positions == others
        assert default not in positions


def test_one_switch_can_be_played_alone():
    assert matrix.alone("join_path") == [
        ('join_path = "organizations"', {"join_path": "organizations"}),
        ('join_path = "teams"', {"join_path": "teams"}),
    ]


def test_combinations_are_of_all_switches_and_the_same_for_the_same_seed():
    drawn = matrix.combinations(20, 7)
    assert drawn == matrix.combinations(20, 7) != matrix.combinations(20, 8)
    assert len(drawn) == 20
    assert all(quirks.keys() == CHOICES.keys() for _, quirks in drawn)


def test_a_story_is_given_its_switches_and_does_not_wait(story):
    story()
    outcome = matrix.play("any", {"join_path": "teams"})
    assert outcome.passed
    assert outcome.output.splitlines()[-1] == '1 {"join_path": "teams"}'


def test_those_that_fail_are_shown_with_what_they_said(story, capsys):
    story("teams")
    outcomes = list(matrix.play_all(matrix.alone("join_path"), 2))
    assert matrix.conclude(outcomes, 60) == 1
    said = capsys.readouterr().out
    assert '======== join_path = "teams"\n{"join_path": "teams"}\n1 ' in said
    assert "1 of 2 stories passed in 1.0 minutes." in said
    assert said.count("[ 1/2]") == said.count("[ 2/2]") == 1


def test_all_is_well_when_all_passed(story, capsys):
    story()
    assert matrix.conclude(list(matrix.play_all(matrix.alone("join_path"), 2)), 60) == 0
    assert "========" not in capsys.readouterr().out


def test_a_story_that_does_not_end_is_ended(story, monkeypatch):
    story(program="import signal; signal.pause()")
    monkeypatch.setattr(matrix, "SECONDS", 0.1)
    outcome = matrix.play("any", {})
    assert (outcome.passed, "did not end within" in outcome.output) == (False, True)


def test_switches_are_an_object_in_json():
    assert switches(json.dumps({"milliseconds": False})) == {"milliseconds": False}
    for wrong in ("[]", "milliseconds", "1"):
        with pytest.raises(argparse.ArgumentTypeError, match="is no object in JSON"):
            switches(wrong)
