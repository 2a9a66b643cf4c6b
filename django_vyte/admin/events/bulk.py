"""One action carried out on several events, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from django_vyte.accounts import remedies
from django_vyte.admin.events.options import settled
from django_vyte.exceptions import ServerError
from django_vyte.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser

# After so many of Vyte's own errors in a row a person has waited enough.
ENOUGH = 2


class Skip(Exception):
    """An event is left as it is; the text says why."""


class Outcome(Enum):
    """What became of one event."""

    DONE = "done"
    LEFT = "left as it is"
    FAILED = "failed"
    UNTRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event, and the same in words."""

    event: Event
    outcome: Outcome
    text: str


def carry_out(keys: Iterable[int], do: Callable[[Event], str]) -> Iterator[Result]:
    """Call ``do``, which returns what it did in words, for each event as it stands at that moment.

    A failure at one event does not keep the others from their turn, unless Vyte is out of reach or out of order.
    """
    stopped, errors = False, 0
    for key in keys:
        event = Event.objects.select_related("team").filter(pk=key).first()
        if event is None:
            continue
        if stopped:
            yield Result(event, Outcome.UNTRIED, _("not tried."))
            continue
        try:
            yield Result(event, Outcome.DONE, do(event))
        except Skip as reason:
            errors = 0
            yield Result(event, Outcome.LEFT, str(reason))
        except remedies.FAILURES as error:
            errors = errors + 1 if isinstance(error, ServerError) else 0
            stopped = errors >= ENOUGH or isinstance(error, remedies.HOPELESS)
            yield Result(event, Outcome.FAILED, _("failed. %s") % remedies.about_event(error))
        else:
            errors = 0


def check_confirmable(event: Event) -> None:
    """Raises Skip for an event that is not waiting to be confirmed."""
    if event.status == Event.Status.CONFIRMED:
        raise Skip(_("it is confirmed already."))
    check_cancellable(event)


def check_cancellable(event: Event) -> None:
    """Raises Skip for an event that is cancelled."""
    check_there(event)
    if event.status == Event.Status.CANCELLED:
        raise Skip(_("it is cancelled already."))


def check_there(event: Event) -> None:
    """Raises Skip for an event that Vyte does not have any more."""
    if event.missing_since:
        raise Skip(_("Vyte does not have it any more."))


def refresh(event: Event) -> str:
    """Mirror what is true at Vyte now."""
    event.refresh()
    check_there(event)
    if event.status == Event.Status.PLANNING:
        return _("refreshed: still being planned.")
    when = settled(event)
    if event.status == Event.Status.CONFIRMED and when:
        return _("refreshed: confirmed for %s.") % when
    return _("refreshed: %s.") % event.get_status_display()


def cancel(event: Event, by: AbstractBaseUser) -> str:
    """Call the meeting off, unless that has happened, here or at Vyte."""
    check_cancellable(event)
    event.refresh()
    check_cancellable(event)
    event.cancel(by=by)
    return _("cancelled.")


def confirm(event: Event, by: AbstractBaseUser, choice: Mapping[str, str | None] | None) -> str:
    """Settle the meeting on a choice (``date_id``, ``place_id``).

    Vyte is asked first what is true now: it would take the confirmation of a meeting that somebody called off.
    """
    check_confirmable(event)
    event.refresh()
    check_confirmable(event)
    if choice is None:
        raise Skip(_("it changed while you decided. Look at it again."))
    _check_proposed(event, choice)
    event.confirm(**choice, by=by)
    when = settled(event)
    return _("confirmed for %s.") % when if when else _("confirmed.")


def _check_proposed(event: Event, choice: Mapping[str, str | None]) -> None:
    date, place = choice.get("date_id"), choice.get("place_id")
    if date and date not in {option.id for option in event.dates}:
        raise Skip(_("the chosen date is not proposed any more. Look at it again."))
    if place and place not in {option.id for option in event.places}:
        raise Skip(_("the chosen place is not proposed any more. Look at it again."))
