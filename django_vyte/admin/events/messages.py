"""Show the results of a bulk action as Django messages, and write what was done to the admin's log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import ngettext

from django_vyte.admin import formatting
from django_vyte.admin.events.bulk import BulkResult, BulkStatus

# More events than these with the same good or neutral result share one line.
LINE_LIMIT = 3
LEVELS = {
    BulkStatus.DONE: messages.SUCCESS,
    BulkStatus.SKIPPED: messages.WARNING,
    BulkStatus.FAILED: messages.ERROR,
    BulkStatus.UNKNOWN: messages.WARNING,
    BulkStatus.NOT_TRIED: messages.WARNING,
}


def show_results(
    model_admin: ModelAdmin[Any], request: HttpRequest, verb: str, results: Iterable[BulkResult]
) -> None:
    """One message per event, or a count for many that succeeded or were not tried; a log entry per success."""
    by_status: dict[BulkStatus, list[BulkResult]] = {status: [] for status in BulkStatus}
    for result in results:
        by_status[result.status].append(result)
        if result.status is BulkStatus.DONE:
            model_admin.log_change(request, result.event, capfirst(result.text))
    for status, group in by_status.items():
        if len(group) > LINE_LIMIT and status in (BulkStatus.DONE, BulkStatus.NOT_TRIED):
            text = _summary(verb if status is BulkStatus.DONE else "", len(group))
            model_admin.message_user(request, text, LEVELS[status])
        else:
            for result in group:
                model_admin.message_user(request, _line(result, model_admin), LEVELS[status])


def _line(result: BulkResult, model_admin: ModelAdmin[Any]) -> str:
    return format_html("{}: {}", formatting.link(result.event, model_admin.admin_site), result.text)


def _summary(verb: str, count: int) -> str:
    sentences = {
        "confirm": ngettext("%d meeting confirmed.", "%d meetings confirmed.", count),
        "cancel": ngettext("%d meeting cancelled.", "%d meetings cancelled.", count),
        "refresh": ngettext("%d meeting refreshed.", "%d meetings refreshed.", count),
        "": ngettext("%d meeting was not tried.", "%d meetings were not tried.", count),
    }
    return sentences[verb] % count
