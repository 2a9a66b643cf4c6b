"""What went wrong, as sentences."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_vyte import exceptions as errors
from django_vyte.accounts import remedies


@pytest.mark.parametrize("told", [remedies.about_event, remedies.about_team])
@pytest.mark.parametrize("kind", [errors.BadRequest, errors.AuthenticationFailed, errors.ServerError])
@pytest.mark.parametrize("body", ["", "Sorry.", '{"message": "no"}'])
def test_sentences_do_not_run_together(told, kind, body):
    error = kind(503, "GET", "/v2/events", body)
    happened, step = str(error).removesuffix("."), told(error).removeprefix(str(error).removesuffix("."))
    assert told(error).startswith(happened)
    assert step in ("", ".") or step.startswith(". ")


def test_what_says_its_own_remedy_is_left_as_it_is():
    for told in (remedies.about_event, remedies.about_team, remedies.about_key):
        assert told(ImproperlyConfigured("Set X")) == "Set X"


ERRORS = [
    errors.VyteTimeout("late"),
    errors.VyteConnectionError("gone"),
    errors.VyteUnavailable("open", 1.0),
    errors.UnexpectedAnswer("cut off"),
    errors.AccountError("no key"),
    *(
        errors.exception_for(status)(status, "POST", "/v2/events/1")
        for status in (400, 401, 403, 404, 409, 429, 502)
    ),
]


@pytest.mark.parametrize("maybe", [False, True])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_what_is_said_of_an_event_is_what_the_error_says(error, maybe):
    error.maybe_applied = maybe
    text = remedies.about_event(error)
    assert ("Nothing was changed." in text) == (not maybe)
    assert ("It may have been done all the same" in text) == maybe
    assert ("It may have been done all the same" in remedies.about_team(error)) == maybe
    assert remedies.is_open(error) == maybe
    assert "try again" not in text.lower() or not maybe


def test_no_sentence_of_a_key_repeats_what_vyte_answered():
    error = errors.AuthenticationFailed(401, "GET", "/v2/auth/test", "who?")
    assert remedies.about_key(error) == "Vyte does not know this key. Copy it once more, whole, from Vyte."
