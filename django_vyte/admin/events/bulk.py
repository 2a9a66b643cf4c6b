"""Confirm, cancel or refresh several events, one request to Vyte after the other, and report on each.

Each event is fetched from Vyte before it is changed there: the mirror can be some seconds old, and Vyte would confirm
an event that was cancelled in the meantime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from django_vyte.accounts import remedies
from django_vyte.admin.events.options import event_time
from django_vyte.db import fresh
from django_vyte.exceptions import ServerError
from django_vyte.models import Event

# So many 5xx answers in a row end the run: each has been retried already while a person waits for the page.
MAX_SERVER_ERRORS = 2


class Skip(Exception):
    """The event needs no change, or takes none; the text says why."""


class BulkStatus(Enum):
    """How the action went for one event."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How the action went for one event; ``text`` says it to a person."""

    event: Event
    status: BulkStatus
    text: str


def run_bulk_action(keys: Iterable[int], action: Callable[[Event], str]) -> Iterator[BulkResult]:
    """Call ``action``, which returns what it did as text, for each event, read from the database just before.

    The run ends when Vyte cannot be reached or answers 5xx repeatedly, and for the events of one team when Vyte
    refuses its key or limits its rate.
    """
    aborted, server_errors = False, 0
    aborted_teams = set[int]()
    for key in keys:
        event = fresh(Event.objects.all()).select_related("team").filter(pk=key).first()
        if event is None:
            continue
        if aborted or event.team_id in aborted_teams:
            yield BulkResult(event, BulkStatus.NOT_TRIED, _("not tried."))
            continue
        try:
            yield BulkResult(event, BulkStatus.DONE, action(event))
        except Skip as reason:
            server_errors = 0
            yield BulkResult(event, BulkStatus.SKIPPED, str(reason))
        except remedies.REQUEST_ERRORS as error:
            server_errors = server_errors + 1 if isinstance(error, ServerError) else 0
            aborted = server_errors >= MAX_SERVER_ERRORS or remedies.aborts_all(error)
            if remedies.aborts_account(error):
                aborted_teams.add(event.team_id)
            yield _failure(event, error)
        else:
            server_errors = 0


def _failure(event: Event, error: Exception) -> BulkResult:
    """Failed, where it is known that nothing was changed; else unknown."""
    text = remedies.about_event(error)
    if remedies.is_open(error):
        return BulkResult(event, BulkStatus.UNKNOWN, _("not known whether it was done. %s") % text)
    return BulkResult(event, BulkStatus.FAILED, _("failed. %s") % text)


def check_confirmable(event: Event) -> None:
    """Raise Skip unless the event is in planning."""
    if event.status == Event.Status.CONFIRMED:
        raise Skip(_("already confirmed."))
    check_cancellable(event)


def check_cancellable(event: Event) -> None:
    """Raise Skip for an event that is cancelled or missing."""
    check_exists(event)
    if event.status == Event.Status.CANCELLED:
        raise Skip(_("already cancelled."))


def check_exists(event: Event) -> None:
    """Raise Skip for an event that Vyte answers 404 for."""
    if event.missing_since:
        raise Skip(_("no longer exists at Vyte."))


def refresh_one(event: Event) -> str:
    """Fetch and mirror the event."""
    event.refresh()
    check_exists(event)
    if event.status == Event.Status.PLANNING:
        return _("refreshed: still in planning.")
    when = event_time(event)
    if event.status == Event.Status.CONFIRMED and when:
        return _("refreshed: confirmed for %s.") % when
    return _("refreshed: %s.") % event.get_status_display()


def cancel_one(event: Event, by: AbstractBaseUser) -> str:
    """Cancel the event unless it is cancelled already, in the mirror or at Vyte."""
    check_cancellable(event)
    event.refresh()
    check_cancellable(event)
    event.cancel(by=by)
    return _("cancelled.")


def confirm_one(event: Event, by: AbstractBaseUser, choice: Mapping[str, str | None] | None) -> str:
    """Confirm the event with ``date_id`` and ``place_id``; None when it was not on the page as confirmable."""
    check_confirmable(event)
    event.refresh()
    check_confirmable(event)
    if choice is None:
        raise Skip(_("it changed in the meantime. Review it again."))
    _check_still_proposed(event, choice)
    event.confirm(**choice, by=by)
    when = event_time(event)
    return _("confirmed for %s.") % when if when else _("confirmed.")


def _check_still_proposed(event: Event, choice: Mapping[str, str | None]) -> None:
    date, place = choice.get("date_id"), choice.get("place_id")
    if date and date not in {option.id for option in event.dates}:
        raise Skip(_("the chosen date is no longer proposed. Review it again."))
    if place and place not in {option.id for option in event.places}:
        raise Skip(_("the chosen place is no longer proposed. Review it again."))
