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

UNCHANGED = _("Nothing was changed.")
MAYBE_CHANGED_EVENT = _(
    "It may have been done all the same: do not do it again before you have refreshed the event. "
    "Vyte is asked about it again in the background."
)
MAYBE_CHANGED = _("It may have been done all the same.")
REPEAT = _("Do it again: what is done already is not done twice.")
ABOUT_EVENTS: list[tuple[type[Exception], StrPromise]] = [
    (errors.VyteTimeout, _("Try again in a minute.")),
    (errors.VyteConnectionError, _("Try again when Vyte can be reached.")),
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
    (
        errors.UnexpectedAnswer,
        _(
            "What answered cannot be read. Nothing was stored; try again, and check the setting VYTE['API_URL']."
        ),
    ),
]


HUNG_UP = _("Vyte broke off the connection without an answer. Nothing was stored; try again in a minute.")


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


def is_open(error: Exception) -> bool:
    """Whether nobody knows what became of an action: it may have been done."""
    return isinstance(error, errors.VyteError) and error.maybe_applied


def about_event(error: Exception) -> str:
    """What happened to an action on an event, what is known of it, and the next step."""
    if is_open(error):
        cause = _("Vyte has a problem of its own.") if isinstance(error, errors.ServerError) else ""
        return _sentences(str(error), str(cause), str(MAYBE_CHANGED_EVENT))
    known = str(UNCHANGED) if isinstance(error, errors.VyteError) else ""
    return _sentences(str(error), known, _matching(ABOUT_EVENTS, error))


def about_team(error: Exception) -> str:
    """What happened to an action on a whole team, and the next step."""
    return _sentences(str(error), step_about_team(error))


def step_about_team(error: Exception) -> str:
    """What is known and the next step; empty when the table has none for this error."""
    return _sentences(str(MAYBE_CHANGED), str(REPEAT)) if is_open(error) else _matching(ABOUT_TEAMS, error)


def about_probe(error: Exception) -> str:
    """What happened to a request that is made only to see what Vyte answers, and the next step."""
    return _sentences(str(error), str(MAYBE_CHANGED)) if is_open(error) else about_team(error)


def about_key(error: Exception) -> str:
    """Why a key could not be linked, and the next step."""
    if isinstance(error, errors.VyteConnectionError) and not error.nothing_sent:
        return str(HUNG_UP)
    return _matching(ABOUT_KEYS, error) or str(error)


def _matching(sentences: list[tuple[type[Exception], StrPromise]], error: Exception) -> str:
    return next((str(sentence) for kind, sentence in sentences if isinstance(error, kind)), "")


def _sentences(happened: str, *others: str) -> str:
    said = [each for each in others if each]
    end = "" if not said or happened.endswith((".", "!", "?")) else "."
    return " ".join([f"{happened}{end}", *said])
