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


def test_no_sentence_of_a_key_repeats_what_vyte_answered():
    error = errors.AuthenticationFailed(401, "GET", "/v2/auth/test", "who?")
    assert remedies.about_key(error) == "Vyte does not know this key. Copy it once more, whole, from Vyte."
