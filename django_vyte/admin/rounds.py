"""One action carried out on several events, one after the other, with a line about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from django_vyte.admin import advice, proposals
from django_vyte.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser


class Skip(Exception):
    """An event is left as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event, in words; ``level`` is ``success``, ``warning`` (left as it is) or ``error``."""

    event: Event
    level: str
    text: str


def carry_out(keys: Iterable[int], do: Callable[[Event], str]) -> Iterator[Result]:
    """Call ``do``, which returns what it did in words, for each event as it stands at that moment.

    A failure at one event does not keep the others from their turn, unless Vyte cannot be reached at all.
    """
    stopped = False
    for key in keys:
        event = Event.objects.select_related("team").filter(pk=key).first()
        if event is None:
            continue
        if stopped:
            yield Result(event, "warning", _("not tried."))
            continue
        try:
            yield Result(event, "success", do(event))
        except Skip as reason:
            yield Result(event, "warning", str(reason))
        except advice.FAILURES as error:
            stopped = isinstance(error, advice.HOPELESS)
            yield Result(event, "error", _("failed. %s") % advice.about_event(error))


def check_confirmable(event: Event) -> None:
    """Raises Skip for an event that is not waiting to be confirmed."""
    if event.status == Event.Status.CONFIRMED:
        raise Skip(_("it is confirmed already."))
    check_cancellable(event)


def check_cancellable(event: Event) -> None:
    """Raises Skip for an event that is cancelled."""
    if event.missing_since:
        raise Skip(_("Vyte does not have it any more."))
    if event.status == Event.Status.CANCELLED:
        raise Skip(_("it is cancelled already."))


def refresh(event: Event) -> str:
    """Mirror what is true at Vyte now."""
    event.refresh()
    return _("refreshed. It is %s.") % event.get_status_display()


def cancel(event: Event, by: AbstractBaseUser) -> str:
    """Call the meeting off, unless that has happened."""
    check_cancellable(event)
    event.cancel(by=by)
    return _("cancelled.")


def confirm(event: Event, by: AbstractBaseUser, choice: Mapping[str, str | None] | None) -> str:
    """Settle the meeting on a choice (``date_id``, ``place_id``), unless that has happened."""
    check_confirmable(event)
    if choice is None:
        raise Skip(_("it changed while you decided. Look at it again."))
    event.confirm(**choice, by=by)
    when = proposals.settled(event)
    return _("confirmed for %s.") % when if when else _("confirmed.")
