"""Telling a person what became of the events that they acted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import ngettext

from django_vyte.admin import formatting
from django_vyte.admin.events.bulk import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from django_vyte.admin.events.admin import EventAdmin
    from django_vyte.admin.events.bulk import Result

# More lines than these that say the same become one.
LINE_LIMIT = 3
LEVELS = {
    Outcome.DONE: messages.SUCCESS,
    Outcome.LEFT: messages.WARNING,
    Outcome.FAILED: messages.ERROR,
    Outcome.UNTRIED: messages.WARNING,
}


def show(owner: EventAdmin, request: HttpRequest, verb: str, results: Iterable[Result]) -> None:
    """A line for each event, one for many that went well or were not tried, and the admin's log of what was done."""
    by_outcome: dict[Outcome, list[Result]] = {outcome: [] for outcome in Outcome}
    for result in results:
        by_outcome[result.outcome].append(result)
        if result.outcome is Outcome.DONE:
            owner.log_change(request, result.event, capfirst(result.text))
    for outcome, group in by_outcome.items():
        if len(group) > LINE_LIMIT and outcome in (Outcome.DONE, Outcome.UNTRIED):
            text = _summary(verb if outcome is Outcome.DONE else "", len(group))
            owner.message_user(request, text, LEVELS[outcome])
        else:
            for result in group:
                owner.message_user(request, _line(result), LEVELS[outcome])


def _line(result: Result) -> str:
    return format_html("{}: {}", formatting.link(result.event), result.text)


def _summary(verb: str, count: int) -> str:
    sentences = {
        "confirm": ngettext("%d meeting confirmed.", "%d meetings confirmed.", count),
        "cancel": ngettext("%d meeting cancelled.", "%d meetings cancelled.", count),
        "refresh": ngettext("%d meeting refreshed.", "%d meetings refreshed.", count),
        "": ngettext("%d meeting was not tried.", "%d meetings were not tried.", count),
    }
    return sentences[verb] % count
