"""Remedies: what to do about an error of a request to Vyte, in words for people. Used by admin, commands and doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from django_vyte import exceptions as errors

if TYPE_CHECKING:
    # Installed for type checks only.
    from django_stubs_ext import StrPromise

# What a request to Vyte may raise. Their texts say what happened and hold no secret.
REQUEST_ERRORS = (errors.VyteError, ImproperlyConfigured)

ABOUT_EVENTS: list[tuple[type[Exception], StrPromise]] = [
    (errors.VyteTimeout, _("Vyte may have done it all the same: refresh the event in a minute to see.")),
    (errors.VyteConnectionError, _("Nothing was changed. Try again when Vyte can be reached.")),
    (errors.BadRequest, _("Refresh the event: its dates and places may have changed at Vyte.")),
    (errors.AuthenticationFailed, _("The team's key is not valid any more: link the team again.")),
    (errors.PermissionDenied, _("The team's key may not do this: check its rights at Vyte.")),
    (errors.NotFound, _("Vyte has no such event any more: refresh it.")),
    (errors.RateLimited, _("Vyte asks for fewer requests: try again in some minutes.")),
    (errors.ServerError, _("Vyte has a problem of its own: try again in some minutes.")),
]
ABOUT_TEAMS: list[tuple[type[Exception], StrPromise]] = [
    (errors.AuthenticationFailed, _("Vyte does not know the team's key any more: link the team again.")),
    (errors.PermissionDenied, _("The team's key may not do this: check its rights at Vyte.")),
    (errors.VyteTimeout, _("Try again in some minutes.")),
    (errors.VyteConnectionError, _("Is VYTE['API_URL'] right? If so, try again in some minutes.")),
    (errors.RateLimited, _("Vyte asks for fewer requests: try again in some minutes.")),
    (errors.ServerError, _("Vyte has a problem of its own: try again in some minutes.")),
    (errors.UnexpectedAnswer, _("Try again; if that does not help, check VYTE['API_URL'].")),
]
ABOUT_KEYS: list[tuple[type[Exception], StrPromise]] = [
    (errors.AuthenticationFailed, _("Vyte does not know this key. Copy it once more, whole, from Vyte.")),
    (errors.PermissionDenied, _("Vyte knows this key, but it may not be used for a team.")),
    (errors.VyteTimeout, _("Vyte did not answer in time. Nothing was stored; try again in a minute.")),
    (errors.VyteConnectionError, _("Vyte could not be reached. Nothing was stored; check VYTE['API_URL'].")),
    (errors.RateLimited, _("Vyte asks for fewer requests. Nothing was stored; try again in some minutes.")),
    (errors.ServerError, _("Vyte has a problem of its own. Nothing was stored; try again in some minutes.")),
    (errors.UnexpectedAnswer, _("What answered is not Vyte: check the setting VYTE['API_URL'].")),
]


def aborts_all(error: Exception) -> bool:
    """Whether a person who acts on many objects has waited enough: nobody answers, or this site is set up wrongly."""
    return (
        error.is_unreachable
        if isinstance(error, errors.VyteError)
        else isinstance(error, ImproperlyConfigured)
    )


def aborts_account(error: Exception) -> bool:
    """Whether the other objects of the same account would fail the same way."""
    return isinstance(error, errors.VyteError) and error.aborts_run


def about_event(error: Exception) -> str:
    """What happened to an action on an event, and the next step."""
    return _with_next_step(error, ABOUT_EVENTS)


def about_team(error: Exception) -> str:
    """What happened to an action on a whole team, and the next step."""
    return _with_next_step(error, ABOUT_TEAMS)


def step_about_team(error: Exception) -> str:
    """Only the next step; empty when the table has none for this error."""
    return _matching(ABOUT_TEAMS, error)


def about_key(error: Exception) -> str:
    """Why a key could not be linked, and the next step."""
    return _matching(ABOUT_KEYS, error) or str(error)


def _matching(sentences: list[tuple[type[Exception], StrPromise]], error: Exception) -> str:
    return next((str(sentence) for kind, sentence in sentences if isinstance(error, kind)), "")


def _with_next_step(error: Exception, sentences: list[tuple[type[Exception], StrPromise]]) -> str:
    happened, step = str(error), _matching(sentences, error)
    end = "" if not step or happened.endswith((".", "!", "?")) else "."
    return f"{happened}{end} {step}".strip()
